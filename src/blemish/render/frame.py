"""Taking one picture: image, mask and what is seen of each defect, from the same rays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.arrays import Grey, Instances, Scores
from blemish.plan.camera import Camera
from blemish.plan.model import Viewpoint
from blemish.render.labels import areas_px, labels
from blemish.render.rendering import Rendering
from blemish.render.scene import Scene
from blemish.render.sensor import Sensor, expose
from blemish.seeds import number, stream

SAMPLES_AT_ONCE = 1 << 23
"""Samples in flight: bounds the memory to about 300 MB whatever the image's size."""


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture and its labels."""

    image: Grey
    mask: Instances
    """Ids of significant defects, 0 elsewhere; see :mod:`.labels` for the rule."""
    defects: dict[int, float]
    """How many pixels of the image each defect of the specimen covers, insignificant ones too; 0 is not seen."""
    radiance: Scores
    """What the sensor was shown, float32."""
    samples: int
    """Samples that were traced."""


def shoot(  # noqa: PLR0917  what, with what, from where, how
    scene: Scene, camera: Camera, viewpoint: Viewpoint, sensor: Sensor, rendering: Rendering, seed: int
) -> Frame:
    """Take the picture of a scene from a viewpoint.

    The result is a pure function of the arguments, to the bit on one kind of processor: nothing that was shot before
    matters. Costs about ten million samples a second on two cores; the first frame of a process also compiles (3 s).
    """
    import drjit as dr
    import mitsuba as mi

    from blemish.render.sampler import every_sample
    from blemish.render.trace import trace
    from blemish.render.view import look, pixels_that_see

    shape, samples = (camera.height_px, camera.width_px), rendering.samples_per_pixel
    view = look(scene, camera, viewpoint.world_from_camera, rendering)
    pixels = pixels_that_see(scene, view, camera)
    names = (scene.specimen, viewpoint.name)
    key = dr.opaque(mi.UInt32, number(seed, "samples", *names))
    radiance = np.full(shape, rendering.background_radiance, dtype=np.float32)
    at, ids = [np.zeros(0, dtype=np.uint32)], [np.zeros(0, dtype=np.uint32)]
    step = max(1, SAMPLES_AT_ONCE // samples)
    for begin in range(0, len(pixels), step):
        sampler = every_sample(pixels[begin : begin + step], samples, key)
        light, is_part, defect = trace(scene, view, sampler, rendering.bounces)
        light = dr.select(is_part, light, rendering.background_radiance)
        dr.eval(light, defect)
        radiance.ravel()[pixels[begin : begin + step]] = (dr.block_sum(light, samples) / samples).numpy()
        if scene.defects:
            found = mi.UInt32(dr.compress(defect > 0))
            at.append(dr.gather(mi.UInt32, sampler.pixel, found).numpy())
            ids.append(dr.gather(mi.UInt32, defect, found).numpy())
    where, which = np.concatenate(at), np.concatenate(ids)
    return Frame(
        image=expose(radiance, sensor, stream(seed, "sensor", *names)),
        mask=labels(where, which, shape, samples, scene.significant),
        defects=areas_px(which, samples, scene.defects),
        radiance=radiance,
        samples=len(pixels) * samples,
    )
