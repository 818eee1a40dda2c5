"""Every importer on a tiny folder in its set's exact layout: pixels, marks, groups, sets, traps."""

from __future__ import annotations

import json
from pathlib import Path

import layouts
import numpy as np
import pytest
from layouts import LAYOUTS
from PIL import Image

from blemish.dataset import open_dataset
from blemish.dataset.verify import verify
from blemish.errors import ForeignDataError, RequestError
from blemish.exchange import IMPORTERS, bring_in, runs, taking
from blemish.exchange.importers import severstal


def test_every_importer_is_tested() -> None:
    """An importer without a layout here would go unnoticed."""
    assert set(LAYOUTS) == set(IMPORTERS)


@pytest.mark.parametrize("name", LAYOUTS)
def test_an_import_finds_exactly_what_is_there(name: str, tmp_path: Path) -> None:
    """Each photograph comes in once, with its defective pixels and its marks, and the dataset keeps its promises."""
    (tmp_path / "in").mkdir()
    truth = LAYOUTS[name](tmp_path / "in")
    summary = bring_in(name, tmp_path / "in", tmp_path / "out")
    dataset = open_dataset(tmp_path / "out")
    found = {}
    for frame in dataset.frames:
        file = dataset.record(frame).source["file"]  # type: ignore[index]
        found[file] = dataset.mask(frame) > 0
        np.testing.assert_allclose(dataset.image(frame).astype(int).mean(), 120, atol=32)
    assert set(found) == set(truth.masks)
    for file, mask in truth.masks.items():
        np.testing.assert_array_equal(found[file], mask, err_msg=file)
    assert summary.marks == truth.marks
    assert summary.kept == len(truth.masks)
    assert summary.read == (truth.read or len(truth.masks))
    assert summary.with_defects == sum(mask.any() for mask in truth.masks.values())
    verdict = verify(tmp_path / "out")
    assert verdict.ok, verdict.faults
    assert json.loads((tmp_path / "out/import.json").read_text())["kept"] == summary.kept


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_shows_one_object_is_one_specimen_and_published_tests_stay(name: str, tmp_path: Path) -> None:
    """Groups are neither torn nor mixed; the publisher's test set is the test set."""
    (tmp_path / "in").mkdir()
    truth = LAYOUTS[name](tmp_path / "in")
    bring_in(name, tmp_path / "in", tmp_path / "out")
    dataset = open_dataset(tmp_path / "out")
    together: dict[str, set[str]] = {}
    for frame in dataset.frames:
        file = dataset.record(frame).source["file"]  # type: ignore[index]
        together.setdefault(truth.together[file], set()).add(frame.specimen)
    assert all(len(specimens) == 1 for specimens in together.values())
    assert len(set.union(*together.values())) == len(together)
    if truth.sets:
        tested = {dataset.record(frame).source["file"] for frame in dataset.split("test")}  # type: ignore[index]
        assert tested == set(truth.sets)


@pytest.mark.parametrize("name", LAYOUTS)
def test_importing_twice_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    """Neither the order of work nor what is there already changes a byte."""
    (tmp_path / "in").mkdir()
    LAYOUTS[name](tmp_path / "in")
    for folder, workers in (("a", 1), ("b", 4), ("b", 2)):
        bring_in(name, tmp_path / "in", tmp_path / folder, workers=workers)
    files = [
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "a", tmp_path / "b")
    ]
    assert files[0] == files[1]


