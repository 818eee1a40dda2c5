"""Samples are pure functions of seed, epoch and index; batches are the same for any number of threads."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from blemish.dataset.read import Dataset
from blemish.learn.loader import batches
from blemish.learn.protocol import Protocol
from blemish.learn.samples import Pictures, open_pictures, training_sample, validation_sample


@pytest.fixture
def pictures(dataset: Dataset, tmp_path: Path) -> Pictures:
    """Give the training plates."""
    return open_pictures(dataset, "train", tmp_path)


def test_a_sample_does_not_depend_on_what_was_drawn_before(tiny: Protocol, pictures: Pictures) -> None:
    """Samples drawn backwards, one by one, are those drawn forwards."""
    forwards = [training_sample(tiny, pictures, 1, index) for index in range(6)]
    backwards = [training_sample(tiny, pictures, 1, index) for index in reversed(range(6))][::-1]
    for one, other in zip(forwards, backwards, strict=True):
        np.testing.assert_array_equal(one.image, other.image)
        np.testing.assert_array_equal(one.label, other.label)


def test_epochs_indices_and_seeds_differ(tiny: Protocol, pictures: Pictures) -> None:
    """No two of (seed, epoch, index) give the same crop."""
    reseeded = dataclasses.replace(tiny, seed=1)
    images = [
        training_sample(p, pictures, e, i).image.tobytes() for p in (tiny, reseeded) for e in (0, 1) for i in (0, 1)
    ]
    assert len(set(images)) == len(images)


def test_workers_do_not_change_batches(tiny: Protocol, pictures: Pictures) -> None:
    """One thread and four give the same batches in the same order."""
    make = partial(training_sample, tiny, pictures, 0)
    alone, together = (list(batches(make, 5, 2, workers)) for workers in (1, 4))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one.images, other.images)
        np.testing.assert_array_equal(one.labels, other.labels)


def test_each_frame_comes_once_a_round(tiny: Protocol, pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many samples as there are frames show each frame once, also when a round spans two epochs."""
    seen: list[int] = []
    pixels = Pictures.pixels
    monkeypatch.setattr(Pictures, "pixels", lambda self, index: (seen.append(index), pixels(self, index))[1])
    protocol = dataclasses.replace(tiny, defect_bias=0.0, steps_per_epoch=1, batch=len(pictures) // 2)
    for epoch in range(4):
        for index in range(protocol.batch):
            training_sample(protocol, pictures, epoch, index)
    assert sorted(seen[: len(pictures)]) == sorted(seen[len(pictures) :]) == list(range(len(pictures)))


def test_a_full_bias_shows_a_defect_in_every_crop(tiny: Protocol, pictures: Pictures) -> None:
    """``defect_bias = 1`` centres every crop on a defect."""
    protocol = dataclasses.replace(tiny, defect_bias=1.0)
    assert all(training_sample(protocol, pictures, 0, index).label.any() for index in range(20))


def test_every_second_crop_comes_from_beside(
    tiny: Protocol, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even crops are those of the set itself, odd ones of what lies beside it; in each, every frame once a round."""
    seen: list[tuple[str, int]] = []

    def watched(self: Pictures, index: int) -> object:
        seen.append(("beside" if self.beside is None else "own", index))
        return self.cache.image(index), self.cache.mask(index)

    monkeypatch.setattr(Pictures, "pixels", watched)
    both = dataclasses.replace(pictures, beside=pictures)
    plain = dataclasses.replace(tiny, defect_bias=0.0)
    for index in range(2 * len(pictures)):
        training_sample(plain, both, 0, index)
    assert [where for where, _ in seen] == ["own", "beside"] * len(pictures)
    for where in ("own", "beside"):
        assert sorted(index for place, index in seen if place == where) == list(range(len(pictures)))


def test_validation_crops_are_always_the_same(tiny: Protocol, pictures: Pictures) -> None:
    """They do not change from one validation to the next, and every second one shows a defect."""
    for index in range(6):
        one, other = (validation_sample(tiny, pictures, index) for _ in range(2))
        np.testing.assert_array_equal(one.image, other.image)
        assert one.label.any() or index % 2 == 0


def test_a_sample_that_cannot_be_made_ends_the_loop_with_its_error() -> None:
    """An error in a thread reaches the one who trains; nothing hangs."""

    def make(index: int) -> None:
        raise OSError("disk gone")

    with pytest.raises(OSError, match="disk gone"):
        list(batches(make, 3, 2))  # type: ignore[arg-type]
