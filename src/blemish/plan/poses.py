"""Viewpoints from elsewhere and for elsewhere: CSV, JSON, BOP camera files, a robot's hand-eye calibrated poses.

======================  =======================================================================================
``.csv``                a header line; ``x_mm, y_mm, z_mm`` and the unit quaternion ``qw, qx, qy, qz`` of
                        ``world_from_camera``; ``name`` if the views have names
``scene_camera.json``   BOP: ``cam_R_w2c`` (9 numbers, row by row) and ``cam_t_w2c`` (mm) for each image number; written
                        with ``cam_K``
other ``.json``         ``{"viewpoints": [{"name": ..., "world_from_camera": 4 x 4 matrix in mm}]}``: a plan.json is one
======================  =======================================================================================

The world is that of the CAD file; the camera looks along +z, x right, y down. JSON keeps every bit; quaternions keep
about fifteen digits.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from blemish.disk import write_whole
from blemish.errors import PlanError
from blemish.frames import Pose
from blemish.plan.camera import Camera
from blemish.plan.files import mistaken_names
from blemish.plan.model import Viewpoint

COLUMNS = ("x_mm", "y_mm", "z_mm", "qw", "qx", "qy", "qz")


def read_poses(path: Path) -> tuple[Viewpoint, ...]:
    """Read viewpoints from a file of one of the forms above; :class:`PlanError` lists every view that is wrong."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanError(f"{path}: the poses cannot be read: {getattr(error, 'strerror', None) or error}") from None
    rows = _csv_rows(path, text) if path.suffix.lower() == ".csv" else _json_rows(path, text)
    mistakes, views = [], []
    for name, row, pose_of in rows:
        try:
            views.append(Viewpoint(name, pose_of(row)))
        except (ValueError, TypeError, KeyError) as error:
            what = f"{error} is not given" if isinstance(error, KeyError) else str(error)
            mistakes.append(f"viewpoint {name}: {what}")
    mistakes += mistaken_names([name for name, _, _ in rows])
    if not rows:
        mistakes.append("there are no poses in it")
    if mistakes:
        raise PlanError(f"{path}: " + "\n  ".join(mistakes))
    return tuple(views)


def write_poses(viewpoints: Sequence[Viewpoint], camera: Camera, path: Path) -> None:
    """Write viewpoints in the form that the file's name asks for; in BOP their names become numbers."""
    path = Path(path)
    if path.suffix.lower() == ".csv":
        lines = [",".join(("name", *COLUMNS))]
        for view in viewpoints:
            pose = view.world_from_camera
            numbers = [*pose.translation_mm.tolist(), *_quaternion(pose.rotation)]
            lines.append(",".join([view.name, *map(repr, numbers)]))
        write_whole(path, "\n".join(lines) + "\n")
    elif path.name == "scene_camera.json":
        write_whole(path, json.dumps({str(i): _bop(view, camera) for i, view in enumerate(viewpoints)}, indent=1))
    elif path.suffix.lower() == ".json":
        views = [
            {"name": view.name, "world_from_camera": view.world_from_camera.matrix().tolist()} for view in viewpoints
        ]
        write_whole(path, json.dumps({"viewpoints": views}, indent=1) + "\n")
    else:
        raise PlanError(
            f"{path}: poses are written as .csv, .json or scene_camera.json, not as {path.suffix or 'this'}"
        )


def from_hand_eye(
    base_from_flange: Mapping[str, Pose], flange_from_camera: Pose, base_from_part: Pose
) -> tuple[Viewpoint, ...]:
    """Turn a robot's flange poses into viewpoints, with its hand-eye calibration and where the part lies.

    The chain is part <- base <- flange <- camera. All poses are in millimetres.
    """
    part_from_base = base_from_part.inverse()
    return tuple(
        Viewpoint(name, flange_from_camera.then(flange).then(part_from_base))
        for name, flange in base_from_flange.items()
    )


def read_flange_poses(path: Path, calibration: Path) -> tuple[Viewpoint, ...]:
    """Read a robot's flange poses, in the same forms, and turn them into viewpoints with a calibration file.

    The file is JSON with ``flange_from_camera`` and ``base_from_part``, 4 x 4 matrices in millimetres.
    """
    try:
        values = json.loads(Path(calibration).read_text(encoding="utf-8-sig"))
        named = values if isinstance(values, dict) else {}
        found = [
            Pose.from_matrix(_numbers(named.get(name), (4, 4), name))
            for name in ("flange_from_camera", "base_from_part")
        ]
    except (OSError, ValueError, RecursionError) as error:
        raise PlanError(
            f"{calibration}: {error}; a hand-eye calibration is JSON with flange_from_camera and base_from_part, "
            "each 4 rows of 4 numbers in millimetres"
        ) from None
    flanges = {view.name: view.world_from_camera for view in read_poses(path)}
    return from_hand_eye(flanges, *found)


