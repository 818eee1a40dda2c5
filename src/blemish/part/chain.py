"""Taking apart a chain of surfaces that run smoothly into each other, such as planes with fillets between them.

A surface is fitted to a few neighbouring triangles, takes all triangles around them that lie on it, is fitted again,
and so on; of all kinds the one that takes most area wins. Then the next few triangles follow. What no surface takes is
freeform.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush

import numpy as np
from scipy.sparse import csr_array

from blemish.part.facets import Facets, components
from blemish.part.fit import fit
from blemish.part.fitting import UNKNOWNS, Tolerance, fitting, freeform, lying, piece_of, supported
from blemish.part.model import Surface, SurfaceKind
from blemish.part.surfaces import distance_mm

FLAT_DEG = 0.3
"""Neighbouring triangles that turn less than this lie in one plane."""
CURVED: tuple[SurfaceKind, ...] = ("cylinder", "cone", "sphere", "torus")
SEEDS = (16, 60, 240, 6)
"""How many neighbouring triangles a surface is first fitted to."""
FUTILE = 15
"""After so many seeds in a row that nothing fits, the rest of a piece is taken for freeform."""
CLEARLY = 4.0
"""A surface ends where the next vertices are off it by more than so many tolerances."""
WELL = 0.15
"""Where the root mean square distance is less than this share of the tolerance, nothing is only approximated."""
CRUMB = 0.01
"""One or two triangles that are less than this share of their piece make no face."""


class Chain:
    """A smooth piece of several surfaces, taken apart surface by surface."""

    def __init__(self, mesh: Facets, mine: np.ndarray, edges: np.ndarray, tolerance: Tolerance) -> None:
        left, right, angle, length = (column[edges] for column in mesh.edges)
        self.mesh, self.mine, self.tolerance = mesh, mine, tolerance
        local = np.full(len(mesh.triangles), -1, dtype=np.int64)
        local[mine] = np.arange(len(mine))
        self.left, self.right = local[left], local[right]
        self.angle = angle
        self.bent = angle > np.radians(FLAT_DEG)
        both = np.concatenate([self.left, self.right]), np.concatenate([self.right, self.left])
        longest = mesh.longest[mine]
        share = length / np.maximum(longest[self.left], longest[self.right])
        self.near = csr_array((np.concatenate([share, share]), both), shape=(len(mine), len(mine)))
        self.first = mesh.corners[mine, 0]
        self.open = np.ones(len(mine), dtype=bool)

    def faces(self) -> Iterator[tuple[np.ndarray, Surface]]:
        """Give the evident planes, curved faces, the other planes, and what is left."""
        yield from self._planes(fewest=3)
        is_bent = np.zeros(len(self.mine), dtype=bool)
        is_bent[self.left[self.bent]] = is_bent[self.right[self.bent]] = True
        tried = ~is_bent
        # A strip turns more to the next strip than a plane does to the first, so turns tell where round faces are;
        # large faces are sooner found by area.
        turn = np.zeros(len(self.mine))
        np.maximum.at(turn, self.left, self.angle)
        np.maximum.at(turn, self.right, self.angle)
        areas = self.mesh.areas[self.mine]
        for order in (np.argsort(-areas, kind="stable"), np.lexsort((-areas, -np.round(np.degrees(turn))))):
            yield from self._round(order, tried)
        yield from self._planes(fewest=2)
        yield from self._rest()

    def _round(self, order: np.ndarray, tried: np.ndarray) -> Iterator[tuple[np.ndarray, Surface]]:
        """Give curved faces, from seeds in an order, until too many in a row lead nowhere."""
        futile = 0
        for seed in order:
            if tried[seed] or not self.open[seed]:
                continue
            found = self._curved(int(seed))
            if found is None:
                tried[seed] = tried[self._around(int(seed), min(SEEDS[0], 1 + len(self.mine) // 50))] = True
                futile += 1
                if futile >= FUTILE:
                    return
                continue
            futile = 0
            members, surface = found
            self.open[members] = False
            yield self.mine[members], surface

    def _around(self, seed: int, count: int) -> np.ndarray:
        """Give open triangles around a seed, walking over edges, those first that are long beside their triangles.

        A round face is made of long strips side by side; where another face goes on, it does so at their short ends.
        """
        found: list[int] = []
        known, pending = {seed}, [(0.0, 0, seed)]
        while pending and len(found) < count:
            _, _, at = heappop(pending)
            found.append(at)
            start, end = self.near.indptr[at : at + 2]
            for other, share in zip(
                self.near.indices[start:end].tolist(), self.near.data[start:end].tolist(), strict=True
            ):
                if other not in known and self.open[other]:
                    known.add(other)
                    heappush(pending, (-round(share, 1), len(known), other))
        return np.array(found)

    def _curved(self, seed: int) -> tuple[np.ndarray, Surface] | None:
        """Give the curved surface around a seed that takes most area."""
        best: tuple[np.ndarray, Surface] | None = None
        most = 0.0
        for count in SEEDS:
            start = self._around(seed, count)
            for kind in CURVED if count > SEEDS[-1] else CURVED[:1]:
                surface = fitting(self.mesh, self.mine[start], kind, self.tolerance)
                grown = None if surface is None else self._grown(start, surface)
                if grown is None:
                    continue
                area = float(self.mesh.areas[self.mine[grown[0]]].sum())
                if area > 1.02 * most:
                    best, most = grown, area
            if best is not None and (len(best[0]) > 4 * count or count == SEEDS[-2]):
                break
        return best

    def _grown(self, members: np.ndarray, surface: Surface) -> tuple[np.ndarray, Surface] | None:
        """Let a surface take all around its triangles that lies on it, fit it again, until it takes no more."""
        kind = surface.kind
        for _ in range(8):
            grown = self._connected(surface, int(members[0]))
            if not len(grown):
                return None
            if len(grown) == len(members):
                break
            members = grown
            refitted = fit(kind, piece_of(self.mesh, self.mine[members]), self.tolerance.vertices_mm)
            if refitted is None:
                return None
            surface = refitted
        inside = np.zeros(len(self.mine), dtype=bool)
        inside[members] = True
        bends = int((inside[self.left] & inside[self.right] & self.bent).sum())
        known = supported(self.mesh, self.mine[members], surface, bends) and self._ends(inside, surface)
        return (members, surface) if known else None

    def _ends(self, inside: np.ndarray, surface: Surface) -> bool:
        """Tell whether triangles stop lying on a surface because another begins, not because the fit gets worse.

        Where something freeform is only approximated, the fit uses its tolerance up, and the next triangles are hardly
        farther off than the last ones. Of a few triangles both is asked: a good fit, and a clear end.
        """
        used = np.unique(self.mesh.triangles[self.mine[inside]])
        spread = np.sqrt(np.mean(distance_mm(surface, self.mesh.points[used]) ** 2))
        well = bool(spread < WELL * self.tolerance.vertices_mm)
        few = len(used) < 4 * UNKNOWNS[surface.kind]  # which almost any surface of its kind goes through
        if well == (not few):  # a good fit to many, or a bad one to few
            return well
        border = (inside[self.left] != inside[self.right]) & self.open[self.left] & self.open[self.right]
        if not border.any():
            return True
        outside = self.mine[np.where(inside[self.left[border]], self.right[border], self.left[border])]
        corners = self.mesh.corners[outside]
        off = np.abs(distance_mm(surface, corners.reshape(-1, 3))).reshape(-1, 3).max(axis=1)
        return bool(np.median(off) > CLEARLY * self.tolerance.vertices_mm)

    def _connected(self, surface: Surface, seed: int) -> np.ndarray:
        """Give the open triangles on a surface that hang together with the seed."""
        candidates = np.flatnonzero(self.open)
        candidates = candidates[np.abs(distance_mm(surface, self.first[candidates])) <= self.tolerance.vertices_mm]
        inside = np.zeros(len(self.mine), dtype=bool)
        mine = self.mine[candidates]
        inside[candidates] = lying(self.mesh, mine, surface, self.tolerance, int(self.mine[seed]))
        if not inside[seed]:
            return np.array([], dtype=np.int64)
        inner = inside[self.left] & inside[self.right]
        label = components(self.left[inner], self.right[inner], len(self.mine))
        return np.flatnonzero(label == label[seed])

    def _planes(self, fewest: int) -> Iterator[tuple[np.ndarray, Surface]]:
        """Give the flat faces: ``fewest`` triangles that lie in one plane, if they are no strip of something round."""
        flat = ~self.bent & self.open[self.left] & self.open[self.right]
        label = components(self.left[flat], self.right[flat], len(self.mine))
        count = int(label.max()) + 1
        areas = np.bincount(label[self.open], self.mesh.areas[self.mine[self.open]], minlength=count)
        many = np.bincount(label[self.open], minlength=count) >= fewest
        across = self.bent & self.open[self.left] & self.open[self.right]
        beside: dict[int, set[int]] = {}
        for one, other in zip(label[self.left[across]].tolist(), label[self.right[across]].tolist(), strict=True):
            beside.setdefault(one, set()).add(other)
            beside.setdefault(other, set()).add(one)
        candidates = np.flatnonzero(many)
        for cluster in candidates[np.argsort(-areas[candidates], kind="stable")]:
            if self._is_strip(int(cluster), areas, beside):
                continue
            members = np.flatnonzero((label == cluster) & self.open)
            surface = fitting(self.mesh, self.mine[members], "plane", self.tolerance)
            if surface is not None:
                self.open[members] = False
                yield self.mine[members], surface

    def _is_strip(self, cluster: int, areas: np.ndarray, beside: dict[int, set[int]]) -> bool:
        """Tell whether something flat is one of four or more of about its size that turn smoothly into each other."""
        family, pending = {cluster}, [cluster]
        while pending and len(family) < 4:
            for other in beside.get(pending.pop(), ()):
                if other not in family and areas[cluster] / 10 < areas[other] < 10 * areas[cluster]:
                    family.add(other)
                    pending.append(other)
        return len(family) >= 4

    def _rest(self) -> Iterator[tuple[np.ndarray, Surface]]:
        """Give what hangs together of the rest as freeform faces; crumbs are left to their neighbours."""
        inner = self.open[self.left] & self.open[self.right]
        label = components(self.left[inner], self.right[inner], len(self.mine))
        areas = self.mesh.areas[self.mine]
        for cluster in np.unique(label[self.open]):
            members = np.flatnonzero((label == cluster) & self.open)
            if len(members) > 2 or areas[members].sum() > CRUMB * areas.sum():
                yield self.mine[members], freeform(self.mesh, self.mine[members])
