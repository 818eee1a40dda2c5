"""The same picture by Mitsuba's own means: its sensor, its emitters, its integrator, our BSDF.

Nothing in the product needs it. Tests hold our renderer against it, the benchmark takes its time, and whoever wants
another integrator starts from it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from blemish.engine import to_mitsuba
from blemish.frames import Pose
from blemish.plan.camera import Camera
from blemish.plan.light import RingLight
from blemish.render.rendering import Rendering
from blemish.render.scene import Scene

RING_SEGMENTS = 256


def as_mitsuba(
    scene: Scene,
    camera: Camera,
    world_from_camera: Pose,
    rendering: Rendering,
    *,
    bsdf: Any = None,
    sampler: str = "multijitter",
) -> Any:
    """Make a ``mi.Scene`` that ``mi.render`` turns into the radiance of :func:`.frame.shoot`, up to noise.

    The background is what surrounds the part, so ``background_radiance`` and ``ambient_radiance`` must be the same.
    Another ``bsdf`` may take the place of the finishes, and another ``sampler`` that of Mitsuba's best for this.
    """
    import drjit as dr
    import mitsuba as mi

    from blemish.finish.bsdf import MachinedMetal
    from blemish.render.view import sample_angle

    if not isinstance(scene.light, RingLight) or len(scene.light.shining) < scene.light.segments:
        raise ValueError("only whole ring lights are made for Mitsuba")
    if any(camera.distortion) or rendering.depth_of_field:
        raise ValueError("this scene has a pinhole camera: take one without distortion, and depth_of_field = false")
    if rendering.background_radiance != rendering.ambient_radiance:
        raise ValueError("in a Mitsuba scene the surroundings are what is seen behind the part: make both the same")
    if bsdf is None:
        bsdf = MachinedMetal.of(scene.finishes)
        bsdf.sample_angle = dr.opaque(mi.Float, sample_angle(camera, rendering))
    rows = scene.vertices.numpy().reshape(-1, 8)
    corners = scene.corners.numpy().reshape(-1, 4)[:, :3]
    turn = np.diag([-1.0, -1.0, 1.0, 1.0])  # Mitsuba's cameras have x to the left and y up
    return mi.load_dict(
        {
            "type": "scene",
            "part": to_mitsuba(rows[:, 0:3], corners, rows[:, 4:7], bsdf=bsdf),
            "ring": _ring(scene.light, world_from_camera),
            "ambient": {"type": "constant", "radiance": float(rendering.ambient_radiance)},
            "sensor": {
                "type": "perspective",
                "fov": float(np.rad2deg(2 * np.arctan(camera.width_px / 2 / camera.focal_length_px))),
                "fov_axis": "x",
                "near_clip": 1.0,
                "to_world": mi.ScalarTransform4f((world_from_camera.matrix() @ turn).tolist()),
                "film": {
                    "type": "hdrfilm",
                    "width": camera.width_px,
                    "height": camera.height_px,
                    "pixel_format": "luminance",
                    "rfilter": {"type": "box"},
                },
                "sampler": {"type": sampler, "sample_count": rendering.samples_per_pixel},
            },
            "integrator": {"type": "direct"}
            if rendering.bounces == 1
            else {"type": "path", "max_depth": rendering.bounces + 1, "rr_depth": 100},
        }
    )


def _ring(light: RingLight, world_from_camera: Pose) -> Any:
    """Make the luminous annulus as a mesh of thin quadrilaterals, of the same area as the true one."""
    import mitsuba as mi

    angle = np.arange(RING_SEGMENTS) * 2 * np.pi / RING_SEGMENTS
    rim = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    rim *= np.sqrt(2 * np.pi / RING_SEGMENTS / np.sin(2 * np.pi / RING_SEGMENTS))
    flat = np.concatenate([rim * light.inner_radius_mm, rim * light.outer_radius_mm])
    points = world_from_camera.apply(np.column_stack([flat, np.full(len(flat), light.offset_mm)]))
    here = np.arange(RING_SEGMENTS)
    there = (here + 1) % RING_SEGMENTS
    inner, outer = (here, there), (here + RING_SEGMENTS, there + RING_SEGMENTS)
    triangles = np.concatenate(
        [np.stack([inner[0], outer[0], outer[1]], axis=1), np.stack([inner[0], outer[1], inner[1]], axis=1)]
    )
    emitter = mi.load_dict({"type": "area", "radiance": float(light.radiance)})
    return to_mitsuba(points, triangles, emitter=emitter)
