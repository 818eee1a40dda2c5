"""The importers on the real sets that are kept beside the project."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from blemish.dataset import open_dataset
from blemish.dataset.verify import verify
from blemish.exchange import bring_in
from blemish.exchange.foreign import Folder
from blemish.exchange.importers import labelme, mtd

pytestmark = pytest.mark.shared


def test_magnetic_tiles_are_found_as_published(shared: Path) -> None:
    """1344 are read, 1312 kept; the 257 of the three defective classes have marks, the others none."""
    found = mtd.find(Folder(shared / "mtd"), mtd.Options())
    assert (found.read, len(found.samples)) == (1344, 1312)
    assert found.dropped == {"class Fray is not part of the published subset": 32}
    defective = [sample for sample in found.samples if sample.told["class"] in mtd.DEFECTIVE]
    correct = [sample for sample in found.samples if sample.told["class"] not in mtd.DEFECTIVE]
    assert len(defective) == 257
    assert all(sample.load().labels.any() for sample in defective)
    assert not any(sample.load().labels.any() for sample in correct[::20])


@pytest.mark.slow
def test_magnetic_tiles_come_in_as_published(shared: Path, tmp_path: Path) -> None:
    """1344 are read, 1312 kept, 257 defective; no tile is in two sets; the dataset keeps its promises."""
    summary = bring_in("mtd", shared / "mtd", tmp_path / "out")
    assert (summary.read, summary.kept, summary.with_defects) == (1344, 1312, 257)
    assert summary.dropped == {"class Fray is not part of the published subset": 32}
    verdict = verify(tmp_path / "out")
    assert verdict.ok, verdict.faults[:3]
    dataset = open_dataset(tmp_path / "out")
    sets = [{frame.specimen for frame in dataset.split(name)} for name in ("train", "val", "test")]
    assert sum(map(len, sets)) == len(set.union(*sets)) == summary.specimens
    exposures = Counter(
        dataset.record(frame).source["exposure"]  # type: ignore[index]
        for frame in dataset.frames
    )
    assert set(exposures) == set(range(7))


def test_photographs_that_were_seen_to_show_one_tile_are_in_one_group(shared: Path) -> None:
    """Pairs found by comparing the pictures themselves, some in unlike classes, never part."""
    folder = Folder(shared / "mtd")
    found = mtd.find(folder, mtd.Options(subset="all"))
    group = {sample.told["number"]: sample.group for sample in found.samples}
    seen = [
        (824, 853),
        (8676, 10410),
        (37098, 37556),
        (85602, 88149),
        (5924, 13636),
        (9196, 10410),
        (53080, 65067),
        (306654, 309443),
        (355658, 358138),
        (85642, 86828),
        (108719, 108889),
        (320853, 320895),
    ]
    for one, other in seen:
        assert group[one] == group[other]
    sizes = Counter(Counter(group.values()).values())
    assert sizes[6] > 190
    assert max(sizes) <= 30


def test_ball_screws_are_paired_with_their_annotations(shared: Path) -> None:
    """405 photographs in groups of one position and angle or one screw, 291 annotated; their polygons are drawn."""
    found = labelme.find(Folder(shared / "ballscrew"), labelme.Options())
    assert (found.read, len({sample.group for sample in found.samples})) == (405, 12)
    annotated = [sample for sample in found.samples if "annotation" in sample.told]
    assert len(annotated) == 291
    for sample in annotated[::40]:
        assert sample.load().labels.any()


@pytest.mark.slow
def test_ball_screws_come_in_whole(shared: Path, tmp_path: Path) -> None:
    """All of them, with 370 pits, keep the format's promises."""
    summary = bring_in("labelme", shared / "ballscrew", tmp_path / "out", workers=2)
    assert (summary.read, summary.kept, summary.with_defects) == (405, 405, 291)
    assert summary.marks == {"Pitting": 370}
    assert summary.specimens == 12
    assert verify(tmp_path / "out").ok
