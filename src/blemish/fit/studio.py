"""The studio: specimens of a study before its camera, looked at again and again with other finishes and lamps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from blemish.defects import make_specimen
from blemish.finish import draw_finishes, lay
from blemish.fit.features import WINDOW_PX, Look, features
from blemish.fit.photographs import STRIDE, WINDOWS, corners
from blemish.part import Part
from blemish.plan import Viewpoint
from blemish.recipe import Recipe, drawn
from blemish.render import Scene, build_scene
from blemish.render.glimpse import Glimpse, derivative, glimpse, relaid
from blemish.render.sensor import expose
from blemish.seeds import stream
from blemish.settings import canonical

Numbers = dict[str, np.ndarray]
MOST_SAMPLES = 8
"""Enough to tell pictures apart; more than that is for those who learn from them."""
NUDGE = 0.05
"""How far, in the logarithm of a knob, pictures are moved along their derivative."""


@dataclass(eq=False)
class Studio:
    """Specimens without significant defects, each seen from some views; the same random numbers every time."""

    part: Part
    views: tuple[tuple[str, Viewpoint], ...]
    """Specimen and viewpoint of each picture."""
    windows: int
    """How many windows are looked at in each picture."""
    _scenes: dict[str, tuple[str, Scene]] = field(default_factory=dict)
    _glimpses: dict[int, tuple[str, Glimpse]] = field(default_factory=dict)

    def numbers(self, recipe: Recipe) -> list[Numbers]:
        """Give the features of each picture of a recipe, drawn as making draws them."""
        return [self._numbers(recipe, index) for index in range(len(self.views))]

    def slope(self, recipe: Recipe, less: Recipe, more: Recipe, width: float) -> Numbers:
        """Differentiate: how the mean features change along a knob of the finishes, by way of the renderer.

        ``less`` and ``more`` are the recipes half a ``width`` (of the knob's logarithm) to both sides: they only tell
        how the finishes' numbers change.
        """
        ends: list[list[Numbers]] = [[], []]
        for index, (specimen, viewpoint) in enumerate(self.views):
            scene = self._scene(recipe, specimen)
            rows = [lay(self.part, draw_finishes(self.part, one.finishes, one.seed, specimen)) for one in (less, more)]
            change = (rows[1] - rows[0]) / width
            rendering = self._rendering(recipe, specimen, viewpoint)
            light, ambient = recipe.light.radiance, rendering.ambient_radiance
            slopes = derivative(
                scene,
                recipe.camera,
                viewpoint,
                rendering,
                self._flat(recipe, index),
                recipe.seed,
                change,
                light,
                ambient,
            )
            for end, sign in zip(ends, (-NUDGE, NUDGE), strict=True):
                end.append(self._numbers(recipe, index, sign * slopes))
        return {
            name: np.mean([more[name] - less[name] for less, more in zip(*ends, strict=True)], axis=0) / (2 * NUDGE)
            for name in ends[0][0]
        }

    def look(self, recipe: Recipe, index: int, change: np.ndarray | float = 0.0) -> Look:
        """Take one picture as the fit sees it; ``change`` is added to the radiance of whole and windows."""
        specimen, viewpoint = self.views[index]
        rendering = self._rendering(recipe, specimen, viewpoint)
        sensor = drawn(recipe, "sensor", specimen, viewpoint.name)
        seen = self._seen(recipe, index)
        radiance = seen.radiance(recipe.light.radiance, rendering.ambient_radiance, rendering.background_radiance)
        pixels = self._pixels(recipe, index)
        metered = slice(0, pixels[0].size)
        sensor = sensor.metered(radiance[metered][seen.seen[metered] > 0.99])
        lit = np.maximum(radiance + change, 0) * recipe.camera.illumination().ravel()[self._flat(recipe, index)]
        rng = stream(recipe.seed, "fit", "sensor", specimen, viewpoint.name)
        grey = expose(lit.astype(np.float32)[None], sensor, rng)[0].astype(np.float32) / np.float32(sensor.white)
        cuts = np.cumsum([one.size for one in pixels])[:-1]
        whole, *windows = (some.reshape(one.shape) for some, one in zip(np.split(grey, cuts), pixels, strict=True))
        error = seen.noise(recipe.light.radiance, rendering.ambient_radiance) / sensor.saturation_radiance
        error = np.where(lit < sensor.saturation_radiance, error, 0)  # what is white is white
        noise = [float(np.mean(some.astype(np.float64) ** 2)) for some in np.split(error, cuts)[1:]]
        return Look(whole, tuple(windows), tuple(noise))

    def _numbers(self, recipe: Recipe, index: int, change: np.ndarray | float = 0.0) -> Numbers:
        return features(self.look(recipe, index, change))

    def _rendering(self, recipe: Recipe, specimen: str, viewpoint: Viewpoint) -> Any:
        rendering = drawn(recipe, "render", specimen, viewpoint.name)
        return replace(rendering, samples_per_pixel=min(rendering.samples_per_pixel, MOST_SAMPLES), noise_share=0.0)

    def _pixels(self, recipe: Recipe, index: int) -> list[np.ndarray]:
        """Number the pixels of the whole, and of windows: where photographs have theirs, a few in each picture."""
        width, height = recipe.camera.width_px, recipe.camera.height_px
        number = np.arange(width * height, dtype=np.int64).reshape(height, width)
        places = corners(width, height, WINDOWS)
        chosen = [places[(index * self.windows + i) % WINDOWS] for i in range(self.windows)]
        whole = number[STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE]
        return [whole, *(number[top : top + WINDOW_PX, left : left + WINDOW_PX] for top, left in chosen)]

    def _flat(self, recipe: Recipe, index: int) -> np.ndarray:
        return np.concatenate([pixels.ravel() for pixels in self._pixels(recipe, index)])

    def _seen(self, recipe: Recipe, index: int) -> Glimpse:
        """Trace a picture, unless the last one that was traced differs in lamps only."""
        specimen, viewpoint = self.views[index]
        rendering = self._rendering(recipe, specimen, viewpoint)
        scene = self._scene(recipe, specimen)
        key = canonical(
            [
                self._scenes[specimen][0],
                replace(recipe.light, radiance=1.0),
                recipe.camera,
                replace(rendering, ambient_radiance=0.0, background_radiance=0.0),
            ]
        )
        if index not in self._glimpses or self._glimpses[index][0] != key:
            flat = self._flat(recipe, index)
            self._glimpses[index] = (key, glimpse(scene, recipe.camera, viewpoint, rendering, flat, recipe.seed))
        return self._glimpses[index][1]

    def _scene(self, recipe: Recipe, specimen: str) -> Scene:
        """Give a specimen's scene under the finishes and the light of a recipe; its geometry is made once."""
        finishes = draw_finishes(self.part, recipe.finishes, recipe.seed, specimen)
        skin = drawn(recipe, "skin", specimen)
        key = canonical([finishes, skin, recipe.metal, recipe.light])
        known = self._scenes.get(specimen)
        if known is None:
            made = make_specimen(self.part, specimen, False, recipe.defects, recipe.seed, recipe.finest_edge_mm)  # noqa: FBT003
            scene = build_scene(made, self.part, finishes, recipe.metal, recipe.light, skin)
            self._scenes[specimen] = (key, scene)
        elif known[0] != key:
            scene = relaid(known[1], self.part, finishes, recipe.metal, skin)
            self._scenes[specimen] = (key, replace(scene, light=recipe.light))
        return self._scenes[specimen][1]
