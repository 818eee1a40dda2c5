"""Where on the part a plan sees what: beside ``plan.json`` a file of samples, so that pictures need no rays.

``plan-coverage.npz`` holds the surface samples of planning, which view inspects which of them, and how far each sample
came at the best of all candidates. It belongs to one set of viewpoints, whose digest it carries.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blemish.disk import write_whole
from blemish.plan.files import digest_of, listed
from blemish.plan.model import Viewpoint
from blemish.plan.samples import Samples
from blemish.plan.visibility import REASONS, Visibility


@dataclass(frozen=True, eq=False)
class Coverage:
    """Surface samples, and which of the viewpoints inspects which."""

    samples: Samples
    visibility: Visibility
    """One row a viewpoint; ``furthest`` is over all candidates that planning looked at."""
    views: tuple[str, ...]
    """The names of the viewpoints."""
    views_sha256: str
    """Digest of the viewpoints with their poses, as in ``plan.json``."""

    @property
    def times(self) -> np.ndarray:
        """By how many viewpoints each sample is inspected, int32 (n,)."""
        return self.visibility.times_seen()

    def rows(self) -> list[tuple[str, float, float, float]]:
        """Tell of each viewpoint what it inspects, what of it no other does, and how much of it in a bright field.

        Name, two areas in square millimetres, and a fraction.
        """
        area, times, told = self.samples.area_mm2, self.times, []
        for index, name in enumerate(self.views):
            seen = self.visibility.sees(index)
            packed = self.visibility.packed[index] & self.visibility.bright[index]
            bright = np.unpackbits(packed, count=len(area)).view(bool)
            whole = float(area[seen].sum())
            told.append(
                (name, whole, float(area[seen & (times == 1)].sum()), float(area[bright].sum()) / max(whole, 1e-9))
            )
        return told

    def unseen(self) -> list[tuple[str, float]]:
        """List why area is not inspected, with square millimetres: by no view at all, or only by none of this plan."""
        area, furthest, times = self.samples.area_mm2, self.visibility.furthest, self.times
        told = [(why, float(area[(times == 0) & (furthest == passed)].sum())) for passed, why in enumerate(REASONS)]
        told.append(("left out by this plan, though another view could", float(area[self.left_out].sum())))
        return [(why, lost) for why, lost in told if lost > 0]

    @property
    def left_out(self) -> np.ndarray:
        """Samples that a candidate inspects and no view of the plan does, bool (n,)."""
        return np.asarray((self.times == 0) & self.visibility.inspectable)


def coverage_path(plan: Path) -> Path:
    """Give the place of the coverage that belongs to a plan file."""
    return plan.with_name(f"{plan.stem}-coverage.npz")


def coverage_of(samples: Samples, visibility: Visibility, views: Sequence[Viewpoint]) -> Coverage:
    """Name the rows of a visibility."""
    return Coverage(samples, visibility, tuple(view.name for view in views), digest_of(listed(views)))


def write_coverage(coverage: Coverage, path: Path) -> None:
    """Write a coverage, whole or not at all: about 30 bytes a sample, and a bit for each view and sample."""
    samples, visibility = coverage.samples, coverage.visibility
    buffer = io.BytesIO()
    np.savez(
        buffer,
        positions_mm=samples.positions_mm.astype(np.float32),
        normals=samples.normals.astype(np.float32),
        region=samples.region,
        triangle=samples.triangle,
        area_mm2=samples.area_mm2,
        packed=visibility.packed,
        bright=visibility.bright,
        furthest=visibility.furthest,
        views=np.array(coverage.views, dtype=np.str_),
        views_sha256=np.array(coverage.views_sha256),
    )
    write_whole(path, buffer.getvalue())


def read_coverage(path: Path, views_sha256: str) -> Coverage | None:
    """Read the coverage of the viewpoints with this digest; None where there is none, or that of other viewpoints."""
    try:
        with np.load(path, allow_pickle=False) as file:
            values = {name: file[name] for name in file.files}
        if str(values["views_sha256"]) != views_sha256:
            return None
        positions = values["positions_mm"].astype(np.float64)
        samples = Samples(
            positions, values["normals"].astype(np.float64), values["region"], values["triangle"], values["area_mm2"]
        )
        visibility = Visibility(values["packed"], values["bright"], len(positions), values["furthest"], 0)
        views = tuple(str(name) for name in values["views"])
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile):
        return None  # It is made of the plan at any time; whoever needs it says how.
    return Coverage(samples, visibility, views, views_sha256) if _fits(samples, visibility, views) else None


def _fits(samples: Samples, visibility: Visibility, views: tuple[str, ...]) -> bool:
    bits = (len(views), (len(samples) + 7) // 8)
    columns = (samples.normals[:, 0], samples.region, samples.triangle, visibility.furthest)
    return visibility.packed.shape == visibility.bright.shape == bits and all(
        len(one) == len(samples) for one in columns
    )
