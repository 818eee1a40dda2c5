"""What an inspection leaves in ``RUN/inspection/surface``, for whoever draws it.

::

    patches.npz      centre (n, 3) and normal (n, 3) in CAD coordinates, area_mm2 (n,), region (n,), regions (names),
                     views (n,): how many views of the plan look at each
    SPECIMEN.npz     views (n,), evidence (n,) log-odds (nan: no view), truth (n,) share of significant defects,
                     called (n,)
    effective.npz    names (m,), sizes_mm (m,), probability (n, m): how surely a defect of a kind and size is found;
                     kinds (k,), smallest_mm (n, k): the smallest that is found surely enough (inf: none)
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from blemish.arrays import PerPoint, Points
from blemish.disk import write_whole
from blemish.errors import WorkError
from blemish.inspect.surface.fuse import Evidence
from blemish.inspect.surface.patches import Patches, Truth

FOLDER = "surface"
PATCHES, EFFECTIVE = "patches", "effective"
_LAYOUT = {
    PATCHES: {"centre": 2, "normal": 2, "area_mm2": 1, "region": 1, "regions": 1, "views": 1},
    EFFECTIVE: {"names": 1, "sizes_mm": 1, "probability": 2, "kinds": 1, "smallest_mm": 2},
}
_SPECIMEN = {"views": 1, "evidence": 1, "truth": 1, "called": 1}


@dataclass(frozen=True, eq=False)
class SpecimenMaps:
    """What was made of one specimen, by patch."""

    views: np.ndarray
    """How many views look at each patch, (n,)."""
    evidence: PerPoint
    """Log-odds of a defect; nan where no view looks."""
    truth: PerPoint
    """The share of the patch that significant defects cover."""
    called: np.ndarray
    """Whether it is called a defect, bool (n,)."""


@dataclass(frozen=True, eq=False)
class EffectiveMaps:
    """How surely what is found where."""

    names: tuple[str, ...]
    """A kind and a size each, ``m`` of them."""
    sizes_mm: np.ndarray
    probability: np.ndarray
    """(n, m)."""
    kinds: tuple[str, ...]
    smallest_mm: np.ndarray
    """The smallest size found surely enough, (n, kinds); inf where none is."""


@dataclass(frozen=True, eq=False)
class SurfaceMaps:
    """The surface in patches, with all that is known of them."""

    centre_mm: Points
    normal: Points
    area_mm2: PerPoint
    region: np.ndarray
    regions: tuple[str, ...]
    views: np.ndarray
    """How many views of the plan look at each patch, (n,)."""
    effective: EffectiveMaps | None = None
    specimens: dict[str, SpecimenMaps] = field(default_factory=dict)


def read_surface(folder: Path) -> SurfaceMaps:
    """Read all maps of an inspection back; :class:`WorkError` where one is missing or damaged."""
    of = _read(folder, PATCHES, _LAYOUT[PATCHES])
    count, effective = len(of["area_mm2"]), None
    if (folder / FOLDER / f"{EFFECTIVE}.npz").is_file():
        maps = _read(folder, EFFECTIVE, _LAYOUT[EFFECTIVE], count, "probability", "smallest_mm")
        names, kinds = (tuple(str(one) for one in maps[name]) for name in ("names", "kinds"))
        effective = EffectiveMaps(names, maps["sizes_mm"], maps["probability"], kinds, maps["smallest_mm"])
    made = sorted(one.stem for one in (folder / FOLDER).glob("*.npz") if one.stem not in _LAYOUT)
    specimens = {name: SpecimenMaps(**_read(folder, name, _SPECIMEN, count, *_SPECIMEN)) for name in made}
    return SurfaceMaps(
        of["centre"].astype(np.float64), of["normal"].astype(np.float64), of["area_mm2"].astype(np.float64),
        of["region"], tuple(str(name) for name in of["regions"]), of["views"], effective, specimens,
    )  # fmt: skip


def _read(
    folder: Path, name: str, layout: Mapping[str, int], count: int | None = None, *rows: str
) -> dict[str, np.ndarray]:
    """Read arrays by name, each with as many axes as told; those named last have one row a patch."""
    path = folder / FOLDER / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {key: np.asarray(file[key]) for key in layout}
    except FileNotFoundError:
        raise WorkError(f"{path}: missing; `blemish inspect STUDY` makes it") from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise WorkError(f"{path}: damaged ({error}); `blemish inspect STUDY` makes it anew") from None
    wrong = [key for key, axes in layout.items() if found[key].ndim != axes or found[key].dtype.kind == "O"]
    wrong += [key for key in rows if len(found[key]) != count]
    if wrong:
        raise WorkError(f"{path}: {', '.join(wrong)} do not belong to these patches; `blemish inspect STUDY` mends it")
    return found


def write_patches(folder: Path, patches: Patches, views: np.ndarray) -> None:
    """Write the patches, and by how many views of the plan each is seen; maps of earlier patches go."""
    for old in (folder / FOLDER).glob("*.npz"):
        old.unlink()
    _write(
        folder / FOLDER / "patches.npz",
        {
            "centre": patches.centre_mm.astype(np.float32),
            "normal": patches.normal.astype(np.float32),
            "area_mm2": patches.area_mm2.astype(np.float32),
            "region": patches.region,
            "regions": np.array(patches.regions, dtype=np.str_),
            "views": views.astype(np.int32),
        },
    )


def write_specimen(folder: Path, specimen: str, evidence: Evidence, truth: Truth, threshold: float) -> None:
    """Write what was made of a specimen, by one fusion."""
    _write(
        folder / FOLDER / f"{specimen}.npz",
        {
            "views": evidence.views_seen,
            "evidence": evidence.log_odds.astype(np.float32),
            "truth": truth.share.astype(np.float32),
            "called": evidence.called(threshold),
        },
    )


def write_effective(
    folder: Path, maps: Mapping[str, tuple[float, np.ndarray]], smallest: Mapping[str, np.ndarray]
) -> None:
    """Write maps of the probability of detection: by name the size in mm and (n,); and the smallest size by kind."""
    _write(
        folder / FOLDER / "effective.npz",
        {
            "names": np.array(list(maps), dtype=np.str_),
            "sizes_mm": np.array([size for size, _ in maps.values()], dtype=np.float32),
            "probability": np.stack([found for _, found in maps.values()], axis=1).astype(np.float32),
            "kinds": np.array(list(smallest), dtype=np.str_),
            "smallest_mm": np.stack(list(smallest.values()), axis=1).astype(np.float32),
        },
    )


def _write(path: Path, arrays: Mapping[str, Any]) -> None:
    data = io.BytesIO()
    np.savez_compressed(data, allow_pickle=False, **arrays)
    write_whole(path, data.getvalue())