@pytest.mark.parametrize("name", LAYOUTS)
def test_an_empty_folder_is_told_with_the_layout_that_was_expected(name: str, tmp_path: Path) -> None:
    """Naming the wrong folder is one clear error, and leaves nothing."""
    (tmp_path / "in").mkdir()
    with pytest.raises(ForeignDataError):
        bring_in(name, tmp_path / "in", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_paper_s_split_of_the_tiles_is_by_photograph_and_says_so(tmp_path: Path) -> None:
    """On request single photographs are dealt 4:1, and verify tells what that means."""
    (tmp_path / "in").mkdir()
    layouts.mtd(tmp_path / "in")
    summary = bring_in("mtd", tmp_path / "in", tmp_path / "out", split="paper")
    assert summary.sets == {"train": 10, "val": 2}
    assert "2 objects are in more than one set" in verify(tmp_path / "out").warnings[0]


def test_all_tiles_are_kept_on_request(tmp_path: Path) -> None:
    """Outside the published subset, frayed and uneven tiles keep their masks."""
    (tmp_path / "in").mkdir()
    layouts.mtd(tmp_path / "in")
    summary = bring_in("mtd", tmp_path / "in", tmp_path / "out", options={"subset": "all"})
    assert (summary.kept, summary.marks) == (14, {"Crack": 10, "Fray": 2, "Uneven": 10})


def test_both_forms_of_the_severstal_table_are_one(tmp_path: Path) -> None:
    """Four rows an image or only those with pixels: the same masks."""
    for form in ("long", "joint"):
        (tmp_path / form).mkdir()
        layouts.severstal(tmp_path / form, form)
        bring_in("severstal", tmp_path / form, tmp_path / f"{form}-out")
    a, b = (open_dataset(tmp_path / f"{form}-out") for form in ("long", "joint"))
    for one, other in zip(a.frames, b.frames, strict=True):
        np.testing.assert_array_equal(a.mask(one), b.mask(other))


def test_the_strips_may_lie_beside_their_table(tmp_path: Path) -> None:
    """Without a folder of their own they are found all the same."""
    layouts.severstal(tmp_path / "in")
    for file in (tmp_path / "in/train_images").iterdir():
        file.rename(tmp_path / "in" / file.name)
    assert bring_in("severstal", tmp_path / "in", tmp_path / "out", options={"images": ""}).kept == 3


@pytest.mark.parametrize("text", ["1 2 3", "0 4", "1 -1", "1 2 2 3", "60 9", "a b", "1 1e3", "99999999999999999999 1"])
def test_damaged_run_lengths_are_refused(text: str) -> None:
    """Odd, negative, overlapping, too long or no numbers at all."""
    with pytest.raises(ForeignDataError, match="run lengths"):
        severstal.unpack(text, 8, 8, "train.csv")


def test_compressed_run_lengths_are_those_of_pycocotools() -> None:
    """COCO's packed text gives the mask that its own library packs, for masks of all kinds."""
    tools = pytest.importorskip("pycocotools.mask")
    rng = np.random.default_rng(0)
    for density in (0, 0.02, 0.3, 0.9, 1):
        mask = rng.random((37, 53)) < density
        packed = tools.encode(np.asfortranarray(mask.astype(np.uint8)))
        assert runs.pack(runs.counts_of(mask)) == packed["counts"].decode()
        np.testing.assert_array_equal(runs.draw(packed["counts"].decode(), 37, 53, "here"), mask)


def test_class_numbers_need_names(tmp_path: Path) -> None:
    """A mask of class numbers gives a class for each; a number that has no name is refused with the file."""
    layouts.photograph(tmp_path / "in/images/a.png", (9, 9))
    layouts.save(tmp_path / "in/masks/a.png", Image.fromarray(np.diag([0, 1, 2, 0, 0, 0, 0, 0, 2]).astype(np.uint8)))
    options = {"classes": ("dent", "scratch")}
    summary = bring_in("masks", tmp_path / "in", tmp_path / "out", options=options)
    assert summary.marks == {"dent": 1, "scratch": 2}
    with pytest.raises(ForeignDataError, match=r"masks/a\.png: value 2 has no class"):
        bring_in("masks", tmp_path / "in", tmp_path / "out2", options={"classes": ("dent",)})


def test_masks_beside_their_images_are_told_apart_by_a_suffix(tmp_path: Path) -> None:
    """One folder may hold both."""
    layouts.photograph(tmp_path / "in/a.png", (9, 9))
    layouts.as_mask(tmp_path / "in/a_mask.png", layouts.blob((9, 9), (1, 1, 2, 2)))
    options = {"images": "", "masks": "", "mask_suffix": "_mask"}
    assert bring_in("masks", tmp_path / "in", tmp_path / "out", options=options).marks == {"defect": 1}
    with pytest.raises(RequestError, match="mask_suffix"):
        bring_in("masks", tmp_path / "in", tmp_path / "out2", options={"images": "", "masks": ""})


def test_a_mask_without_an_image_is_told(tmp_path: Path) -> None:
    """Nothing in the folder is passed over in silence."""
    layouts.masks_root = layouts.masks(tmp_path / "in")  # type: ignore[attr-defined]
    layouts.as_mask(tmp_path / "in/masks/zz.png", layouts.blob((9, 9)))
    with pytest.raises(ForeignDataError, match=r"zz\.png: no image"):
        bring_in("masks", tmp_path / "in", tmp_path / "out")


def test_the_list_of_dagm_must_fit_its_labels(tmp_path: Path) -> None:
    """A label image that got lost would make a defective image correct; the list finds it out."""
    layouts.dagm(tmp_path / "in")
    (tmp_path / "in/Class1/Test/Label/0002_label.PNG").unlink()
    with pytest.raises(ForeignDataError, match="disagree on 0002"):
        bring_in("dagm", tmp_path / "in", tmp_path / "out")


def test_the_publisher_s_way_with_mvtec_learns_from_correct_images_only(tmp_path: Path) -> None:
    """With the published split, no defect is in train or val."""
    layouts.mvtec(tmp_path / "in")
    bring_in("mvtec", tmp_path / "in", tmp_path / "out", split="paper")
    dataset = open_dataset(tmp_path / "out")
    assert len(dataset.split("test")) == 4
    assert not any(frame.defective for name in ("train", "val") for frame in dataset.split(name))


def test_a_killed_import_is_finished_by_the_same_one_and_by_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in its first group, an import is known by its source and options from then on."""
    for name in ("in", "other"):
        layouts.ksdd2(tmp_path / name)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(taking, "entry_of", die)
        with pytest.raises(KeyboardInterrupt):
            bring_in("ksdd2", tmp_path / "in", tmp_path / "out", workers=1)
    with pytest.raises(RequestError, match="would remove it"):
        bring_in("ksdd2", tmp_path / "other", tmp_path / "out")
    bring_in("ksdd2", tmp_path / "in", tmp_path / "out")
    assert verify(tmp_path / "out").ok
    (tmp_path / "out/import.json").unlink()
    with pytest.raises(RequestError, match="no import told of"):
        bring_in("ksdd2", tmp_path / "in", tmp_path / "out")
