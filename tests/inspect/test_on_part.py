"""Calibration and scores on the part: what is measured is what is there, and each threshold comes from validation."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from surfaces import BOX, finer, marked, view

from blemish.dataset.ply import Geometry
from blemish.errors import RequestError, WorkError
from blemish.inspect.surface.backproject import ViewEvidence
from blemish.inspect.surface.calibrate import (
    Calibration,
    Judged,
    best_threshold,
    calibrate,
    read_calibration,
    write_calibration,
)
from blemish.inspect.surface.fuse import fuse
from blemish.inspect.surface.fused import compare_fusions
from blemish.inspect.surface.fusing import Fusing
from blemish.inspect.surface.marked import truth_of_marks
from blemish.inspect.surface.on_part import objects_on_part, write_objects
from blemish.inspect.surface.patches import lookup_of, patches_of, truth_of

PATCHES = patches_of(BOX, 1.0)
PLACES = [(-6.0, -6.0, 1.0), (6.0, -5.0, 1.0), (-5.0, 6.0, 0.0), (5.0, 6.0, 1.0)]
ASKED = Fusing(angle_bands_deg=(40.0,), levels=4)


def specimen() -> Geometry:
    """A plate with four round defects: three on one side, one on the other."""
    mesh = finer(BOX, 5)
    for number, place in enumerate(PLACES, start=1):
        mesh = marked(mesh, place, 1.5, number)
    return mesh


MESH = specimen()
LOOKUP = lookup_of(MESH, PATCHES)
TRUTH = truth_of(MESH, LOOKUP, {1, 2, 3, 4})
HAS = TRUTH.share >= ASKED.defect_share


def told(name: str, seed: int, hit: float, false: float, side: float = 1.0) -> ViewEvidence:
    """A view of one side of the plate that calls defect patches and sound ones at these rates."""
    rng = np.random.default_rng(seed)
    patch = np.flatnonzero(PATCHES.normal[:, 2] * side > 0.5)
    calls = rng.random(len(patch)) < np.where(HAS[patch], hit, false)
    return view(name, patch, np.where(calls, 3.0, -4.0) + rng.normal(0, 0.1, len(patch)), 0.95)


def judged(seed: int, number: int = 4, hit: float = 0.7, false: float = 0.02) -> Judged:
    """A specimen seen by some views from above."""
    return Judged("d000", [told(f"v{k:03d}", 100 * seed + k, hit, false) for k in range(number)], TRUTH)


def calibrated(*seeds: int) -> Calibration:
    """What is measured on some specimens."""
    return calibrate([judged(seed) for seed in seeds], PATCHES.area_mm2, PATCHES.patch_mm, ASKED)


def test_rates_are_those_of_the_views() -> None:
    """Views that hit 70 % of defect patches and call 2 % of sound ones are measured so, and in their band only."""
    (near, hit, false, defects, sound), (_, _, _, *none) = calibrated(1, 2, 3).rates()
    assert near == "0-40 deg"
    assert hit == pytest.approx(0.7, abs=4 * (0.21 / defects) ** 0.5)
    assert false == pytest.approx(0.02, abs=4 * (0.0196 / sound) ** 0.5)
    assert none == [0, 0]


def test_views_that_repeat_each_other_are_tempered() -> None:
    """Four independent views keep almost all of their weight; one view told four times keeps about a quarter."""
    independent = calibrated(1, 2, 3)
    same = [Judged("d000", [told(f"v{k}", seed, 0.7, 0.02) for k in range(4)], TRUTH) for seed in (1, 2, 3)]
    repeated = calibrate(same, PATCHES.area_mm2, PATCHES.patch_mm, ASKED)
    assert independent.exponent > 0.7
    assert repeated.exponent == pytest.approx(0.25, abs=0.05)


def test_fusing_beats_single_views_where_views_err_alone() -> None:
    """Independent views: all together find more patches with fewer false calls than each by itself, bayes the most."""
    rows = compare_fusions([judged(7), judged(8)], PATCHES, calibrated(1, 2, 3), ASKED)
    f1 = {row.how: row.f1 for row in rows}
    assert list(f1) == ["single", "max", "mean", "bayes"]
    assert f1["bayes"] >= f1["mean"] - 0.02 > f1["single"]
    single, *fused = rows
    assert all(row.false_calls_per_part < single.false_calls_per_part for row in fused)
    assert all(row.parts == 2 and row.views_per_part == 4 for row in rows)
    assert all(row.defects.total == 6 and row.defects_of_part.total == 8 for row in fused)
    assert single.defects.total == 24
    assert rows[-1].recall_interval is not None


def test_one_view_scores_alike_alone_and_fused() -> None:
    """With one view a specimen, single views and the weighted mean give the same figures."""
    one = [judged(9, number=1)]
    measured = calibrated(1, 2)
    same = dict.fromkeys(measured.thresholds, measured.thresholds["single"])
    rows = {row.how: row for row in compare_fusions(one, PATCHES, _with(measured, same), ASKED)}
    for name in ("precision", "recall", "f1", "defects", "defects_of_part", "false_calls_per_part"):
        assert getattr(rows["single"], name) == getattr(rows["mean"], name) == getattr(rows["max"], name)


def _with(calibration: Calibration, thresholds: dict[str, float]) -> Calibration:
    return Calibration(**{**vars(calibration), "thresholds": thresholds})


def test_right_evidence_gives_the_defects_as_objects() -> None:
    """Evidence that is the truth gives one object a defect: its place, side, region, area and views."""
    above, below = (told(name, 1, 1.0, 0.0, side=side) for name, side in (("up", 1.0), ("down", -1.0)))
    evidence = fuse([above, below], "mean", len(PATCHES))
    found = objects_on_part(evidence, PATCHES, 0.0, views=[above, below], single=0.0, truth=TRUTH)
    assert sorted(one.defects for one in found) == [(1,), (2,), (3,), (4,)]
    for one in found:
        place = np.array(PLACES[one.defects[0] - 1])
        assert np.linalg.norm(place - one.place_mm) < 1.0
        assert one.normal == pytest.approx((0, 0, 1 if place[2] == 1 else -1), abs=1e-6)
        assert one.region == ("top" if place[2] == 1 else "sides")
        assert 0.8 * np.pi * 1.5**2 < one.area_mm2 < np.pi * 2.3**2  # whole patches: their rim is more
        assert one.seen_by == one.called_by == (("up",) if place[2] == 1 else ("down",))
    assert not objects_on_part(evidence, PATCHES, 1e9, truth=TRUTH)
    assert not objects_on_part(evidence, PATCHES, 0.0, smallest_mm2=1e3)


def test_objects_are_written_for_people_and_programs(tmp_path: Path) -> None:
    """The table and the JSON hold the same objects."""
    above = told("up", 1, 1.0, 0.0)
    found = objects_on_part(fuse([above], "mean", len(PATCHES)), PATCHES, 0.0, views=[above], single=0.0, truth=TRUTH)
    write_objects({"d000": found, "c000": []}, tmp_path)
    rows = list(csv.DictReader((tmp_path / "objects.csv").read_text().splitlines()))
    listed = json.loads((tmp_path / "objects.json").read_text())
    assert listed["c000"] == []
    assert len(rows) == len(listed["d000"]) == 3
    assert [row["defects"] for row in rows] == [" ".join(map(str, one["defects"])) for one in listed["d000"]]
    assert [float(row["x_mm"]) for row in rows] == pytest.approx(
        [one["place_mm"][0] for one in listed["d000"]], abs=1e-4
    )


def test_marks_in_several_photographs_are_one_defect() -> None:
    """A flaw that is marked in two views, a little differently, is one defect of the part; a stray pixel is none."""
    place = np.array(PLACES[0])
    distance = np.linalg.norm(PATCHES.centre_mm - place, axis=1)
    near = np.flatnonzero((distance < 1.5) & (PATCHES.normal[:, 2] > 0.5))
    far = int(np.flatnonzero(PATCHES.normal[:, 2] > 0.5)[-1])
    marks = [view("a", near[:-1], np.ones(len(near) - 1)), view("b", near[1:], np.ones(len(near) - 1))]
    stray = view("c", np.array([far]), np.ones(1))
    stray = ViewEvidence(**{**vars(stray), "called": np.float32([0.02])})
    truth = truth_of_marks([*marks, stray], PATCHES)
    assert set(truth.patch) == set(near)
    assert set(truth.defect) == {1}
    assert truth.defect_area_mm2[1] == pytest.approx(PATCHES.area_mm2[near].sum())
    assert not truth_of_marks([], PATCHES).share.any()


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(-5, 5), st.booleans(), st.floats(0.1, 3)), min_size=1, max_size=30))
def test_the_threshold_is_the_best_there_is(rows: list[tuple[int, bool, float]]) -> None:
    """No other threshold gives a better F1 by area, ties among evidence included."""
    evidence, defective, area = (np.array(column) for column in zip(*rows, strict=True))
    evidence = evidence.astype(float)
    defective[0] = True

    def f1(threshold: float) -> float:
        called = evidence >= threshold
        return 2 * area[called & defective].sum() / (area[called].sum() + area[defective].sum())

    best = f1(best_threshold(evidence, defective, area))
    assert best >= max(f1(value) for value in evidence) - 1e-12


def test_what_was_measured_comes_back_from_disk(tmp_path: Path) -> None:
    """Written and read it is the same; what is damaged or missing is told."""
    measured = calibrated(1)
    write_calibration(measured, tmp_path / "calibration.json")
    assert read_calibration(tmp_path / "calibration.json") == measured
    (tmp_path / "calibration.json").write_text('{"patch_mm": 1}')
    with pytest.raises(WorkError, match="damaged"):
        read_calibration(tmp_path / "calibration.json")
    with pytest.raises(WorkError, match="blemish inspect"):
        read_calibration(tmp_path / "nothing.json")


def test_too_few_or_one_sided_records_are_refused() -> None:
    """Without defects, or without views, there is nothing to measure; the message says what is needed."""
    sound = truth_of(MESH, LOOKUP, set())
    with pytest.raises(RequestError, match=r"too few defects.*30 of each.*\[split\]"):
        calibrate([Judged("c000", judged(1).views, sound)], PATCHES.area_mm2, 1.0, ASKED)
    with pytest.raises(RequestError, match="0 specimens: none"):
        calibrate([], PATCHES.area_mm2, 1.0, ASKED)
