"""Near-duplicates: found through what a camera changes, and not where only the parts are alike."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blemish.dataset import write
from blemish.dataset.near import look_of, near_duplicates
from blemish.dataset.record import FrameRecord, Header, SpecimenRecord
from blemish.dataset.split import Split, SplitRule
from blemish.dataset.verify import verify


def surface(seed: int, shape: tuple[int, int] = (180, 240)) -> np.ndarray:
    """A surface with structure of all sizes."""
    rng = np.random.default_rng(seed)
    grey = np.full(shape, 110.0)
    for size, depth in ((4, 40), (12, 25), (60, 12)):
        coarse = rng.normal(0, depth, (size, size)).astype(np.float32)
        grey += cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(grey, 0, 255).astype(np.uint8)


def again(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same photograph, taken again: exposure, noise, size and 16 bits."""
    taken = image * rng.uniform(0.5, 1.0) + rng.normal(0, 2, image.shape)
    taken = cv2.resize(taken, (image.shape[1] - 7, image.shape[0] + 5))
    return (np.clip(taken, 0, 255) * 257).astype(np.uint16)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_a_photograph_taken_again_is_found_and_another_is_not(seed: int) -> None:
    """Whatever the surface: its second photograph is found in the other set, and nothing else is."""
    rng = np.random.default_rng(seed)
    images = {f"m{number}": surface(seed * 10 + number) for number in range(4)}
    images["again"] = again(images["m2"], rng)
    sets = {"m0": "train", "m1": "val", "m2": "train", "m3": "val", "again": "val"}
    looks = [look_of(image) for image in images.values()]
    found = near_duplicates(list(images), looks, sets, images.__getitem__)
    assert [(one.name, one.other) for one in found] == [("again", "m2")]


def test_within_a_set_and_outside_all_nothing_is_compared() -> None:
    """Two of one set may look alike; what is in no set is passed over; no split, nothing to say."""
    images = {name: surface(0) for name in ("a", "b", "c")}
    looks = [look_of(image) for image in images.values()]
    for sets in ({}, {"a": "train", "b": "train"}, {"a": "train", "b": "train", "c": "train"}):
        assert near_duplicates(list(images), looks, sets, images.__getitem__) == []


def test_even_pictures_are_no_duplicates() -> None:
    """Two black frames have no structure that could be the same."""
    images = {name: np.zeros((30, 40), np.uint8) for name in ("a", "b")}
    looks = [look_of(image) for image in images.values()]
    assert near_duplicates(["a", "b"], looks, {"a": "train", "b": "val"}, images.__getitem__) == []


@pytest.mark.parametrize(("kind", "warned"), [("photographs", True), ("rendered", False)])
def test_verify_warns_of_photographs_that_were_parted(tmp_path: Path, kind: str, warned: bool) -> None:
    """Two specimens that are one object under two names; rendered parts of one shape are not told."""
    header = Header(name="x", kind=kind)  # type: ignore[arg-type]
    write.create(tmp_path, header)
    for name, image in (("one", surface(1)), ("two", surface(2)), ("one_again", surface(1))):
        write.write_specimen(tmp_path, SpecimenRecord(id=name, defective=False))
        record = FrameRecord(specimen=name, view="v", digest=name)
        write.write_frame(tmp_path, record, image, np.zeros(image.shape, np.uint16))
    rule = SplitRule(shares={"train": 2.0, "val": 1.0})
    write.finish(tmp_path, header, split=Split(rule, {"train": ("one", "two"), "val": ("one_again",)}))
    verdict = verify(tmp_path)
    assert verdict.ok
    assert any("one_again/v is like one/v" in warning for warning in verdict.warnings) == warned
