"""What pictures are compared by, and what is taken of photographs."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from blemish.errors import ForeignDataError, RequestError
from blemish.fit import read_photographs
from blemish.fit.features import WINDOW_PX, Look, apart, features, mean_of
from blemish.fit.photographs import AWAY_PX, look_at


def grooves(pitch_px: float, angle_deg: float = 0.0, grey: float = 0.4, seed: int = 0) -> Look:
    """Parallel grooves with very little noise."""
    y, x = np.mgrid[:WINDOW_PX, :WINDOW_PX]
    rng = np.random.default_rng(seed)
    across = x * np.cos(np.deg2rad(angle_deg)) + y * np.sin(np.deg2rad(angle_deg))
    phase = rng.uniform(0, 2 * np.pi)
    picture = grey * (1 + 0.3 * np.cos(2 * np.pi * across / pitch_px + phase)) + 1e-5 * rng.standard_normal(x.shape)
    return Look(picture[::4, ::4], (picture,))


def test_a_picture_is_not_apart_from_itself() -> None:
    """Every distance of a picture to itself is 0."""
    numbers = features(grooves(9.0))
    assert set(apart(numbers, numbers).values()) == {0.0}


def test_where_grooves_lie_does_not_matter_but_their_pitch_does() -> None:
    """Shifted grooves have the same spectrum up to the noise; other pitches and directions are farther the more."""
    here = features(grooves(9.0))
    shifted = apart(features(grooves(9.0, seed=3)), here)["spectrum"]
    wider = [apart(features(grooves(pitch)), here)["spectrum"] for pitch in (10.0, 13.0)]
    assert 3 * shifted < wider[0] < wider[1]
    assert apart(features(grooves(9.0, angle_deg=30)), here)["spectrum"] > 3 * shifted


def test_brightness_is_told_by_the_histogram_alone() -> None:
    """A picture of twice the light differs in histogram and profile, not in the others, which are relative."""
    one = grooves(9.0)
    distances = apart(features(one), features(Look(2 * one.whole, tuple(2 * window for window in one.windows))))
    assert distances["histogram"] > 0.3
    assert distances["gradient"] < 1e-9
    assert distances["spectrum"] < 1e-9


def test_windows_stay_away_from_defects() -> None:
    """No window of a photograph shows a pixel near a marked defect; without room there is no look at all."""
    image = np.full((460, 600), 100, np.uint8)
    mask = np.zeros(image.shape, dtype=bool)
    mask[200:230, 280:320] = True
    image[mask] = 255
    image[mask[:, ::-1] & ~mask] = 100
    look = look_at(image, mask)
    assert look is not None
    assert max(float(window.max()) for window in look.windows) < 0.5
    assert np.isnan(look.whole).any()
    mask[AWAY_PX::100] = True
    assert look_at(image, mask) is None


def test_a_third_of_the_photographs_is_held_out(tmp_path: Path) -> None:
    """Groups are never on both sides, and the choice follows from the names."""
    for number in range(6):
        cv2.imwrite(str(tmp_path / f"p{number}.png"), np.full((200, 300), 90 + number, np.uint8))
    found = read_photographs(tmp_path)
    assert (len(found.fitted), len(found.held_out), found.size_px) == (4, 2, (300, 200))
    assert not {one.group for one in found.fitted} & {one.group for one in found.held_out}
    assert [one.name for one in read_photographs(tmp_path).held_out] == [one.name for one in found.held_out]


def test_photographs_that_will_not_do_are_refused(tmp_path: Path) -> None:
    """No folder, no images, one image, small images and damaged ones are told in words."""
    with pytest.raises(RequestError, match="no such folder"):
        read_photographs(tmp_path / "nowhere")
    with pytest.raises(RequestError, match="no photographs"):
        read_photographs(tmp_path)
    cv2.imwrite(str(tmp_path / "a.png"), np.full((200, 300), 90, np.uint8))
    with pytest.raises(RequestError, match="at least two"):
        read_photographs(tmp_path)
    (tmp_path / "b.png").write_bytes(b"no image")
    with pytest.raises(ForeignDataError, match=r"b\.png"):
        read_photographs(tmp_path)
    cv2.imwrite(str(tmp_path / "a.png"), np.full((20, 30), 90, np.uint8))
    (tmp_path / "b.png").unlink()
    with pytest.raises(RequestError, match="smaller than"):
        read_photographs(tmp_path)


def test_noise_of_a_render_is_taken_off_its_spectrum() -> None:
    """Marks with white noise of known variance have the spectrum of the marks alone, away from the least power."""
    rng = np.random.default_rng(4)
    side = np.arange(WINDOW_PX)
    across = np.broadcast_to(0.5 + 0.1 * np.sin(side * 0.7) + 0.05 * np.sin(side * 2.1), (WINDOW_PX, WINDOW_PX))
    clean = across + 0.01 * rng.normal(size=across.shape)
    noisy = [clean + rng.normal(0, 0.03, across.shape) for _ in range(8)]
    told = mean_of([features(Look(one, (one,), (0.03**2,))) for one in noisy])["spectrum"]
    untold = mean_of([features(Look(one, (one,))) for one in noisy])["spectrum"]
    without = features(Look(clean, (clean,)))["spectrum"]
    assert np.abs(told - without).mean() < 0.3 * np.abs(untold - without).mean()
