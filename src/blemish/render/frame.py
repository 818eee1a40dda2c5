"""Taking one picture: image, mask and what is seen of each defect, from the same rays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blemish.arrays import Grey, Instances, Scores
from blemish.plan.camera import Camera
from blemish.plan.model import Viewpoint
from blemish.render.labels import areas_px, labels
from blemish.render.rendering import Rendering
from blemish.render.scene import Scene
from blemish.render.sensor import Sensor, expose
from blemish.seeds import number, stream

if TYPE_CHECKING:
    from blemish.render.view import View
    from blemish.render.visibility import Visibility


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
    """Samples that were traced for the image."""
    sensor: Sensor
    """The sensor with the exposure that was used."""
    visibility: Visibility | None = None
    """Where the scene has a twin: how well its defects can be seen."""
    geometry: dict[str, np.ndarray] | None = None
    """Where it was asked for: maps of depth, position, normal and ids; see :mod:`.geometry` and :mod:`.nominal`."""
    white: float = 0.0
    """Share of what is seen of the part that is at the largest grey value: there the sensor sees nothing."""
    black: float = 0.0
    """Share of it that is no brighter than a pixel in the dark."""


def shoot(  # noqa: PLR0917  what, with what, from where, how
    scene: Scene,
    camera: Camera,
    viewpoint: Viewpoint,
    sensor: Sensor,
    rendering: Rendering,
    seed: int,
    *,
    planned: Viewpoint | None = None,
) -> Frame:
    """Take the picture of a scene from a viewpoint; ``planned`` is the one that was meant, if it is another.

    The result is a pure function of the arguments, to the bit on one kind of processor: nothing that was shot before
    matters. Costs about ten million samples a second on two cores; the first frame of a process also compiles (3 s).
    """
    import drjit as dr
    import mitsuba as mi

    from blemish.render.estimate import estimate, glance
    from blemish.render.view import look, pixels_that_see

    shape = (camera.height_px, camera.width_px)
    view = look(scene, camera, viewpoint.world_from_camera, rendering)
    pixels = pixels_that_see(scene, view, camera)
    names = (scene.specimen, viewpoint.name)
    key = dr.opaque(mi.UInt32, number(seed, "samples", *names))
    if sensor.auto_exposure is not None:
        sensor = sensor.metered(glance(scene, view, pixels, rendering, key))
    seen = estimate(scene, view, pixels, shape, sensor, rendering, key)
    radiance = np.full(shape, rendering.background_radiance, dtype=np.float32)
    radiance.ravel()[pixels] = seen.radiance
    first = rendering.samples_per_pixel
    mask = labels(seen.at, seen.ids, shape, first, scene.significant)
    measured = None
    if scene.twin is not None and rendering.visibility:
        from blemish.render.visibility import visibility

        measured = visibility(scene, view, mask, radiance, sensor, rendering, key)
    if camera.vignetting:
        radiance *= camera.illumination()
    image = expose(radiance, sensor, stream(seed, "sensor", *names))
    # Around the part lie pixels that might have seen it and saw nothing but background.
    grey = image.ravel()[pixels[seen.radiance != np.float32(rendering.background_radiance)]]
    return Frame(
        image=image,
        mask=mask,
        defects=areas_px(seen.ids, first, scene.defects),
        radiance=radiance,
        samples=int(seen.samples.sum()),
        sensor=sensor,
        visibility=measured,
        geometry=_maps(scene, view, camera, planned or viewpoint, rendering) if rendering.geometry else None,
        white=float(np.mean(grey == sensor.white)) if len(grey) else 0.0,
        black=float(np.mean(grey <= sensor.black_level)) if len(grey) else 0.0,
    )


def _maps(scene: Scene, view: View, camera: Camera, planned: Viewpoint, rendering: Rendering) -> dict[str, np.ndarray]:
    """Give what each pixel sees, and, where that was asked for, what it was meant to see of the part as designed."""
    from blemish.render.geometry import geometry
    from blemish.render.nominal import nominal_maps
    from blemish.render.view import look

    seen = geometry(scene, view, camera)
    if rendering.geometry != "nominal":
        return seen
    assert scene.nominal is not None
    return seen | nominal_maps(scene.nominal, look(scene, camera, planned.world_from_camera, rendering), camera)
