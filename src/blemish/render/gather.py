"""Gathering light: what a place on the metal receives from the light and the surroundings, with two shadow rays.

Directions are proposed in two ways, towards places on the light and by the metal's own lobe, eight of them for each
sample, and weighed by how well either way could have found them (the balance heuristic of multiple importance sampling,
E. Veach, 1997). Weighing costs no ray. One direction is then drawn in proportion to the light that it would bring, and
a single ray asks whether the part is in its way; if not, the whole sum is the answer. That is resampled importance
sampling (J. Talbot et al., "Importance resampling for global illumination", EGSR 2005): right on average, and where
nothing is in the way as precise as all the proposals together.

Light and surroundings are drawn from separately: inside a hole the one is hidden and the other is not.
"""

from __future__ import annotations

from typing import Any

import drjit as dr
import mitsuba as mi

from blemish.finish import coated
from blemish.render.sampler import PixelSampler
from blemish.render.scene import Scene
from blemish.render.view import View

CANDIDATES = 4
"""Directions of each kind that are weighed for each sample; ``benchmarks/passes.py`` compares other numbers."""


def direct_light(  # noqa: PLR0917  a place on the metal and the random numbers to light it with
    scene: Scene, view: View, active: Any, micro: Any, to_viewer: Any, origin: Any, sampler: PixelSampler, bounce: int
) -> Any:
    """Give the light that comes straight from the light and from the surroundings."""
    choose = sampler.pair(4 * bounce + 3)
    from_light, from_around = _Chosen(choose.x), _Chosen(choose.y)
    for number in range(CANDIDATES):
        more = PixelSampler(sampler.pixel, sampler.index * CANDIDATES + number, sampler.seed)
        # Towards a place on the light.
        direction, distance, by_light = view.light.towards(origin, more.pair(4 * bounce + 1))
        value, by_metal = coated.eval_pdf(micro, to_viewer, micro.frame.to_local(direction), scene.finishes.metal)
        is_open = active & (dr.dot(direction, micro.base_normal) > 0) & (by_light > 0)
        value *= _glow(view, origin, direction, distance)
        from_light.add(direction, distance, dr.select(is_open, value / (by_light + by_metal), 0))
        # In a direction chosen by the metal.
        direction, weight, by_metal = coated.sample(micro, to_viewer, more.pair(4 * bounce + 2), scene.finishes.metal)
        direction = micro.frame.to_world(direction)
        distance, by_light = view.light.met(origin, direction)
        weight = dr.select(active & (dr.dot(direction, micro.base_normal) > 0), weight, 0)
        is_met = by_light > 0
        brought = weight * _glow(view, origin, direction, distance) * by_metal / (by_light + by_metal)
        from_light.add(direction, distance, dr.select(is_met, brought, 0))
        from_around.add(direction, mi.Float(dr.inf), dr.select(is_met, 0, weight))
    light = view.light.radiance * from_light.lit(scene, origin) + view.ambient * from_around.lit(scene, origin)
    return light / CANDIDATES


def _glow(view: View, origin: Any, direction: Any, distance: Any) -> Any:
    """Give how bright the light is where it is met, in parts of its radiance."""
    return view.light.glow(origin + direction * distance) if hasattr(view.light, "glow") else 1.0


class _Chosen:
    """One of many directions, drawn in proportion to the light it would bring, and the sum of that light."""

    def __init__(self, among: Any) -> None:
        self.among = among
        self.total: Any = mi.Float(0)
        self.direction: Any = mi.Vector3f(0, 0, 1)
        self.distance: Any = mi.Float(0)

    def add(self, direction: Any, distance: Any, light: Any) -> None:
        """Weigh one more direction; a single random number serves for all the choices."""
        self.total += light
        chance = dr.select(self.total > 0, light / self.total, 0)
        is_taken = self.among < chance
        self.among = dr.select(is_taken, self.among / chance, (self.among - chance) / (1 - chance))
        self.direction = dr.select(is_taken, direction, self.direction)
        self.distance = dr.select(is_taken, distance, self.distance)

    def lit(self, scene: Scene, origin: Any) -> Any:
        """Give the sum, or nothing where the part is in the way of the direction that was drawn."""
        is_lit: Any = self.total > 0
        ray: Any = mi.Ray3f(mi.Ray3f(origin, self.direction), self.distance)
        is_lit &= ~scene.world.ray_test(ray, is_lit)
        return dr.select(is_lit, self.total, 0)
