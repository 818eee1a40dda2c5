"""What tells a feed: ``python docs/figures/fit.py`` draws ``fit-distance.png``.

A plane milled with a feed of 0.2 mm, and the same plane milled with other feeds and other irregularities, in the four
families of numbers that ``blemish fit`` compares.
"""

from __future__ import annotations

import numpy as np
from drawing import canvas, save

from blemish.defects import Specimen
from blemish.finish.milled import Milled
from blemish.fit.features import FAMILIES, Look, apart, features
from blemish.frames import look_at
from blemish.part.plate import plate
from blemish.plan import Camera, RingLight, Viewpoint
from blemish.render import Rendering, Sensor, build_scene, shoot

CAMERA = Camera(width_px=256, height_px=128, pixel_pitch_um=8.5, focal_length_mm=35.0, working_distance_mm=200.0)
LIGHT = RingLight(inner_radius_mm=30.0, outer_radius_mm=110.0, offset_mm=50.0)
RENDERING = Rendering(samples_per_pixel=16, ambient_radiance=0.03, noise_share=0.0, visibility=False)
TILTED = Viewpoint("view", look_at(np.array([70.0, 0.0, 187.0]), np.zeros(3), np.array([0.0, 1.0, 0.0])))


def numbers(feed_mm: float, pattern: int) -> dict[str, np.ndarray]:
    """Photograph the plate milled with this feed, and measure the picture."""
    finish = Milled(feed_mm=feed_mm, cutter_diameter_mm=12.0, step_over_mm=8.0, pattern=pattern)
    scene = build_scene(Specimen.of(PART), PART, {"plate": finish}, "aluminium", LIGHT)
    grey = shoot(scene, CAMERA, TILTED, Sensor(), RENDERING, seed=pattern).image / 255.0
    return features(Look(grey[::4, ::4], (grey[:, :128], grey[:, 128:])))


PART = plate(width_mm=40.0, height_mm=40.0)
feeds_mm = 0.2 * np.exp(np.linspace(-0.7, 0.7, 9))
true = [numbers(0.2, pattern) for pattern in (1, 2)]
scale = apart(*true)  # how far two such plates are from each other
figure, axis = canvas(width=4.6, height=2.8)
found = [apart(numbers(feed, 3), true[0]) for feed in feeds_mm]
for family in FAMILIES:
    axis.plot(feeds_mm, [one[family] / scale[family] for one in found], "o-", ms=3, label=family)
axis.axvline(0.2, color="#aaaaaa", lw=0.7, ls=":")
axis.axhline(1.0, color="#aaaaaa", lw=0.7, ls=":")
axis.set(xlabel="feed of the render in mm", ylabel="distance, in scales", xscale="log", yscale="log")
axis.set_xticks([0.1, 0.2, 0.4], ["0.1", "0.2", "0.4"])
axis.minorticks_off()
axis.legend()
save(figure, "fit-distance.png")
