"""Glimpses: the light of some pixels only, and how it changes with the finish.

Light is linear in its sources: what a pixel shows is ``radiance * by_light + ambient * by_surroundings``, plus the
background where it sees past the part. A glimpse keeps the three apart, so that lamps and exposure can be tried
without tracing again. The same seed gives the same random numbers, whatever the finish: two glimpses differ by what
was changed and by nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from blemish.engine import aligned
from blemish.finish import Finish, lay
from blemish.finish.borders import borders_of
from blemish.finish.metals import metal_named
from blemish.finish.skin import Skin
from blemish.part.model import Part
from blemish.plan.camera import Camera
from blemish.plan.model import Viewpoint
from blemish.render.rendering import Rendering
from blemish.render.scene import Scene
from blemish.seeds import number


@dataclass(frozen=True, eq=False)
class Glimpse:
    """What some pixels show, float32 arrays of one shape."""

    by_light: np.ndarray
    """Radiance from a light of radiance 1."""
    by_surroundings: np.ndarray
    """Radiance from surroundings of radiance 1."""
    seen: np.ndarray
    """The share of the pixel that sees the part."""
    noise_by_light: np.ndarray
    """Half of how far the two halves of a pixel's samples are apart: its square is the error's, in the mean."""
    noise_by_surroundings: np.ndarray
    """The same of ``by_surroundings``."""

    def radiance(self, light: float, ambient: float, background: float) -> np.ndarray:
        """Put the three together."""
        return light * self.by_light + ambient * self.by_surroundings + background * (1 - self.seen)

    def noise(self, light: float, ambient: float) -> np.ndarray:
        """Give the error of :meth:`radiance`: right in the mean of its squares, not pixel by pixel."""
        return light * self.noise_by_light + ambient * self.noise_by_surroundings


def glimpse(  # noqa: PLR0917  as :func:`.frame.shoot`, and which pixels
    scene: Scene, camera: Camera, viewpoint: Viewpoint, rendering: Rendering, pixels: np.ndarray, seed: int
) -> Glimpse:
    """Look at pixels, numbered row by row; ``samples_per_pixel`` rays each, a million of them in about 0.2 s.

    They are traced in two halves with random numbers of their own: how far these are apart tells the error.
    """
    import drjit as dr

    half = replace(rendering, samples_per_pixel=max(1, rendering.samples_per_pixel // 2))
    shape = (*pixels.shape, half.samples_per_pixel)
    means: list[list[np.ndarray]] = []
    for light, around in ((1.0, 0.0), (0.0, 1.0)):
        halves = []
        for own_seed in (seed, number(seed, "second half")):
            radiance, seen = _trace(scene, camera, viewpoint, half, pixels.ravel(), own_seed, light, around)
            dr.eval(radiance, seen)
            halves += [some.numpy().reshape(shape).mean(axis=-1, dtype=np.float32) for some in (radiance, seen)]
        means.append(halves)
    by_light, by_around, noise_by_light, noise_by_around = (
        (first + sign * second) / 2 for sign in (1, -1) for first, _, second, _ in means
    )
    return Glimpse(by_light, by_around, (means[0][1] + means[0][3]) / 2, noise_by_light, noise_by_around)


def derivative(  # noqa: PLR0917  as :func:`glimpse`
    scene: Scene,
    camera: Camera,
    viewpoint: Viewpoint,
    rendering: Rendering,
    pixels: np.ndarray,
    seed: int,
    change: np.ndarray,
    light: float,
    ambient: float,
) -> np.ndarray:
    """Give how the radiance of pixels changes along a change of the finishes' numbers, by differentiating the renderer.

    ``change`` has the shape of ``scene.rows``. Forward mode of Dr.Jit: exact for the light that was weighed, blind to
    the change of what a direction is drawn for and so of shadows. A noise's place on the metal depends on its scale
    like a wild oscillation, so scales have no useful derivative.
    """
    import drjit as dr
    import mitsuba as mi

    step = mi.Float(0.0)
    dr.enable_grad(step)
    rows = scene.finishes.rows + step * mi.Float(aligned(change.ravel(), np.float32))
    changed = replace(scene, finishes=replace(scene.finishes, rows=rows))
    radiance, _ = _trace(changed, camera, viewpoint, rendering, pixels.ravel(), seed, light, ambient)
    dr.forward(step)
    slope: Any = dr.grad(radiance)
    shape = (*pixels.shape, rendering.samples_per_pixel)
    return slope.numpy().reshape(shape).mean(axis=-1)


def relaid(scene: Scene, part: Part, finishes: Mapping[str, Finish], metal: str, skin: Skin) -> Scene:
    """Lay other finishes on a specimen's scene; its geometry, and what lies on it, stay."""
    from blemish.finish import micro

    rows = lay(part, finishes)
    borders = borders_of(part, skin.transition_mm, skin.transition_up_to_deg)
    tables = micro.tables(rows, np.zeros(0, dtype=np.uint32), metal_named(metal), skin, borders)
    known = scene.finishes
    return replace(
        scene,
        rows=rows,
        finishes=replace(tables, face_of_triangle=known.face_of_triangle, films=known.films),
    )


def _trace(  # noqa: PLR0917  as :func:`glimpse`
    scene: Scene,
    camera: Camera,
    viewpoint: Viewpoint,
    rendering: Rendering,
    pixels: np.ndarray,
    seed: int,
    light: float,
    ambient: float,
) -> tuple[Any, Any]:
    """Give radiance without background, and whether the part was met, for each sample: two arrays, not yet computed."""
    import drjit as dr
    import mitsuba as mi

    from blemish.render.sampler import samples_of
    from blemish.render.trace import trace
    from blemish.render.view import look

    lit = replace(rendering, ambient_radiance=ambient)
    view = look(scene, camera, viewpoint.world_from_camera, lit)
    emitter: Any = view.light
    view = replace(view, light=replace(emitter, radiance=dr.opaque(mi.Float, light)))
    key = dr.opaque(mi.UInt32, number(seed, "samples", scene.specimen, viewpoint.name))
    sampler = samples_of(pixels, 0, rendering.samples_per_pixel, key)
    radiance, seen, _ = trace(scene, view, sampler, rendering.bounces)
    return dr.select(seen, radiance, 0), mi.Float(seen)
