"""Looking at frames with a model: what it says of every pixel is put on the part, and defects are listed by view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from blemish.inspect.inspecting import Inspecting
from blemish.inspect.predictions import Predictions, predict_dataset
from blemish.inspect.sighted import sightings_of
from blemish.inspect.sightings import Sightings
from blemish.inspect.surface.buffers import Buffers, nominal_patches
from blemish.inspect.surface.calibrate import Calibration, Judged, calibrate
from blemish.inspect.surface.effective import Looks
from blemish.inspect.surface.fused import compare_fusions, judge
from blemish.inspect.surface.fusing import Fusion
from blemish.inspect.surface.patches import Patches

if TYPE_CHECKING:
    from blemish.dataset.read import Dataset
    from blemish.learn import Model

Advance = Callable[[int, int, str], None]


@dataclass(frozen=True, eq=False)
class Seen:
    """The frames of the validation set and of the set inspected, put on the part: what all figures follow from."""

    dataset: Dataset
    predictions: Predictions
    asked: Inspecting
    patches: Patches
    calibration: Calibration
    fusion: Fusion
    judged: Sequence[Judged]
    looks: Looks
    sightings: Sightings
    scattered: int = 0

    @property
    def views_seen(self) -> np.ndarray:
        """How many views look at each patch, int (n,)."""
        return np.bincount(self.looks.patch, minlength=len(self.patches))


def look(
    model: Model,
    dataset: Dataset,
    asked: Inspecting,
    folder: Path,
    *,
    geometry: Path | None = None,
    advance: Advance = lambda _done, _total, _note: None,
) -> Seen:
    """Ask a model about validation and test frames, and put what it says on the part.

    ``geometry`` is a folder with the geometry of photographs, which their dataset does not have. Raises
    :class:`RequestError` where frames have no geometry or a set is empty. Costs a pass of the network over each frame
    and a fraction of a second for putting it on the part.
    """
    buffers = Buffers(dataset, geometry)
    for name in ("val", asked.split):
        buffers.check(dataset.split(name))
    sets = {
        name: predict_dataset(
            model, dataset, name, folder / "predictions" / name, noted(advance, f"asking the model, {name}")
        )
        for name in ("val", asked.split)
    }
    patches = nominal_patches(buffers, asked.patch_mm)
    judged = {
        name: judge(kept, patches, buffers, noted(advance, f"onto the part, {name}")) for name, kept in sets.items()
    }
    calibration = calibrate(judged["val"], patches.area_mm2, patches.patch_mm, asked.fusion)
    worth = compare_fusions(judged["val"], patches, calibration, asked.fusion)
    best: Fusion = max(worth[1:], key=lambda one: one.f1).how  # type: ignore[assignment]
    sightings = sightings_of(sets[asked.split], noted(advance, "defect by defect"), geometry=buffers.maps)
    return Seen(
        dataset, sets[asked.split], asked, patches, calibration, best, judged[asked.split],
        looks_of(judged[asked.split][0], patches, asked.max_angle_deg), sightings,
    )  # fmt: skip


def look_closer(seen: Seen, model: Model, more: Dataset, folder: Path, advance: Advance) -> Seen:
    """Add the sightings of specimens that were made on top; they change curves and coverage, not the comparison."""
    kept = predict_dataset(model, more, "*", folder / "predictions" / "scatter", noted(advance, "asking the model"))
    return replace(
        seen,
        sightings=seen.sightings.plus(sightings_of(kept, noted(advance, "defect by defect")), "scatter-"),
        scattered=more.header.counts["specimens"],
    )


def tried(seen: Seen) -> np.ndarray:
    """Give where the defects were that the curves rest on, (d, 3)."""
    places = [
        defect.position_mm
        for one in seen.judged
        for defect in seen.dataset.specimen(one.specimen).defects
        if defect.significant and defect.position_mm is not None
    ]
    return np.array(places, dtype=np.float64).reshape(-1, 3)


def looks_of(judged: Judged, patches: Patches, max_angle_deg: float) -> Looks:
    """Give who looks at which patch, from the views of one specimen; half of a patch has to be in sight."""
    steepest = np.cos(np.radians(max_angle_deg))
    rows = []
    for number, view in enumerate(judged.views):
        whole = patches.area_mm2[view.patch] * view.px_per_mm.astype(float) ** 2 * np.maximum(view.cosine, 0.05)
        enough = (view.pixels >= 0.5 * whole) & (view.cosine >= steepest)
        rows.append(
            (view.patch[enough], np.full(int(enough.sum()), number), view.cosine[enough], view.px_per_mm[enough])
        )
    patch, view_of, cosine, px_per_mm = (np.concatenate(column) for column in zip(*rows, strict=True))
    return Looks(patch, view_of, np.clip(cosine.astype(np.float64), 0, 1), px_per_mm.astype(np.float64))


def noted(advance: Advance, note: str) -> Callable[[int, int], None]:
    """Give a report of progress that says what is being done."""
    return lambda done, total: advance(done, total, note)
