"""How crops are varied: laws of the geometry, limits of light and noise."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from blemish.learn.augment import Variation, cut, draw_variation, vary
from blemish.learn.crops import window_around
from blemish.learn.exposure import expose, levels, network_input
from blemish.learn.protocol import Augmentation

PIXEL = (61, 43)


def picture() -> tuple[np.ndarray, np.ndarray]:
    """A smooth image with a bright disc, which is also the mask."""
    disc = np.zeros((120, 100), np.uint8)
    cv2.circle(disc, (50, 55), 9, 1, -1)
    rng = np.random.default_rng(1)
    image = cv2.GaussianBlur(rng.integers(20, 100, disc.shape).astype(np.uint8), (0, 0), 2)
    return image + 120 * disc, disc.astype(np.uint16) * 7


WINDOW = window_around(PIXEL, (120, 100), 64)
PLACE = (PIXEL[0] - WINDOW.top, PIXEL[1] - WINDOW.left)


def test_no_variation_is_the_plain_crop() -> None:
    """Without variation a crop is the slice of the image, and its label the mask that is not zero."""
    image, mask = picture()
    grey, label = cut(image, mask, WINDOW, Variation())
    inside = slice(WINDOW.top, WINDOW.top + 64), slice(WINDOW.left, WINDOW.left + 64)
    np.testing.assert_array_equal(grey, image[inside])
    np.testing.assert_array_equal(label, mask[inside] > 0)


@pytest.mark.parametrize("angle", [-90.0, -33.0, 7.0, 90.0, 180.0])
def test_the_drawn_pixel_stays_where_it_is(angle: float) -> None:
    """A rotation turns about the pixel that the crop was drawn for, so a lit crop stays lit."""
    image, mask = picture()
    grey, _ = cut(image, mask, WINDOW, Variation(angle_deg=angle))
    assert grey[PLACE] == pytest.approx(image[PIXEL], abs=0.5)


def test_a_quarter_turn_is_an_exact_quarter_turn() -> None:
    """Rotated by 90 degrees about the middle of an odd patch, the crop is numpy's rotation of it."""
    image, mask = picture()
    grey, label = cut(image, mask, WINDOW, Variation(angle_deg=90.0))
    reach = slice(PLACE[0] - 20, PLACE[0] + 21), slice(PLACE[1] - 20, PLACE[1] + 21)
    around = slice(PIXEL[0] - 20, PIXEL[0] + 21), slice(PIXEL[1] - 20, PIXEL[1] + 21)
    np.testing.assert_allclose(grey[reach], np.rot90(image[around]), atol=1e-3)
    np.testing.assert_array_equal(label[reach], np.rot90(mask[around] > 0))


@pytest.mark.parametrize(
    "variation", [Variation(angle_deg=25.0), Variation(mirrored=True), Variation(upside_down=True)]
)
def test_image_and_label_move_together(variation: Variation) -> None:
    """The bright disc lies under its label after any movement."""
    image, mask = picture()
    grey, label = cut(image, mask, WINDOW, variation)
    disagreeing = (grey > 150) != (label > 0)
    assert label.sum() > 200
    assert disagreeing.sum() < 0.1 * label.sum()


@pytest.mark.parametrize("zoom", [0.5, 0.8, 1.6])
def test_magnified_lengths_are_as_long_as_the_zoom_says(zoom: float) -> None:
    """The disc's label has zoom squared times the area, and lies under the disc that is seen."""
    image, mask = picture()
    plain = cut(image, mask, WINDOW, Variation())[1].sum()
    grey, label = cut(image, mask, WINDOW, Variation(zoom=zoom, angle_deg=20.0))
    assert label.sum() == pytest.approx(plain * zoom**2, rel=0.05)
    assert ((grey > 150) != (label > 0)).sum() < 0.15 * label.sum()


def test_mirrored_twice_is_unchanged() -> None:
    """Mirroring reverses the rows of the plain crop."""
    image, mask = picture()
    plain, mirrored = (cut(image, mask, WINDOW, Variation(mirrored=flag))[0] for flag in (False, True))
    np.testing.assert_array_equal(mirrored[:, ::-1], plain)


def test_a_small_image_is_padded_with_black() -> None:
    """What lies outside the image is 0 in the crop and no defect."""
    image, mask = np.full((20, 30), 99, np.uint8), np.ones((20, 30), np.uint16)
    for angle in (0.0, 10.0):
        grey, label = cut(image, mask, window_around((5, 5), image.shape, 64), Variation(angle_deg=angle))
        assert grey.shape == label.shape == (64, 64)
        assert grey[40:].max() == 0
        assert label[40:].max() == 0


def test_noise_is_as_strong_as_it_was_drawn_and_dark_noise_stays_in_the_dark() -> None:
    """Gaussian noise has the drawn deviation on lit ground; uniform noise lifts only what is not lit."""
    grey = np.full((200, 200), 120.0, np.float32)
    grey[:, :100] = 0
    rng = np.random.default_rng(0)
    noisy = vary(grey, Variation(noise_deviation=3.0), Augmentation(dark_noise=0.0), 10.0, rng)
    assert noisy[:, 100:].std() == pytest.approx(3.0, rel=0.05)
    dark = vary(grey, Variation(), Augmentation(dark_noise=5.0), 10.0, rng)
    np.testing.assert_array_equal(dark[:, 100:], 120)
    assert 0 <= dark[:, :100].min() < 0.1
    assert 4.9 < dark[:, :100].max() <= 5


def test_variations_keep_to_their_ranges() -> None:
    """Angles, exposures, kernels and variances fill the stated ranges and never leave them."""
    ranges = Augmentation(rotation_deg=30.0, exposure_stops=1.0, noise_variance=10.0, zoom=(0.5, 2.0))
    drawn = [draw_variation(ranges, np.random.default_rng(seed)) for seed in range(500)]
    for values, low, high in (
        ([one.angle_deg for one in drawn], -30, 30),
        ([one.stops for one in drawn], 0, 1),
        ([np.log2(one.zoom) for one in drawn], -1, 1),
        ([one.noise_deviation**2 for one in drawn], 0, 10),
    ):
        spread = high - low
        assert low <= min(values) < low + 0.05 * spread
        assert high - 0.05 * spread < max(values) <= high
    assert {one.blur_kernel_px for one in drawn} == {1, 3}
    assert {(one.mirrored, one.upside_down) for one in drawn} == {(a, b) for a in (False, True) for b in (False, True)}


def test_exposure_doubles_and_clips() -> None:
    """f(x) = x 2^a, clipped at white."""
    image = np.array([[0, 50, 200]], np.float32)
    np.testing.assert_array_equal(expose(image, 1.0), [[0, 100, 255]])


def test_the_network_sees_minus_one_to_one() -> None:
    """Black is -1 and white is 1 at any bit depth, one channel for each exposure."""
    for kind in (np.uint8, np.uint16):
        ends = np.array([[0, np.iinfo(kind).max]], kind)
        stack = network_input(levels(ends), (0.0, 1.0, 2.0))
        assert stack.shape == (3, 1, 2)
        np.testing.assert_allclose(stack[:, 0], [[-1, 1]] * 3, atol=1e-6)
