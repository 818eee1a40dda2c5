"""What is counted is there, what is compared is fair: laws of the measures, and the page that shows them."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from blemish.dataset import Dataset, open_dataset, write
from blemish.dataset.record import DefectRecord, FrameRecord, Header, SpecimenRecord
from blemish.dataset.split import SplitRule
from blemish.errors import RequestError
from blemish.stats import Tally, compare, measure, write_page
from blemish.stats.apart import jensen_shannon, median, moved
from blemish.stats.marks import marks_of
from blemish.stats.surface import ANGLES, gradients, lit, spectra
from blemish.stats.words import in_words

histograms = hnp.arrays(np.float64, 12, elements=st.floats(0, 1e6)).filter(lambda h: h.sum() > 0)
PLACES = np.arange(12.0)


def noisy(shape: tuple[int, int], seed: int, grey: float = 100.0, spread: float = 8.0) -> np.ndarray:
    """An even surface with noise."""
    rng = np.random.default_rng(seed)
    return np.clip(grey + rng.normal(0, spread, shape), 11, 255).astype(np.uint8)


def make(root: Path, gain: float = 1.0, specimens: int = 6) -> Dataset:
    """Write specimens with a dark square mark on every other one, two views each."""
    header = Header(name=root.name, kind="photographs", classes=("pit",))
    write.create(root, header)
    for number in range(specimens):
        bad = number % 2 == 0
        defects = (DefectRecord(id=1, kind="pit"),) if bad else ()
        write.write_specimen(root, SpecimenRecord(id=f"s{number}", defective=bad, defects=defects))
        for view in ("a", "b"):
            image = noisy((90, 140), 10 * number + ord(view), 60 * gain, 5 * gain)
            mask = np.zeros(image.shape, np.uint16)
            if bad:
                mask[20:28, 30:38] = 1
                image[mask > 0] = 30 * gain
            image[:, :10] = 0
            write.write_frame(
                root, FrameRecord(specimen=f"s{number}", view=view, digest=f"{number}{view}"), image, mask
            )
    write.finish(root, header, split=SplitRule(shares={"train": 1.0, "val": 1.0}))
    return open_dataset(root)


@given(a=histograms, b=histograms)
def test_distances_are_distances(a: np.ndarray, b: np.ndarray) -> None:
    """Nothing from itself, the same both ways, within bounds, and blind to how many were counted."""
    for distance, most in ((jensen_shannon, 1.0), (lambda x, y: moved(x, y, PLACES), 11.0)):
        assert distance(a, a) == pytest.approx(0, abs=1e-6)
        assert distance(a, b) == pytest.approx(distance(b, a), abs=1e-9)
        assert distance(a, b) <= most + 1e-9
        assert distance(3 * a, b) == pytest.approx(distance(a, b), abs=1e-6)


@given(a=histograms, by=st.integers(0, 5))
def test_mass_that_is_shifted_is_moved_so_far(a: np.ndarray, by: int) -> None:
    """Shifted by five bins, it has moved by five; the median moves along."""
    a = np.concatenate([a, np.zeros(5)])
    places = np.arange(len(a), dtype=float)
    assert moved(a, np.roll(a, by), places) == pytest.approx(by, abs=1e-6)
    edges = np.arange(len(a) + 1.0)
    assert median(np.roll(a, by), edges) == pytest.approx(median(a, edges) + by, abs=1e-6)


def test_histograms_that_share_nothing_are_one_apart() -> None:
    """And an empty one has no distance."""
    assert jensen_shannon(np.array([1.0, 0]), np.array([0, 1.0])) == pytest.approx(1)
    assert np.isnan(jensen_shannon(np.zeros(2), np.ones(2)))
    assert np.isnan(moved(np.ones(2), np.zeros(2), np.arange(2.0)))
    assert np.isnan(median(np.zeros(2), np.arange(3.0)))


def test_contrast_counts_spreads_of_the_surroundings() -> None:
    """Three spreads darker is -3, brighter +3; an elongated mark is as long as it is."""
    image = noisy((80, 80), 0, spread=6.0)
    mask = np.zeros(image.shape, np.uint16)
    mask[20:30, 20:60], mask[50:54, 20:24] = 1, 9
    image[mask == 1], image[mask == 9] = 82, 118
    dark, bright = marks_of(image, mask)
    assert (dark.area_px, bright.area_px) == (400, 16)
    assert (dark.contrast, bright.contrast) == (pytest.approx(-3, abs=0.3), pytest.approx(3, abs=0.3))
    assert (dark.elongation, bright.elongation) == (pytest.approx(4), pytest.approx(1))
    assert np.isnan(marks_of(image, np.ones_like(mask))[0].contrast)


@pytest.mark.parametrize(("across", "degrees"), [((1, 0), 90), ((0, 1), 0), ((1, 1), 45)])
def test_power_lies_across_the_strokes(across: tuple[int, int], degrees: int) -> None:
    """A brushed surface has its power in the direction in which it changes, whatever the exposure."""
    y, x = np.mgrid[:128, :192]
    phase = np.random.default_rng(0).normal(0, 1, 400)[across[0] * y + across[1] * x]
    image = (100 + 10 * phase).clip(20, 200)
    for gain in (1.0, 0.5):
        seen = (image * gain).astype(np.uint8)
        count, _, around = spectra(seen, lit(seen, None))
        assert count == 6
        assert np.argmax(around) * 180 / ANGLES == pytest.approx(degrees, abs=10)


def test_white_noise_has_an_even_spectrum_of_its_own_variance() -> None:
    """Along the radius and around: variance over mean squared, at every frequency."""
    image = noisy((640, 640), 1, 120.0, 9.0)
    count, radial, around = spectra(image, lit(image, None))
    for power in (radial[3:] / count, around / count):
        np.testing.assert_allclose(power, (9 / 120) ** 2, rtol=0.35)


def test_a_small_or_dark_image_has_no_windows() -> None:
    """Nothing is measured where there is nothing."""
    for image in (noisy((40, 300), 0), np.zeros((128, 128), np.uint8)):
        assert spectra(image, lit(image, None))[0] == 0
    assert gradients(np.zeros((9, 9), np.uint8), np.zeros((9, 9), dtype=bool)).sum() == 0


def test_every_frame_is_counted_once_whatever_the_workers(tmp_path: Path) -> None:
    """The halves add up to the dataset, and one worker and four give the same figures to the bit."""
    dataset = make(tmp_path / "set")
    told: list[int] = []
    one, four = measure(dataset, workers=1), measure(dataset, workers=4, advance=lambda done, *_: told.append(done))
    for a, b in zip(one, four, strict=True):
        for each in fields(Tally):
            np.testing.assert_equal(getattr(a, each.name), getattr(b, each.name))
    whole = one[0] + one[1]
    assert told == list(range(1, 13))
    assert (whole.frames, whole.with_marks, whole.marks["pit"], whole.marked_px) == (12, 6, 6, 6 * 64)
    assert whole.grey.sum() == whole.pixels == 12 * 90 * 140
    assert whole.lit_grey.sum() == whole.lit_px == 12 * 90 * 130 - 6 * 64
    assert whole.area.sum() == whole.contrast.sum() == 6


def test_exposure_moves_grey_levels_and_nothing_else(tmp_path: Path) -> None:
    """The same surfaces twice as bright: grey values differ, gradients and spectra do not beyond rounding."""
    dark, bright = (measure(make(tmp_path / f"x{gain}", gain)) for gain in (1, 2))
    found = {one.what: one for one in compare(dark, bright)}
    assert found["grey levels of lit surface"].moved == pytest.approx(60, abs=2)
    assert found["grey levels of lit surface"].chance < 2
    assert found["gradients of lit surface"].moved < 0.2
    assert found["spectrum along the radius, level and shape"].moved < 0.5
    assert found["areas of marks"].moved == 0
    assert all(one.moved == 0 for one in compare(dark, dark))


def test_the_page_holds_all_that_it_shows(tmp_path: Path) -> None:
    """Nothing is fetched, names are escaped, every chart is drawn, and the figures lie beside it."""
    one, other = make(tmp_path / "a <b>&"), make(tmp_path / "plain" / "dataset", 2)
    found = [(dataset, measure(dataset)) for dataset in (one, other)]
    write_page(found, tmp_path / "out.html")
    page = (tmp_path / "out.html").read_text()
    assert "a &lt;b&gt;&amp; and plain" in page
    assert "<b>" not in page
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert (page.count("<svg"), page.count("nothing to draw"), page.count("<img")) == (9, 0, 12)
    assert "nan" not in page.replace("nance", "")
    told = json.loads((tmp_path / "out.json").read_text())
    assert [one["frames"] for one in told["datasets"]] == [12, 12]
    assert len(told["differences"]) == 9
    words = "\n".join(in_words(found))
    assert "12" in words
    assert "spectrum by direction" in words


def test_a_dataset_without_marks_has_a_page_too(tmp_path: Path) -> None:
    """What cannot be measured is not drawn, and said."""
    root = tmp_path / "even"
    header = Header(name="even", kind="photographs")
    write.create(root, header)
    write.write_specimen(root, SpecimenRecord(id="s", defective=False))
    image = np.zeros((20, 30), np.uint16)
    write.write_frame(root, FrameRecord(specimen="s", view="v", digest="1"), image, image)
    write.finish(root, header)
    found = [(open_dataset(root), measure(open_dataset(root)))] * 2
    write_page(found, tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text().count("nothing to draw") == 8
    json.loads((tmp_path / "page.json").read_text())


def test_wrong_requests_are_told(tmp_path: Path) -> None:
    """A page of another ending, or inside the dataset; an empty set."""
    dataset = make(tmp_path / "set", specimens=2)
    found = [(dataset, measure(dataset))]
    with pytest.raises(RequestError, match="HTML"):
        write_page(found, tmp_path / "out.pdf")
    with pytest.raises(RequestError, match="inside the dataset"):
        write_page(found, dataset.root / "out.html")
    with pytest.raises(RequestError, match="no frames"):
        measure(dataset, frames=dataset.frames[:0])
