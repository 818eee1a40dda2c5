"""The maps that a network takes beside a picture, read from a frame's ``geometry.exr``.

They are of the part **as designed**, from the viewpoint that was planned: depth or angle of the specimen itself would
have its dents in them, and would tell the network what it is asked to find.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from blemish.dataset import ply
from blemish.dataset.index import FrameEntry
from blemish.dataset.layers import NOMINAL, read_geometry
from blemish.dataset.read import Dataset
from blemish.dataset.tiles import Layers
from blemish.errors import DatasetError, RequestError, did_you_mean
from blemish.learn.channels import Maps, channel, region_of
from blemish.learn.protocol import Protocol

CURE = 'set render.geometry = "nominal" in the study that makes this dataset, and run `blemish make` again'


def network_maps(dataset: Dataset, frame: FrameEntry, protocol: Protocol) -> Maps | None:
    """Give the channels of a frame as ``protocol.geometry`` wants them, uint8 (g, h, w); ``None`` if it wants none.

    What it gives goes into :func:`~blemish.learn.prediction.predict`. Raises :class:`RequestError` when the frame has
    no such maps, or its part no such region: the message says what makes them. Costs the unpacking of the frame's
    ``geometry.exr``, 30 ms for 612 x 512 pixels.
    """
    wanted = protocol.geometry
    if not wanted:
        return None
    nominal = _nominal(dataset, frame, wanted)
    distance = _working_distance_mm(dataset, frame) if "depth" in wanted else 0.0
    faces = _faces(dataset, frame, wanted) if any(map(region_of, wanted)) else {}
    return np.stack([channel(name, nominal, distance, faces) for name in wanted])


def layers_of(dataset: Dataset, protocol: Protocol) -> Layers | None:
    """Give what the tile cache unpacks beside each image."""
    if not protocol.geometry:
        return None

    def read(frame: FrameEntry) -> Maps:
        maps = network_maps(dataset, frame, protocol)
        assert maps is not None
        return maps

    return Layers(protocol.geometry, read)


def refuse_without_maps(where: object, geometry: tuple[str, ...]) -> None:
    """Raise :class:`RequestError` when a model that takes such maps is asked about photographs alone."""
    if geometry:
        raise RequestError(
            f"{where}: this model takes {', '.join(geometry)} of the CAD model beside each picture (learn.geometry), "
            "and plain photographs have none; `blemish evaluate` runs it on datasets made with render.geometry = "
            '"nominal", and for photographs train one without learn.geometry'
        )


def _nominal(dataset: Dataset, frame: FrameEntry, wanted: tuple[str, ...]) -> Mapping[str, np.ndarray]:
    path = dataset.root / "frames" / frame.specimen / frame.view / "geometry.exr"
    takes = f"and the network takes {', '.join(wanted)} from it"
    if not path.is_file():
        cure = CURE if dataset.header.kind == "rendered" else "photographs need a network without learn.geometry"
        raise RequestError(f"{path}: there is no such file, {takes}; {cure}")
    maps = read_geometry(path)
    if not NOMINAL.keys() <= maps.keys():
        raise RequestError(
            f"{path}: it shows the specimen with its defects and not the part as designed, {takes}; {CURE}"
        )
    if maps["nominal.cosine"].shape != (frame.height_px, frame.width_px):
        raise DatasetError(f"{path}: it is not of the size of its image; make the dataset again")
    return maps


def _working_distance_mm(dataset: Dataset, frame: FrameEntry) -> float:
    camera: Any = dataset.record(frame).camera or dataset.header.camera or {}
    distance = camera.get("working_distance_mm")
    if not distance:
        raise RequestError(
            f"{dataset.root}/frames/{frame.name}/frame.json: it tells no working_distance_mm of its camera, which the "
            "channel depth is measured by; add it, or leave depth out of learn.geometry"
        )
    return float(distance)


def _faces(dataset: Dataset, frame: FrameEntry, wanted: tuple[str, ...]) -> Mapping[str, np.ndarray]:
    path = dataset.root / "specimens" / frame.specimen / "part.ply"
    faces = _faces_of_regions(path, dataset.specimen(frame.specimen).geometry_sha256)
    strange = [name for name in map(region_of, wanted) if name and name not in faces]
    if strange:
        told = "; ".join(f"{name!r}: {did_you_mean(name, faces)}" for name in strange)
        raise RequestError(f"learn.geometry: the part of {dataset.root} has no such regions: {told}")
    return faces


@lru_cache(maxsize=8)
def _faces_of_regions(path: Path, _sha256: str | None) -> dict[str, np.ndarray]:
    """Read which CAD faces each region has; kept for as long as the file is the same."""
    try:
        mesh = ply.unpack(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path}: {error}; make the dataset again to repair it") from None
    return {name: np.unique(mesh.face[mesh.region == index]) for index, name in enumerate(mesh.regions)}
