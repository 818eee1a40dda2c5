"""The intensity-biased crop, as the source paper defines it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from blemish.learn.crops import draw_lit_pixel, draw_window, window_around


def image_with(share_lit: float, bits: int = 8, size: tuple[int, int] = (40, 60)) -> np.ndarray:
    """Noise below the threshold with lit pixels strewn in."""
    rng = np.random.default_rng(3)
    image = rng.integers(0, 11, size)
    lit = rng.random(size) < share_lit
    image[lit] = rng.integers(11, 256, int(lit.sum()))
    return image.astype(np.uint8) if bits == 8 else (image * 257).astype(np.uint16)


@pytest.mark.parametrize(("share_lit", "draws"), [(0.1, 20_000), (0.0015, 2_000)])
def test_every_lit_pixel_is_equally_probable(share_lit: float, draws: int) -> None:
    """Lit pixels are drawn uniformly (chi-square), where there are many and where a whole search is needed."""
    image = image_with(share_lit, size=(60, 80))
    rng = np.random.default_rng(0)
    drawn = [draw_lit_pixel(image, 10.0, rng) for _ in range(draws)]
    counts = np.zeros(image.shape, int)
    np.add.at(counts, tuple(np.array(drawn).T), 1)
    assert counts[image <= 10].sum() == 0
    assert chisquare(counts[image > 10]).pvalue > 1e-3


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 2**32 - 1))
def test_every_crop_lies_inside_and_holds_its_lit_pixel(height: int, width: int, seed: int) -> None:
    """Whatever the image's size, the window stays inside (or begins at its corner) and holds the drawn lit pixel."""
    rng = np.random.default_rng(seed)
    image = np.zeros((height, width), np.uint8)
    image[rng.integers(height), rng.integers(width)] = 200
    window = draw_window(image, 32, 10.0, rng)
    assert window.lit
    crop = image[window.top : window.top + 32, window.left : window.left + 32]
    assert crop[window.row - window.top, window.column - window.left] == 200
    assert 0 <= window.top <= max(height - 32, 0)
    assert 0 <= window.left <= max(width - 32, 0)


def test_a_window_is_centred_where_there_is_room() -> None:
    """Away from the borders the drawn pixel is the middle of its crop."""
    window = window_around((50, 60), (100, 120), 32)
    assert (window.top, window.left) == (50 - 16, 60 - 16)


def test_an_image_without_light_gives_any_crop_and_says_so() -> None:
    """No lit pixel: any pixel is drawn and the crop is marked, so that it can be counted."""
    window = draw_window(np.full((50, 50), 10, np.uint8), 32, 10.0, np.random.default_rng(0))
    assert not window.lit


def test_bit_depth_does_not_change_what_is_lit() -> None:
    """The same picture in 8 and in 16 bits gives the same crops: the threshold counts grey levels of 255."""
    for seed in range(20):
        windows = [draw_window(image_with(0.05, bits), 32, 10.0, np.random.default_rng(seed)) for bits in (8, 16)]
        assert windows[0] == windows[1]