Row = tuple[str, Any, Callable[[Any], Pose]]


def _csv_rows(path: Path, text: str) -> list[Row]:
    reader = csv.DictReader(text.splitlines(), skipinitialspace=True, strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise PlanError(f"{path}: line {reader.line_num}: this is not CSV: {error}") from None
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise PlanError(
            f"{path}: there is no column {', '.join(missing)}; the first line must name {', '.join(COLUMNS)}"
        )
    return [(row.get("name") or f"v{i:03d}", row, _from_quaternion) for i, row in enumerate(rows)]


def _json_rows(path: Path, text: str) -> list[Row]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PlanError(f"{path}: this is not JSON, or it is damaged: {error}") from None
    if isinstance(values, dict) and isinstance(values.get("viewpoints"), list):
        views = [view if isinstance(view, dict) else {} for view in values["viewpoints"]]
        return [(str(view.get("name", f"v{i:03d}")), view, _from_matrix) for i, view in enumerate(views)]
    if isinstance(values, dict) and values and all(key.isdigit() for key in values):
        ordered = sorted(values.items(), key=lambda item: int(item[0]))
        return [(f"v{int(key):03d}", view, _from_bop) for key, view in ordered]
    raise PlanError(f'{path}: neither "viewpoints" nor the image numbers of a BOP scene_camera.json are in it')


def _from_quaternion(row: Mapping[str, str]) -> Pose:
    x, y, z, *quaternion = (float(row[column]) for column in COLUMNS)
    length = float(np.linalg.norm(quaternion))
    if not abs(length - 1) < 1e-3:
        raise ValueError(f"({', '.join(f'{q:g}' for q in quaternion)}) is no rotation: a quaternion has length 1")
    w, i, j, k = (q / length for q in quaternion)
    rotation = np.array(
        [
            [1 - 2 * (j * j + k * k), 2 * (i * j - k * w), 2 * (i * k + j * w)],
            [2 * (i * j + k * w), 1 - 2 * (i * i + k * k), 2 * (j * k - i * w)],
            [2 * (i * k - j * w), 2 * (j * k + i * w), 1 - 2 * (i * i + j * j)],
        ]
    )
    return _rigid(rotation, [x, y, z])


def _from_matrix(view: Mapping[str, Any]) -> Pose:
    matrix = _numbers(view["world_from_camera"], (4, 4), "world_from_camera")
    return Pose.from_matrix(matrix)


def _from_bop(view: Mapping[str, Any]) -> Pose:
    rotation = _numbers(view["cam_R_w2c"], (9,), "cam_R_w2c").reshape(3, 3)
    return _rigid(rotation, _numbers(view["cam_t_w2c"], (3,), "cam_t_w2c")).inverse()


def _bop(view: Viewpoint, camera: Camera) -> dict[str, list[float]]:
    camera_from_world = view.world_from_camera.inverse()
    return {
        # BOP counts pixel centres in whole numbers, as OpenCV does.
        "cam_K": (camera.matrix - [[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]]).ravel().tolist(),
        "cam_R_w2c": camera_from_world.rotation.ravel().tolist(),
        "cam_t_w2c": camera_from_world.translation_mm.tolist(),
    }


def _rigid(rotation: np.ndarray, translation_mm: Any) -> Pose:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = rotation, translation_mm
    if not np.isfinite(matrix).all():
        raise ValueError("its numbers are not all finite")
    return Pose.from_matrix(matrix)


def _numbers(value: Any, shape: tuple[int, ...], name: str) -> np.ndarray:
    try:
        array = np.array(value, dtype=np.float64)
    except (ValueError, TypeError):
        array = np.zeros(0)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"{name} must be {' x '.join(map(str, shape))} numbers")
    return array


def _quaternion(rotation: np.ndarray) -> list[float]:
    """Give the unit quaternion (w, x, y, z) of a rotation, from its largest component (Shepperd, 1978)."""
    r = rotation
    squares = np.array([1 + np.trace(r), *(1 + 2 * np.diag(r) - np.trace(r))])
    sums = np.array(
        [
            [squares[0], r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]],
            [r[2, 1] - r[1, 2], squares[1], r[0, 1] + r[1, 0], r[0, 2] + r[2, 0]],
            [r[0, 2] - r[2, 0], r[0, 1] + r[1, 0], squares[2], r[1, 2] + r[2, 1]],
            [r[1, 0] - r[0, 1], r[0, 2] + r[2, 0], r[1, 2] + r[2, 1], squares[3]],
        ]
    )
    largest = sums[int(np.argmax(squares))]
    quaternion = largest / np.linalg.norm(largest)
    return [float(value) for value in (quaternion if quaternion[0] >= 0 else -quaternion)]
