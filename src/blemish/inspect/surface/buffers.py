"""Where the geometry of a dataset's frames lies, and each specimen's views put onto its patches, one at a time.

Rendered frames have their own maps and meshes; for photographs with poses they are rendered from the part as designed
and lie in a folder of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from blemish.dataset import ply
from blemish.dataset.index import FrameEntry
from blemish.dataset.layers import read_geometry
from blemish.dataset.ply import Geometry
from blemish.dataset.read import Dataset
from blemish.dataset.record import FrameRecord
from blemish.errors import DatasetError, RequestError
from blemish.inspect.surface.backproject import Optics, ViewEvidence, optics_of, view_evidence
from blemish.inspect.surface.patches import Lookup, Patches, lookup_of, patches_of

if TYPE_CHECKING:
    from blemish.inspect.predictions import Predictions


@dataclass(frozen=True, eq=False)
class Buffers:
    """Where the geometry of a dataset's frames lies: in the dataset, or in a folder that was made for photographs."""

    dataset: Dataset
    folder: Path | None = None
    """Holds ``<specimen>/<view>/geometry.exr`` and one ``part.ply``, the nominal part's, for all of them."""

    def maps(self, frame: FrameEntry) -> dict[str, np.ndarray]:
        """Read the maps of a frame; the dataset's own come first."""
        return read_geometry(self._maps_of(frame))

    def mesh(self, specimen: str) -> Geometry:
        """Read the mesh of a specimen; :class:`DatasetError` where there is none that can be read."""
        path = self._mesh_of(specimen)
        try:
            return ply.unpack(path.read_bytes())
        except (OSError, ValueError) as error:
            raise DatasetError(f"{path}: {error}; {self._cure()}") from None

    def is_measured(self, specimen: str) -> bool:
        """Say whether the mesh is the specimen's own, with its defects, and not that of the part as designed."""
        return (self.dataset.root / "specimens" / specimen / "part.ply").is_file()

    def check(self, frames: Iterable[FrameEntry]) -> None:
        """Raise one :class:`RequestError` that says of which frames geometry or mesh is missing, and what makes it."""
        listed = list(frames)
        blind = [frame.name for frame in listed if not self._maps_of(frame).is_file()]
        names = sorted({frame.specimen for frame in listed})
        shapeless = [name for name in names if not self._mesh_of(name).is_file()]
        told = []
        if blind:
            told.append(f"{len(blind)} of {len(listed)} frames have no geometry.exr, first {blind[0]}")
        if shapeless:
            told.append(f"{len(shapeless)} of {len(names)} specimens have no part.ply, first {shapeless[0]}")
        if told:
            raise RequestError(
                f"{self.dataset.root}: {'; '.join(told)}: what they show cannot be put on the part; {self._cure()}"
            )

    def _maps_of(self, frame: FrameEntry) -> Path:
        own = self.dataset.root / "frames" / frame.name / "geometry.exr"
        return own if own.is_file() or self.folder is None else self.folder / frame.name / "geometry.exr"

    def _mesh_of(self, specimen: str) -> Path:
        own = self.dataset.root / "specimens" / specimen / "part.ply"
        return own if own.is_file() or self.folder is None else self.folder / "part.ply"

    def _cure(self) -> str:
        if self.dataset.header.kind == "photographs":
            return "`blemish inspect STUDY` renders it for photographs with poses, from the study's part and their plan"
        return "set render.geometry = true in the study and run `blemish make`, which makes only what is missing"


def nominal_patches(buffers: Buffers, patch_mm: float, specimen: str | None = None) -> Patches:
    """Spread patches over the part, from the mesh of one specimen: the one given, or the one with the fewest defects.

    :class:`RequestError` where no specimen has a mesh.
    """
    frames = buffers.dataset.frames
    names = [specimen] if specimen else sorted({frame.specimen for frame in frames})
    records = [buffers.dataset.specimen(name) for name in names]
    best = min(records, key=lambda one: (sum(defect.significant for defect in one.defects), len(one.defects), one.id))
    return patches_of(buffers.mesh(best.id), patch_mm)


def views_of(
    predictions: Predictions, specimen: str, lookup: Lookup, buffers: Buffers, *, marks: bool = False
) -> Iterator[tuple[ViewEvidence, ViewEvidence | None]]:
    """Give the evidence of each view of a specimen that was predicted, one frame at a time.

    With ``marks`` the same of the frame's mask comes beside it, as if it were scores.
    """
    for frame in predictions.frames:
        if frame.specimen == specimen:
            optics, maps = optics_of_frame(predictions.dataset.record(frame)), buffers.maps(frame)
            marked = None
            if marks:
                mask = predictions.dataset.defect_mask(frame).astype(np.float32)
                marked = view_evidence(mask, maps, lookup, optics, frame.view, 0.5)
            scores = predictions.scores(frame)
            yield view_evidence(scores, maps, lookup, optics, frame.view, predictions.threshold), marked


def optics_of_frame(record: FrameRecord) -> Optics:
    """Give the optics of a frame as it was taken: a rendered pinhole does not blur, a photograph does."""
    blurs = (record.rendering or {}).get("depth_of_field", True) is not False
    return optics_of(record.camera, record.name, blurs=blurs)


def laid(buffers: Buffers, specimen: str, patches: Patches) -> tuple[Geometry, Lookup]:
    """Read a specimen's mesh and lay it on the patches."""
    geometry = buffers.mesh(specimen)
    return geometry, lookup_of(geometry, patches)
