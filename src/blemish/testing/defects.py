"""The contract of a defect: a height over a flat map, and what becomes of it on a part."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from blemish.defects.catalogue import DEFECTS, families_of
from blemish.defects.film import Film
from blemish.defects.kind import Kind, OnEdge, Trace
from blemish.defects.population import make_specimen
from blemish.defects.samples import bars
from blemish.defects.specimen import Specimen
from blemish.settings import plain, read
from blemish.testing.contract import SettingsContract

_POINTS = 4000


class DefectContract(SettingsContract):
    """Give ``defect``, one plain thing of the kind, as it is found on real parts."""

    defect: Any

    @property
    def value(self) -> Any:
        """The defect."""
        return self.defect

    def specimen(self) -> Specimen:
        """A block with one of it, somewhere."""
        return _kept(self.defect)

    def spread(self) -> tuple[np.ndarray, np.ndarray]:
        """Places of its map, over its footprint and a little beyond."""
        rng = np.random.default_rng(5)
        along = _half_length_mm(self.defect) + self.defect.reach_mm
        u = rng.uniform(-1.1, 1.1, _POINTS) * along
        return u, rng.uniform(-1.1, 1.1, _POINTS) * self.defect.reach_mm

    def test_what_a_population_draws_is_what_it_says(self) -> None:
        """In a study, fields without a range come out as they are written."""
        drawn = _population(self.defect).draw(np.random.default_rng(0))
        assert drawn == self.defect, f"what was drawn is another: {drawn}"

    def test_it_belongs_to_one_family(self) -> None:
        """It is a spot, a trace or on an edge: exactly one of them."""
        families = families_of(self.defect)
        assert len(families) == 1, f"it is {' and '.join(families) or 'of no family'}; see blemish.defects.kind"

    def test_beyond_its_reach_nothing_moves(self) -> None:
        """Farther from its spine than its reach, height, slopes and presence are exactly zero."""
        u, v = self.spread()
        away = np.hypot(np.maximum(np.abs(u) - _half_length_mm(self.defect), 0), v)
        relief = self.defect.relief(u[away >= self.defect.reach_mm], v[away >= self.defect.reach_mm])
        for name in ("height_mm", "along", "across", "presence_mm"):
            assert not np.any(getattr(relief, name)), f"{name} is not zero beyond reach_mm = {self.defect.reach_mm}"

    def test_its_slopes_are_those_of_its_height(self) -> None:
        """Slopes along and across equal central differences of the height."""
        u, v = self.spread()
        step = 1e-6 * self.defect.reach_mm
        relief = self.defect.relief(u, v)
        for name, du, dv in (("along", step, 0.0), ("across", 0.0, step)):
            ahead, behind = self.defect.relief(u + du, v + dv), self.defect.relief(u - du, v - dv)
            true = (ahead.height_mm - behind.height_mm) / (2 * step)
            # A bend of the slope between the two ends of a difference shows in a few places.
            off = np.quantile(np.abs(getattr(relief, name) - true), 0.99)
            assert off < 2e-3, f"the slope {name} is wrong by {off:.2g}"

    def test_its_slope_has_no_jump(self) -> None:
        """A highlight shows any edge: between neighbours the slope changes less, the nearer they are."""
        u, v = self.spread()
        jumps = []
        for step in (1e-4 * self.defect.reach_mm, 1e-6 * self.defect.reach_mm):
            here, there = self.defect.relief(u, v), self.defect.relief(u + step, v + step)
            jumps.append(max(np.abs(here.along - there.along).max(), np.abs(here.across - there.across).max()))
        assert jumps[1] <= jumps[0] / 5 + 1e-7, f"the slope jumps by {jumps[1]:.2g}"

    def test_it_is_as_deep_as_it_says(self) -> None:
        """Nowhere deeper than ``deepest_mm``, by which the wall is chosen, and somewhere half as deep or more."""
        half, reach = _half_length_mm(self.defect), self.defect.reach_mm
        u, v = (one.ravel() for one in np.meshgrid(np.linspace(-1, 1, 401) * (half + reach), _fine(reach)))
        deepest = float(-self.defect.relief(u, v).height_mm.min(initial=0.0))
        assert deepest <= self.defect.deepest_mm * 1.001, f"{deepest:g} mm deep, stated {self.defect.deepest_mm:g}"
        assert deepest >= self.defect.deepest_mm / 2, f"only {deepest:g} mm deep, stated {self.defect.deepest_mm:g}"

    def test_pressed_in_it_moves_only_what_is_in_reach(self) -> None:
        """Vertices and normals of the part stay as they were, to the bit, where the defect does not reach."""
        made = self.specimen()
        moved = np.any(made.vertices_mm != made.rest_vertices_mm, axis=1)
        far = np.linalg.norm(made.rest_vertices_mm - made.defects[0].position_mm, axis=1) > self._farthest_mm
        assert far.any()
        assert not np.any(moved & far), "a vertex moved that is out of its reach"
        corner_far = far[made.triangles]
        assert np.array_equal(made.normals[corner_far], made.rest_normals[corner_far]), "a normal turned out of reach"
        assert moved.any() != isinstance(self.defect, Film), "a film moves nothing, everything else does"

    def test_its_label_is_what_it_changed(self) -> None:
        """Triangles that carry its id lie in its reach; those whose corners all moved by a quarter carry it."""
        made = self.specimen()
        own = made.instance == made.defects[0].id
        assert own.any(), "no triangle carries its id"
        assert set(np.unique(made.instance)) <= {0, made.defects[0].id}
        centres = made.rest_vertices_mm[made.triangles[own]].mean(axis=1)
        assert np.linalg.norm(centres - made.defects[0].position_mm, axis=1).max() <= self._farthest_mm
        shift = np.linalg.norm(made.vertices_mm - made.rest_vertices_mm, axis=1)
        if shift.any():
            assert own[np.all(shift[made.triangles] > shift.max() / 4, axis=1)].all(), "moved metal has no label"

    def test_the_mesh_stays_whole(self) -> None:
        """Every edge still belongs to two triangles, and none of them was turned over."""
        made = self.specimen()
        edges = np.sort(made.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
        counts = np.unique(edges, axis=0, return_counts=True)[1]
        assert (counts == 2).all(), "the mesh has a hole"
        before, after = (_area_vectors(one, made.triangles) for one in (made.rest_vertices_mm, made.vertices_mm))
        assert (np.einsum("ij,ij->i", before, after) > 0).all(), "a triangle faces backwards"

    def test_the_same_seed_gives_the_same_bytes(self) -> None:
        """Seed and specimen decide over everything; another specimen has it elsewhere."""
        one, same, other = self.specimen(), _made(self.defect, "d000"), _made(self.defect, "d001")
        for name in ("vertices_mm", "triangles", "normals", "instance"):
            assert getattr(one, name).tobytes() == getattr(same, name).tobytes(), f"{name} differ"
        assert one.defects == same.defects
        assert one.defects[0].position_mm != other.defects[0].position_mm

    def test_asking_twice_changes_nothing(self) -> None:
        """The height is a function of the place alone, in whatever order places are asked for."""
        u, v = self.spread()
        order = np.random.default_rng(1).permutation(len(u))
        whole, mixed = self.defect.relief(u, v), replace(self.defect).relief(u[order], v[order])
        assert np.array_equal(whole.height_mm[order], mixed.height_mm)

    @property
    def _farthest_mm(self) -> float:
        """How far from its centre anything of it can be."""
        return 1.05 * (_half_length_mm(self.defect) + self.defect.reach_mm) + 1e-6


def _population(defect: Any) -> Any:
    """One of it on each specimen, as a study has it."""
    table = {"kind": "mine", "per_specimen": 1, **plain(defect)}
    return read(DEFECTS.settings_of("mine", type(defect)), table, "the population")


def _made(defect: Any, name: str) -> Specimen:
    """A specimen of a block that is large enough for the defect, with sharp edges."""
    half = 4 * (_half_length_mm(defect) + defect.reach_mm) + 1
    thick = 6 * defect.deepest_mm + 2 * defect.reach_mm
    block = bars([np.array([[-half, -thick], [half, -thick], [half, 0.0], [-half, 0.0]])], half)
    made = make_specimen(block, name, True, [_population(defect)], seed=3)  # noqa: FBT003
    assert not made.left_out, f"it finds no place on a block that is large enough: {made.left_out[0].why}"
    return made


@lru_cache(maxsize=1)
def _kept(defect: Any) -> Specimen:
    return _made(defect, "d000")


def _half_length_mm(defect: Kind) -> float:
    """Half the length of its spine."""
    if isinstance(defect, Trace):
        return defect.length_mm / 2
    return float(defect.half_edge_mm if isinstance(defect, OnEdge) else defect.half_spine_mm)  # type: ignore[attr-defined]


def _fine(reach_mm: float) -> np.ndarray:
    return np.linspace(-1, 1, 401) * reach_mm


def _area_vectors(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = vertices[triangles].transpose(1, 0, 2)
    return np.cross(b - a, c - a)
