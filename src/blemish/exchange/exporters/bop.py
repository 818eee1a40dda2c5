"""BOP: what pose estimation learns from; one scene a specimen, in millimetres.

``<set>/<scene>/gray/NNNNNN.png``, ``scene_camera.json`` (``cam_K``, ``cam_R_w2c``, ``cam_t_w2c``), ``scene_gt.json``
(``cam_R_m2c``, ``cam_t_m2c``, ``obj_id``), ``camera.json``, and for each specimen that was rendered its own geometry,
defects and all, as ``models/obj_NNNNNN.ply`` (grey, each defect in its colour) with ``models_info.json``. A model's
coordinates are the CAD file's, so a model stands in its world where the CAD file has it. ``cam_K`` has pixel centres at
whole numbers, as OpenCV does.

Instance masks of defects, which BOP does not know, lie beside the images as ``defects/NNNNNN.png``, 16 bits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from blemish.arrays import Points
from blemish.dataset import ply
from blemish.dataset.read import Dataset
from blemish.errors import DatasetError, RequestError
from blemish.exchange.exporters import Exporter
from blemish.exchange.intrinsics import intrinsics
from blemish.exchange.picture import Picture
from blemish.settings import settings


@settings
class Options:
    """How BOP is written."""

    models: bool = True
    """Write each specimen's geometry."""


def write(dataset: Dataset, pictures: Iterable[Picture], folder: Path, options: Options) -> tuple[str, ...]:
    """Write scenes and models."""
    numbers: dict[str, int] = {}
    for (name, specimen), some in groupby(pictures, key=lambda one: (one.set, one.frame.specimen)):
        number = numbers.setdefault(specimen, len(numbers) + 1)
        camera = _scene(folder / name / f"{number:06d}", some, number)
        if not (folder / "camera.json").exists():
            _json(folder / "camera.json", camera)
    has_model = [_model(dataset, specimen, folder, number) for specimen, number in numbers.items() if options.models]
    lost = ["the part's silhouettes (mask, mask_visib) and depth; defects' kinds and parameters, finishes, light"]
    if not all(has_model):
        lost.append(f"{has_model.count(None)} specimens have no geometry, so there are no models of them")
    _json(folder / "specimens.json", {str(number): specimen for specimen, number in numbers.items()})
    if any(has_model):
        facts = {str(at): facts for at, facts in zip(numbers.values(), has_model, strict=True) if facts is not None}
        _json(folder / "models" / "models_info.json", facts)
    return tuple(lost)


def _scene(scene: Path, pictures: Iterable[Picture], number: int) -> dict[str, Any]:
    """Write one specimen's images and poses; give the camera of the first."""
    cameras, truths = {}, {}
    for at, picture in enumerate(pictures):
        height, width = picture.size
        record = picture.record
        k = intrinsics(record.camera or picture.dataset.header.camera, (width, height))
        if record.pose is None or k is None:
            what = "pose" if record.pose is None else "camera's data sheet"
            raise RequestError(
                f"{picture.dataset.root}: frame {picture.frame.name} has no {what}, and BOP is about nothing else; "
                "`blemish import ... --poses` attaches a plan's poses to photographs"
            )
        picture.copy_image(scene / "gray" / f"{at:06d}.png")
        if picture.frame.defective:
            (scene / "defects").mkdir(exist_ok=True)
            (scene / "defects" / f"{at:06d}.png").write_bytes(picture.packed("mask.png"))
        camera_from_world = record.pose.inverse()
        rotation, shift = camera_from_world.rotation.ravel().tolist(), camera_from_world.translation_mm.tolist()
        flat = k.ravel().tolist()
        cameras[str(at)] = {"cam_K": flat, "cam_R_w2c": rotation, "cam_t_w2c": shift, "view": picture.frame.view}
        truths[str(at)] = [{"cam_R_m2c": rotation, "cam_t_m2c": shift, "obj_id": number}]
    _json(scene / "scene_camera.json", cameras)
    _json(scene / "scene_gt.json", truths)
    return {"fx": flat[0], "fy": flat[4], "cx": flat[2], "cy": flat[5], "width": width, "height": height}


def _model(dataset: Dataset, specimen: str, folder: Path, number: int) -> dict[str, float] | None:
    """Write a specimen's geometry as a plain mesh; None where it has none."""
    path = dataset.root / "specimens" / specimen / "part.ply"
    if not path.is_file():
        return None
    try:
        geometry = ply.unpack(path.read_bytes())
    except ValueError as error:
        raise DatasetError(
            f"{path}: damaged: {error}; make the dataset again: only what is damaged is made anew"
        ) from None
    vertices = geometry.vertices_mm
    (folder / "models").mkdir(exist_ok=True)
    (folder / "models" / f"obj_{number:06d}.ply").write_bytes(ply.pack_coloured(geometry))
    low, size = vertices.min(axis=0), np.ptp(vertices, axis=0)
    facts = {f"min_{axis}": float(value) for axis, value in zip("xyz", low, strict=True)}
    facts |= {f"size_{axis}": float(value) for axis, value in zip("xyz", size, strict=True)}
    return {"diameter": diameter_mm(vertices), **facts}


def diameter_mm(vertices: Points) -> float:
    """Give the largest distance between two vertices: between two corners of the convex hull."""
    from scipy.spatial import ConvexHull, QhullError
    from scipy.spatial.distance import cdist

    try:
        corners = vertices[ConvexHull(vertices).vertices]
    except QhullError:  # flat
        corners = np.unique(vertices, axis=0)
    pieces = np.array_split(corners, max(len(corners) // 500, 1))
    return max(float(cdist(piece, corners).max()) for piece in pieces)


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


EXPORTER = Exporter(Options, write)
