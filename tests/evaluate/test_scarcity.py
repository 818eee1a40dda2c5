"""Few real objects: which images a table's rows of few objects learn from, and what they are told beside the others."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from plates import plate

from blemish.dataset.read import Dataset, open_dataset
from blemish.dataset.record import DefectRecord, FrameRecord, Header, SpecimenRecord
from blemish.dataset.split import SplitRule
from blemish.dataset.write import create, finish, write_frame, write_specimen
from blemish.errors import RequestError, StudyError
from blemish.evaluate.comparison import Comparison, compare
from blemish.evaluate.scarcity import Few, chosen, narrowed
from blemish.evaluate.transfer import read_table
from blemish.report.scarcity import ALL, lines
from blemish.report.transfer import write_page

TABLE = """
name = "scarce"
networks = ["small"]
width = 4
fine_tuning_epochs = 1

[target]
data = "target"
few = { objects = [1, 3], images_each = 5, draws = [0, 1] }

[sources.planar]
data = "target"
few = [1]
beside = true
learn = { defect_bias = 1.0, augmentation = { flips = false } }

[learn]
crop_px = 32
batch = 2
steps_per_epoch = 1
max_epochs = 1
validation_crops = 2
precision = "fp32"
"""


def worn(root: Path, objects: int = 6, images: int = 8) -> Dataset:
    """Write several images of each of several objects, half of them with a defect."""
    create(root, Header(name="worn", kind="photographs", classes=("scratch", "dent")))
    for number in range(objects):
        defective = number % 2 == 0
        name = f"{'d' if defective else 'c'}{number}"
        defects = tuple(DefectRecord(id=i, kind=kind) for i, kind in ((1, "scratch"), (2, "dent"))) if defective else ()
        write_specimen(root, SpecimenRecord(id=name, defective=defective, defects=defects))
        for view in range(images):
            image, mask = plate((48, 64), np.random.default_rng([number, view]), defective=defective)
            record = FrameRecord(specimen=name, view=f"v{view}", digest=f"{number * images + view:064x}")
            write_frame(root, record, image, mask)
    finish(root, Header(name="worn", kind="photographs", classes=("scratch", "dent")), split=_RULE)
    return open_dataset(root)


_RULE = SplitRule(shares={"train": 4.0, "val": 1.0, "test": 1.0}, stratified=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One dataset and a table about it."""
    root = tmp_path_factory.mktemp("scarce")
    worn(root / "target")
    (root / "scarce.toml").write_text(TABLE)
    return root


@pytest.fixture(scope="module")
def filled(folder: Path) -> Comparison:
    """Fill the table once."""
    return compare(read_table(folder / "scarce.toml"), folder / "out", devices=("cpu",))


@pytest.mark.parametrize("draw", [0, 1, 2])
def test_few_objects_give_few_images_and_none_of_other_sets(folder: Path, draw: int) -> None:
    """Learned from and chosen with: the stated number of images of each object, none in both, none from elsewhere."""
    whole = open_dataset(folder / "target")
    few = narrowed(whole, Few(objects=2, images_each=5, draw=draw))
    learned, choosing = (set(few.split(name).names().tolist()) for name in ("train", "val"))
    assert not learned & choosing
    assert len(learned) == 8
    assert len(choosing) == 2
    assert learned | choosing <= set(whole.split("train").names().tolist())
    assert few.split("test").names().tolist() == whole.split("test").names().tolist()


def test_more_objects_contain_the_fewer_and_the_first_is_defective(folder: Path) -> None:
    """Within a draw the numbers are nested; whoever has one object has one with a defect."""
    whole = open_dataset(folder / "target")
    for draw in range(5):
        names = [chosen(whole, Few(count, 5, draw)) for count in (1, 2, 3, 4)]
        assert all(set(fewer) < set(more) for fewer, more in pairwise(names))
        assert names[0][0].startswith(b"d")


def test_more_objects_than_there_are_cannot_be_asked_for(folder: Path) -> None:
    """By the function and by the table's file, before anything is trained."""
    with pytest.raises(RequestError, match="has 4 objects, 9 are wanted"):
        narrowed(open_dataset(folder / "target"), Few(9, 5, 0))
    (folder / "many.toml").write_text(TABLE.replace("[1, 3]", "[1, 9]"))
    with pytest.raises(StudyError, match="9 are wanted"):
        read_table(folder / "many.toml")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("few = [1]", "few = [2]", r"few: \[2\] are not among"),
        ("defect_bias = 1.0", "defect_bias = 7", "defect_bias"),
        ("defect_bias = 1.0", "seed = 7", "the table says seed itself"),
        ("draws = [0, 1]", "draws = [0, 0]", "named twice"),
    ],
)
def test_what_a_source_says_is_checked(folder: Path, old: str, new: str, told: str) -> None:
    """Numbers that the target does not have, settings that are wrong or stand elsewhere, draws that are none."""
    (folder / "wrong.toml").write_text(TABLE.replace(old, new))
    with pytest.raises(StudyError, match=told):
        read_table(folder / "wrong.toml")


def test_rows_of_few_objects_are_filled_once_a_draw(filled: Comparison) -> None:
    """Each draw that chooses other objects is a training of its own; a source's departures hold for it alone."""
    assert [row.title for row in filled.rows] == [
        "target",
        "target, 3 objects",
        "target, 1 object",
        "planar",
        "planar + FT, 1 object",
    ]
    for row in filled.rows[1:3]:
        chosen_names = [tuple(_facts(one)["few"]["names"]) for one in filled.at(row, "small")]
        assert len(set(chosen_names)) == len(chosen_names) >= 1
    biases = [one.cell.protocol.defect_bias for one in filled.cells]
    assert [bias == 1 for bias in biases] == [one.cell.row.source == "planar" for one in filled.cells]
    assert not filled.cells[-1].cell.protocol.augmentation.flips
    for one in filled.cells:
        assert _facts(one)["beside"] == ("target" if one.cell.row.fine_tuned else "")


def test_two_names_for_one_training_share_it(folder: Path, filled: Comparison) -> None:
    """A source named twice, to be fine-tuned in two ways, is learned from once; both rows are told."""
    block = TABLE[TABLE.index("[sources") : TABLE.index("[learn]")]
    second = block.replace("planar", "again").replace("true", "false", 1)
    (folder / "twice.toml").write_text(TABLE.replace("[learn]", second + "[learn]"))
    table = compare(read_table(folder / "twice.toml"), filled.folder, devices=("cpu",))
    alone = {one.folder for one in table.cells if one.cell.row.title in ("planar", "again")}
    assert len(alone) == 1
    tuned = {one.folder for one in table.cells if one.cell.row.fine_tuned}
    assert len(tuned) == sum(one.cell.row.fine_tuned for one in table.cells)


def test_the_curve_has_a_line_for_each_way_of_learning(filled: Comparison) -> None:
    """The target alone from one object to all; the source from none; the page shows it."""
    own, source = lines(filled, "small")
    assert (own.name, own.objects) == ("target", (1, 3, ALL))
    assert (source.name, source.objects) == ("planar", (0, 1))
    assert "fewer and fewer" in write_page(filled).read_text()


def _facts(one: object) -> dict[str, dict[str, list[str]]]:
    return dict(json.loads((one.folder / "cell.json").read_text()))  # type: ignore[attr-defined]
