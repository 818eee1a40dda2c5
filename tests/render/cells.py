"""Small inspection cells for the tests of the renderer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from builders import box, rod

from blemish.defects.specimen import Imprinted, Specimen
from blemish.finish import Brushed, Turned
from blemish.frames import Pose, look_at
from blemish.part.model import Part, Surface
from blemish.plan.camera import Camera
from blemish.plan.light import RingLight
from blemish.plan.model import Viewpoint
from blemish.render import Scene, Sensor, build_scene

SMALL = Camera(width_px=64, height_px=48, pixel_pitch_um=110.0)
"""About half a millimetre a pixel; 33 x 25 mm."""


def specimen_of(part: Part, instance: np.ndarray | None = None, significant: dict[int, bool] | None = None) -> Specimen:
    """A specimen with a part's own triangles, some of which are declared to be defects."""
    given = np.zeros(len(part.triangles), dtype=np.int32) if instance is None else instance
    marks = {int(id_): True for id_ in np.unique(given) if id_} if significant is None else significant
    defects = tuple(
        Imprinted(
            id=id_,
            kind="declared",
            significant=is_significant,
            parameters={},
            position_mm=(0.0, 0.0, 0.0),
            normal=(0.0, 0.0, 1.0),
            region="",
            area_mm2=0.0,
            depth_mm=0.0,
        )
        for id_, is_significant in marks.items()
    )
    return replace(Specimen.of(part, "d000"), instance=given, defects=defects)


def finishes_of(part: Part, **fields: Any) -> dict[str, Any]:
    """A turned mantle and brushed ends for the rod; a brushed box."""
    if part.name == "rod":
        return {"mantle": Turned(pattern=1, **fields), "ends": Brushed(pattern=2)}
    return {region.name: Brushed(pattern=3, **fields) for region in part.regions}


def scene_of(part: Part, specimen: Specimen | None = None, light: RingLight | None = None, **finish: Any) -> Scene:
    """A scene of aluminium."""
    given = specimen or specimen_of(part)
    return build_scene(given, part, finishes_of(part, **finish), "aluminium", light or RingLight())


def view(eye: tuple[float, float, float], target: tuple[float, float, float], name: str = "v000") -> Viewpoint:
    """A viewpoint."""
    return Viewpoint(name, look_at(np.array(eye), np.array(target)))


def moved(part: Part, pose: Pose) -> Part:
    """The same part somewhere else."""
    return replace(
        part,
        vertices_mm=pose.apply(part.vertices_mm),
        normals=part.normals @ pose.rotation.T,
        surfaces=tuple(
            Surface(
                surface.kind,
                pose.apply(surface.origin_mm[None])[0],
                pose.rotation @ surface.axis,
                surface.radius_mm,
                surface.tube_radius_mm,
                surface.semi_angle_rad,
            )
            for surface in part.surfaces
        ),
    )


ROD, BOX = rod(10.0, 20.0), box((20.0, 20.0, 5.0))
ROD_VIEW = view((200.0, 0.0, 10.0), (0.0, 0.0, 10.0))
BOX_VIEW = view((60.0, 30.0, 190.0), (0.0, 0.0, 2.0))
SENSOR = Sensor()
