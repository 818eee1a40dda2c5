"""Sightings: every defect in every view, with a signal that says the same as hit or miss."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from simulated import frames, sightings

from blemish.dataset import open_dataset, write
from blemish.dataset.png import encode
from blemish.dataset.record import DefectRecord, FrameRecord, Header, SpecimenRecord, VisibleDefect
from blemish.dataset.split import SplitRule
from blemish.errors import RequestError
from blemish.evaluate.objects import ObjectRule, count_false_calls, seen_objects
from blemish.inspect.predictions import Asked, Predictions
from blemish.inspect.sighted import noise_of, sightings_of, signal_of
from blemish.inspect.sightings import MEASURES, write_csv

SHEET = {"f_number": 8.0, "focal_length_mm": 50.0, "working_distance_mm": 550.0, "pixel_pitch_um": 10.0}


def kept(root: Path) -> Predictions:
    """Two specimens, one of them with a dent and a scratch, in two views; and scores that find the dent only."""
    header = Header(name="small", kind="rendered", classes=("dent", "scratch"))
    write.create(root / "data", header)
    dent = DefectRecord(
        id=1, kind="dent", region="top", parameters={"diameter_mm": 0.9}, position_mm=(0.0, 0.0, 0.0), depth_mm=0.05
    )
    scratch = DefectRecord(id=4, kind="scratch", region="top", parameters={"width_mm": 0.1, "length_mm": 3.0})
    told = {"d0": (dent, scratch), "c0": ()}
    mask = np.zeros((40, 60), np.uint16)
    mask[5:15, 5:15], mask[30:32, 10:40] = 1, 4
    for name, defects in told.items():
        finishes = {"top": {"kind": "turned"}}
        write.write_specimen(
            root / "data", SpecimenRecord(id=name, defective=bool(defects), defects=defects, finishes=finishes)
        )
        for view in ("v0", "v1"):
            here = mask if defects else np.zeros_like(mask)
            visible = tuple(VisibleDefect(id=one.id, area_px=0, contrast=2.0, detectability=9.0) for one in defects)
            visible = tuple(
                VisibleDefect(id=one.id, area_px=int((here == one.id).sum()), contrast=2.0, detectability=9.0)
                for one in visible
            )
            pose = ((1.0, 0, 0, 0), (0, 1.0, 0, 0), (0, 0, 1.0, -500.0), (0, 0, 0, 1.0))
            pose = tuple(tuple(float(value) for value in row) for row in pose)
            write.write_frame(
                root / "data",
                FrameRecord(
                    specimen=name, view=view, digest=name + view, camera=SHEET, world_from_camera=pose, defects=visible
                ),
                np.full(mask.shape, 90, np.uint8),
                here,
            )
    write.finish(root / "data", header, split=SplitRule(shares={"test": 1.0}))
    dataset = open_dataset(root / "data")
    scores = np.zeros(mask.shape)
    scores[5:15, 5:15] = 0.9
    scores[20:24, 50:54] = 0.7
    for frame in dataset.frames:
        path = root / "kept" / "scores" / frame.specimen / f"{frame.view}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(np.rint(scores * 65535).astype(np.uint16)))
    asked = Asked(dataset="small", dataset_digest="", split="test", network="small", model_digest="", threshold=0.5)
    return Predictions(root / "kept", dataset, asked, dataset.frames)


def test_every_defect_in_every_view_is_a_row(tmp_path: Path) -> None:
    """With its sizes, its finish, its scale, and whether it was found; and every frame with its false calls."""
    seen = sightings_of(kept(tmp_path))
    assert len(seen) == 4
    assert seen.rows["kind"].tolist() == ["dent", "scratch"] * 2
    assert seen.found.tolist() == [True, False] * 2
    assert seen.measure("diameter_mm")[0] == 0.9
    assert np.isnan(seen.measure("diameter_mm")[1])
    assert seen.measure("length_mm")[1] == 3.0
    assert set(seen.rows["finish"]) == {"turned"}
    assert seen.measure("contrast").tolist() == [2.0] * 4
    # The focal length in pixels is the image distance, 55 mm, over the pitch; the dent lies 500 mm away.
    assert seen.measure("px_per_mm")[0] == pytest.approx(55 / 0.01 / 500)
    assert np.isnan(seen.measure("cosine")).all()
    assert seen.frames["false_calls"].tolist() == [2, 2, 1, 1]
    assert len(np.unique(seen.defects)) == 2
    assert seen.groups()[1] == "defect"
    assert seen.pixels is not None
    assert (seen.pixels.unknown, seen.pixels.unknown_called) == (2 * 160, 2 * 100)


def test_a_defect_is_found_exactly_when_its_signal_reaches_the_threshold() -> None:
    """For any scores, shares and sizes, the signal says the same as the rule of hit and miss."""
    rng = np.random.default_rng(0)
    for _ in range(200):
        height, width = rng.integers(1, 9, 2)
        mask = np.zeros((12, 12), np.uint16)
        mask[1 : 1 + height, 2 : 2 + width] = 3
        scores = np.round(rng.random(mask.shape) * 8).astype(np.float32) / 8
        threshold, share = np.float32(rng.integers(1, 9) / 8), float(rng.choice([0.0, 0.1, 0.25, 0.5, 1.0]))
        (one,) = seen_objects(mask, scores >= threshold, ObjectRule(found_from=share))
        same = signal_of(np.array([threshold]), 0.0)
        assert one.found == (signal_of(scores[mask > 0], share) >= same)


def test_noise_that_reaches_the_threshold_is_a_false_call() -> None:
    """Four called pixels in a square away from defects are a false call; what touches a defect is no noise."""
    mask, scores = np.zeros((40, 40), np.uint16), np.zeros((40, 40), np.float32)
    mask[5:15, 5:15] = 1
    scores[4:16, 4:16] = 0.99
    assert noise_of(scores, mask) < signal_of(np.array([0.5], np.float32), 0.0)
    scores[30:32, 30:32] = 0.8
    assert noise_of(scores, mask) == signal_of(np.array([0.8], np.float32), 0.0)
    assert count_false_calls(mask, scores >= 0.8, ObjectRule()) == 1


def test_sightings_of_other_specimens_are_told_apart_by_a_prefix() -> None:
    """Added to themselves under another name they are twice as many defects; under the same, the same defects."""
    seen = sightings(np.random.default_rng(0), 30, 2)
    both = seen.plus(seen, "more-")
    assert (len(both), len(both.frames)) == (2 * len(seen), 2 * len(seen.frames))
    assert len(np.unique(both.defects)) == 60
    assert len(np.unique(seen.plus(seen).defects)) == 30
    assert sightings(np.random.default_rng(0), 200, 2).groups()[1] == "specimen"


def test_a_measure_that_is_not_known_is_refused() -> None:
    """The message names the nearest one that is."""
    seen = sightings(np.random.default_rng(0), 10, 1)
    with pytest.raises(RequestError, match=r"did you mean width_mm"):
        seen.measure("with_mm")
    assert all(len(seen.measure(name)) == 10 for name in MEASURES)


def test_the_table_is_read_back_as_written(tmp_path: Path) -> None:
    """One line a sighting, and nothing where nothing is known."""
    seen = sightings(np.random.default_rng(0), 10, 2)
    write_csv(seen, tmp_path / "sightings.csv")
    with (tmp_path / "sightings.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [float(line["diameter_mm"]) for line in lines] == seen.rows["diameter_mm"].tolist()
    assert {line["width_mm"] for line in lines} == {""}
    assert len(frames(np.zeros(3))) == 3
