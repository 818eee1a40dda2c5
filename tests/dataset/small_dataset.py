"""A small dataset, made by the tests: four specimens, two of them defective, three views each."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from blemish.dataset import write
from blemish.dataset.ply import Geometry
from blemish.dataset.record import DefectRecord, FrameRecord, Header, SpecimenRecord, VisibleDefect, rows
from blemish.dataset.split import SplitRule
from blemish.frames import look_at

HEADER = Header(name="small", kind="rendered", classes=("dent", "scratch"))
RULE = SplitRule(shares={"train": 2.0, "val": 1.0, "test": 1.0}, stratified=False)
SPECIMENS = ("c000", "c001", "d000", "d001")
VIEWS = ("v000", "v001", "v002")
SHAPE = (20, 30)


def specimen(name: str) -> SpecimenRecord:
    """``d...`` carries a significant dent, 1, and an insignificant scratch, 2; ``c...`` only the scratch."""
    scratch = DefectRecord(id=2, kind="scratch", significant=False, parameters={"width_mm": 0.1})
    dent = DefectRecord(
        id=1, kind="dent", parameters={"depth_mm": 0.05}, position_mm=(1.0, 2.0, 3.0), normal=(0.0, 0.0, 1.0)
    )
    defective = name.startswith("d")
    return SpecimenRecord(id=name, defective=defective, defects=(dent, scratch) if defective else (scratch,))


def geometry(name: str) -> Geometry:
    """Two triangles, the second of them scratched."""
    return Geometry(
        vertices_mm=np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0.5]], dtype=np.float64),
        triangles=np.array([[0, 1, 2], [1, 3, 2]], dtype=np.int32),
        face=np.array([0, 1], dtype=np.int32),
        region=np.array([0, 0], dtype=np.int32),
        instance=np.array([0, 2], dtype=np.int32),
        regions=("turned",),
    )


def pixels(name: str, view: str, kind: type = np.uint8) -> tuple[np.ndarray, np.ndarray]:
    """An image of noise, and a mask that shows the dent in all views but the last."""
    rng = np.random.default_rng([*name.encode(), *view.encode()])
    image = rng.integers(0, np.iinfo(kind).max, SHAPE, endpoint=True).astype(kind)
    mask = np.zeros(SHAPE, np.uint16)
    if name.startswith("d") and view != VIEWS[-1]:
        mask[3:7, 5:10] = 1
    return image, mask


def frame(name: str, view: str) -> FrameRecord:
    """The record that a renderer would give."""
    return FrameRecord(
        specimen=name,
        view=view,
        digest=f"{name}-{view}",
        world_from_camera=rows(look_at(np.array([0.0, 0.0, 100.0]), np.zeros(3))),
        seeds={"frame": 7},
        defects=(VisibleDefect(id=2, area_px=4),),
    )


def make(root: Path) -> Path:
    """Write the whole dataset."""
    write.create(root, HEADER)
    for name in SPECIMENS:
        write.write_specimen(root, specimen(name), geometry(name))
        for view in VIEWS:
            write.write_frame(root, frame(name, view), *pixels(name, view))
    write.finish(root, HEADER, split=RULE)
    return root


def contents(root: Path) -> dict[str, bytes]:
    """Every file of a folder by its path."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
