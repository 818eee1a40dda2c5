"""Films in pictures: bright dust in a dark field, never in a mask, and nothing changed beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from beside_mitsuba import assert_agree
from cells import BOX, SENSOR, SMALL, finishes_of, scene_of, specimen_of, view

from blemish.defects.dust import Dust
from blemish.defects.ground import ground_of
from blemish.defects.imprint import imprint
from blemish.defects.place import Asked, settle_at
from blemish.defects.settled import Settled
from blemish.defects.stain import Stain
from blemish.plan.light import RingLight
from blemish.render import Frame, Rendering, Scene, build_scene, shoot

ABOVE = view((0.0, 0.0, 205.0), (0.0, 0.0, 5.0))
DARK = RingLight(inner_radius_mm=100.0, outer_radius_mm=120.0, offset_mm=170.0)
"""A ring low over the part: flat metal sends its light past the camera."""
EXACT = Rendering(samples_per_pixel=64, ambient_radiance=0.0)
SPECKS = Dust(patch_mm=10.0, speck_mm=1.0, cell_mm=2.0, fill=1.0, albedo=0.8, pattern=2)


def with_film(film: Dust | Stain, light: RingLight) -> Scene:
    """The box with one film amid its top."""
    asked = Asked("d000", 1, type(film).__name__.lower(), "film 1", significant=False, regions=("*",))
    found = settle_at(ground_of(BOX, [0]), film, asked, 2, np.array([1.0, 0.5, 5.0]))
    assert isinstance(found, Settled)
    specimen = imprint(BOX, "d000", [found])
    return build_scene(specimen, BOX, finishes_of(BOX), "aluminium", light)


def shot(scene: Scene) -> Frame:
    """A frame from above."""
    return shoot(scene, SMALL, ABOVE, SENSOR, EXACT, 1)


def covered(frame: Frame, size_mm: float) -> np.ndarray:
    """The pixels within a circle around the film, a little more than its size."""
    rows, columns = np.mgrid[: SMALL.height_px, : SMALL.width_px]
    x, y = (columns + 0.5 - 32) * SMALL.mm_per_px, (rows + 0.5 - 24) * SMALL.mm_per_px
    away = min(np.hypot(sign_x * x - 1.0, sign_y * y - 0.5).min() for sign_x in (1, -1) for sign_y in (1, -1))
    assert away < 1
    return np.hypot(x, y) < size_mm / 2 + 2.5


def test_dust_is_bright_where_the_metal_is_dark() -> None:
    """Under a dark-field ring specks outshine the metal around; the picture beside the patch is the bare one's."""
    bare, dusty = shot(scene_of(BOX, specimen_of(BOX), DARK)), shot(with_film(SPECKS, DARK))
    near = covered(dusty, SPECKS.patch_mm)
    assert dusty.radiance[near].max() > 3 * bare.radiance.max()
    assert dusty.radiance[~near] == pytest.approx(bare.radiance[~near], abs=1e-6)


def test_a_stain_dulls_what_shines() -> None:
    """In bright field a strong stain takes a good part of the light, and adds none."""
    stain = Stain(diameter_mm=8.0, strength=0.9, rim=0.2, haze=0.0, albedo=0.0, pattern=2)
    light = RingLight()
    bare, stained = shot(scene_of(BOX, specimen_of(BOX), light)), shot(with_film(stain, light))
    near = covered(stained, stain.diameter_mm)
    assert (stained.radiance[near] / bare.radiance[near]).min() < 0.7
    assert np.all(stained.radiance <= bare.radiance * 1.02 + 1e-4)


def test_films_are_listed_and_in_no_mask() -> None:
    """The frame says how much of the film is seen; the mask is empty."""
    dusty = shot(with_film(SPECKS, DARK))
    assert dusty.defects[1] > 50
    assert not dusty.mask.any()


def test_mitsuba_itself_renders_films_the_same(tmp_path: Path) -> None:
    """Mitsuba's integrator, which chooses and weighs directions by our BSDF, sees the same dust, up to noise."""
    assert_agree("dust", 1, tmp_path)
