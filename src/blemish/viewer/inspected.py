"""What an inspection left in the run folder: the surface in patches, and what the model found on each specimen.

::

    inspection/surface/patches.npz      centre (n, 3) mm, normal (n, 3), area_mm2 (n,), region (n,), regions (names)
    inspection/surface/effective.npz    sizes_mm (s,), probability (n, s) to find a defect of a size; may be absent
    inspection/surface/SPECIMEN.npz     views (n,), evidence (n,) log-odds (nan: unseen), truth (n,) share, called (n,)

Nothing is written here. What does not keep to this is refused as a whole.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from blemish.arrays import PerPoint
from blemish.errors import WorkError
from blemish.plan.samples import Samples

PATCHES, EFFECTIVE = "patches", "effective"


@dataclass(frozen=True, eq=False)
class Inspected:
    """The surface of the part in patches, and for which specimens there are results."""

    folder: Path
    patches: Samples
    """The patches as samples of the surface: a place, a normal, a region and an area each."""
    regions: tuple[str, ...]
    """The names that the patches' regions count through."""
    specimens: tuple[str, ...] = ()
    sizes_mm: PerPoint = field(default_factory=lambda: np.zeros(0))
    """The sizes of defects that :attr:`probability` is known for; none without it."""
    probability: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    """That a defect of a size is found on a patch, (n, s)."""


@dataclass(frozen=True, eq=False)
class Result:
    """What was found on the patches of one specimen."""

    views: np.ndarray
    """How many views saw each patch, (n,)."""
    evidence: PerPoint
    """Log-odds of a defect; nan where no view saw the patch."""
    truth: PerPoint
    """The share of the patch that significant defects cover."""
    called: np.ndarray
    """Whether it is called defective, bool (n,)."""


def read_inspected(run: Path) -> Inspected | None:
    """Read a run's patches; None where nothing was inspected, and :class:`WorkError` where they are damaged."""
    folder = run / "inspection" / "surface"
    path = folder / f"{PATCHES}.npz"
    if not path.is_file():
        return None
    of = _arrays(path, {"centre": 2, "normal": 2, "area_mm2": 1, "region": 1, "regions": 1})
    count, regions = len(of["area_mm2"]), tuple(str(name) for name in of["regions"])
    region = of["region"].astype(np.int32)
    if not 0 < count == len(region) or of["centre"].shape != (count, 3) or of["normal"].shape != (count, 3):
        raise _damaged(path, "its arrays differ in length or are empty")
    if not (np.isfinite(of["centre"]).all() and region.min() >= 0 and region.max() < len(regions)):
        raise _damaged(path, "it has places or regions that are none")
    places, normals = of["centre"].astype(np.float64), of["normal"].astype(np.float64)
    patches = Samples(places, normals, region, np.zeros(count, dtype=np.int32), of["area_mm2"].astype(np.float64))
    specimens = tuple(sorted(one.stem for one in folder.glob("*.npz") if one.stem not in (PATCHES, EFFECTIVE)))
    sizes, probability = _effective(folder / f"{EFFECTIVE}.npz", count)
    return Inspected(folder, patches, regions, specimens, sizes, probability)


def result_of(inspected: Inspected, specimen: str) -> Result:
    """Read what was found on a specimen; :class:`WorkError` where that is missing, damaged or of other patches."""
    path = inspected.folder / f"{specimen}.npz"
    of = _arrays(path, {"views": 1, "evidence": 1, "truth": 1, "called": 1})
    count = len(inspected.patches)
    if any(len(values) != count for values in of.values()):
        raise _damaged(path, f"it is not of the {count} patches in {PATCHES}.npz")
    return Result(
        of["views"].astype(np.int64),
        of["evidence"].astype(np.float64),
        of["truth"].astype(np.float64),
        of["called"].astype(bool),
    )


def _effective(path: Path, count: int) -> tuple[PerPoint, np.ndarray]:
    if not path.is_file():
        return np.zeros(0), np.zeros((count, 0))
    of = _arrays(path, {"sizes_mm": 1, "probability": 2})
    if of["probability"].shape != (count, len(of["sizes_mm"])):
        raise _damaged(path, f"it is not of the {count} patches in {PATCHES}.npz")
    return of["sizes_mm"].astype(np.float64), of["probability"].astype(np.float64)


def _arrays(path: Path, axes: dict[str, int]) -> dict[str, np.ndarray]:
    """Read arrays by their names, each with as many axes as told."""
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {name: np.asarray(file[name]) for name in axes}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise _damaged(path, str(error) or type(error).__name__) from None
    wrong = [name for name, many in axes.items() if found[name].ndim != many or found[name].dtype.kind == "O"]
    if wrong:
        raise _damaged(path, f"{', '.join(wrong)}: not the arrays that belong here")
    return found


def _damaged(path: Path, why: str) -> WorkError:
    return WorkError(f"{path}: this cannot be shown ({why}); `blemish inspect` makes it anew")
