"""Every exporter, there and back: what its format can hold is the same, and what it cannot is said."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import layouts
import numpy as np
import pytest
from PIL import Image

from blemish.dataset import Dataset, open_dataset, write
from blemish.dataset.record import DefectRecord, FrameRecord, Header, SpecimenRecord, rows
from blemish.dataset.split import SplitRule
from blemish.errors import DatasetError, RequestError
from blemish.exchange import EXPORTERS, bring_in, give_out
from blemish.exchange.outline import filled, outlines
from blemish.frames import look_at

SHAPE = (40, 60)
RING = layouts.blob(SHAPE, (5, 5, 11, 11)) & ~layouts.blob(SHAPE, (8, 8, 4, 4))
PAIR = layouts.blob(SHAPE, (25, 30, 5, 5), (32, 45, 4, 6))
SPOT = layouts.blob(SHAPE, (2, 50, 1, 1), (1, 1, 1, 2))


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Four specimens, two of them with a ring, a dent in two pieces and a spot of one pixel; split by specimen."""
    root, rng = tmp_path / "set", np.random.default_rng(0)
    camera = {"focal_length_mm": 35, "working_distance_mm": 200, "pixel_pitch_um": 9, "width_px": 60, "height_px": 40}
    header = Header(name="half clutch", kind="rendered", classes=("ring", "dent"), camera=camera)
    pose = rows(look_at(np.array([9.0, 8.0, 200.0]), np.zeros(3)))
    write.create(root, header)
    for number in range(4):
        bad = number < 2
        defects = tuple(DefectRecord(id=i, kind=kind) for i, kind in ((3, "ring"), (7, "dent"), (300, "dent")))
        write.write_specimen(root, SpecimenRecord(id=f"s{number}", defective=bad, defects=defects if bad else ()))
        for view in ("v.0", "v.1"):
            mask = np.zeros(SHAPE, np.uint16)
            if bad:
                mask[RING], mask[PAIR], mask[SPOT] = 3, 7, 300
            image = rng.integers(0, 255, SHAPE).astype(np.uint8)
            record = FrameRecord(specimen=f"s{number}", view=view, digest=f"{number}{view}", world_from_camera=pose)
            write.write_frame(root, record, image, mask)
    write.finish(root, header, split=SplitRule(shares={"train": 1.0, "test": 1.0}))
    return open_dataset(root)


def pairs(dataset: Dataset) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Image and mask of each frame, found by the image's own content."""
    found = {}
    for frame in dataset.frames:
        image = dataset.image(frame)
        found[hashlib.sha256(image.tobytes()).hexdigest()] = (image, dataset.mask(frame))
    return found


def relabelled(mask: np.ndarray) -> set[bytes]:
    """A mask's instances without their numbers."""
    return {(mask == number).tobytes() for number in np.unique(mask) if number}


ROUND_TRIPS: dict[str, tuple[str, dict[str, Any], dict[str, Any], bool]] = {
    "coco": ("coco", {}, {"annotations": "annotations/all.json"}, True),
    "labelme": ("labelme", {}, {"images": "all", "annotations": "all"}, True),
    "masks with ids": ("masks", {"values": "ids"}, {"classes": tuple(f"c{i}" for i in range(300))}, False),
    "masks": ("masks", {}, {}, False),
    "mvtec": ("mvtec", {"category": "clutch"}, {}, False),
}


@pytest.mark.parametrize("trip", ROUND_TRIPS)
def test_there_and_back(dataset: Dataset, tmp_path: Path, trip: str) -> None:
    """Exported and imported again, every image has its mask to the bit, and its instances where the format has them."""
    name, options, back, has_instances = ROUND_TRIPS[trip]
    write.finish(dataset.root, dataset.header)
    whole = open_dataset(dataset.root)
    exported = give_out(name, whole, tmp_path / "out", options=options)
    assert exported.frames == 8
    bring_in(name, tmp_path / "out", tmp_path / "again", options=back)
    before, after = pairs(whole), pairs(open_dataset(tmp_path / "again"))
    assert set(before) == set(after)
    for key, (image, mask) in before.items():
        np.testing.assert_array_equal(after[key][0], image)
        np.testing.assert_array_equal(after[key][1] > 0, mask > 0)
        if has_instances:
            assert relabelled(after[key][1]) == relabelled(mask)


@pytest.mark.parametrize("name", EXPORTERS)
def test_an_export_is_the_same_every_time_and_knows_the_sets(dataset: Dataset, tmp_path: Path, name: str) -> None:
    """The same dataset gives the same bytes; the account counts every frame of each set."""
    told: list[int] = []
    files = []
    for folder in ("a", "b"):
        exported = give_out(name, dataset, tmp_path / folder, advance=lambda done, total, note: told.append(done))
        paths = sorted(path for path in (tmp_path / folder).rglob("*") if path.is_file())
        files.append({path.relative_to(tmp_path / folder): path.read_bytes() for path in paths})
    assert files[0] == files[1]
    assert exported.sets == {"train": 4, "test": 4}
    assert told == [*range(1, 9)] * 2
    assert not list(tmp_path.glob(".*partial*"))


def test_coco_s_own_library_reads_every_instance(dataset: Dataset, tmp_path: Path) -> None:
    """Pycocotools loads the file and decodes each mask, area and box as they are in the dataset."""
    tools = pytest.importorskip("pycocotools.coco")
    give_out("coco", dataset, tmp_path / "out")
    for name in ("train", "test"):
        coco = tools.COCO(str(tmp_path / f"out/annotations/{name}.json"))
        assert len(coco.imgs) == 4
        for note in coco.anns.values():
            mask = coco.annToMask(note).astype(bool)
            truth = {3: RING, 7: PAIR, 300: SPOT}[note["defect_id"]]
            np.testing.assert_array_equal(mask, truth)
            assert note["area"] == truth.sum()
            left, top, width, height = note["bbox"]
            assert mask[top : top + height, left : left + width].sum() == mask.sum()
            assert coco.cats[note["category_id"]]["name"] == ("ring" if note["defect_id"] == 3 else "dent")


def test_yolo_s_polygons_fill_to_the_masks_but_for_holes(dataset: Dataset, tmp_path: Path) -> None:
    """Drawn as its own loader draws them, polygons give the mask with the ring's hole closed; the loss is said."""
    exported = give_out("yolo", dataset, tmp_path / "out")
    lines = (tmp_path / "out/labels").rglob("*.txt")
    drawn = [path.read_text().splitlines() for path in sorted(lines)]
    assert sorted(len(one) for one in drawn) == [0, 0, 0, 0, 5, 5, 5, 5]
    canvas = np.zeros(SHAPE, dtype=bool)
    for line in max(drawn, key=len):
        corners = np.array(line.split()[1:], float).reshape(-1, 2) * SHAPE[::-1]
        canvas |= filled([corners.astype(np.int32)], SHAPE)
    np.testing.assert_array_equal(canvas, RING | PAIR | SPOT | layouts.blob(SHAPE, (8, 8, 4, 4)))
    assert any("the holes of 4 defects" in one for one in exported.lost)
    assert any("12 defects are 20 polygons" in one for one in exported.lost)
    assert (tmp_path / "out/data.yaml").read_text().endswith('names:\n  0: "ring"\n  1: "dent"\n')


def test_yolo_s_boxes_hold_their_defects(dataset: Dataset, tmp_path: Path) -> None:
    """Each box, taken back to pixels, is the smallest that holds the defect."""
    give_out("yolo", dataset, tmp_path / "out", options={"shapes": "box"})
    text = max((path.read_text() for path in (tmp_path / "out/labels").rglob("*.txt")), key=len)
    x, y, width, height = np.array(text.splitlines()[0].split()[1:], float) * [60, 40, 60, 40]
    np.testing.assert_allclose([x - width / 2, y - height / 2, width, height], [5, 5, 11, 11], atol=1e-3)


def test_labelme_polygons_tell_their_loss(dataset: Dataset, tmp_path: Path) -> None:
    """Only the ring loses its hole; pieces share their group."""
    exported = give_out("labelme", dataset, tmp_path / "out", options={"shapes": "polygon"})
    assert any("4 of 12 defects are not exact" in one for one in exported.lost)
    document = json.loads(next((tmp_path / "out").rglob("*.json")).read_text())
    groups = [shape["group_id"] for shape in document["shapes"]]
    assert sorted(groups) == [3, 7, 7, 300, 300]


def test_mvtec_learns_from_correct_images_only(dataset: Dataset, tmp_path: Path) -> None:
    """Images with defects go to test, and those that were moved there are counted."""
    exported = give_out("mvtec", dataset, tmp_path / "out")
    base = tmp_path / "out/half_clutch"
    assert {path.name for path in (base / "train").iterdir()} == {"good"}
    assert len(list((base / "test/combined").iterdir())) == len(list((base / "ground_truth/combined").iterdir())) == 4
    assert any("2 images with defects are in test and were not" in one for one in exported.lost)


def test_shards_hold_every_frame_once(dataset: Dataset, tmp_path: Path) -> None:
    """Each sample is image, mask and record under one name without dots."""
    give_out("webdataset", dataset, tmp_path / "out", options={"frames_per_shard": 3})
    names: list[str] = []
    for shard in sorted((tmp_path / "out").iterdir()):
        with tarfile.open(shard) as tar:
            names += tar.getnames()
    assert len(list((tmp_path / "out").iterdir())) == 4
    assert len(names) == len(set(names)) == 24
    assert {name.split(".", 1)[1] for name in names} == {"png", "mask.png", "json"}


def test_the_card_and_its_metadata_name_files_that_are_there(dataset: Dataset, tmp_path: Path) -> None:
    """Each line of the metadata leads to an image and its mask."""
    give_out("huggingface", dataset, tmp_path / "out", options={"licence": "cc-by-4.0"})
    for name in ("train", "test"):
        lines = (tmp_path / f"out/{name}/metadata.jsonl").read_text().splitlines()
        assert len(lines) == 4
        for row in map(json.loads, lines):
            mask = np.asarray(Image.open(tmp_path / "out" / name / row["mask_file_name"]))
            assert (tmp_path / "out" / name / row["file_name"]).is_file()
            assert (mask > 0).sum() == sum(one["area_px"] for one in row["defects"])
    card = (tmp_path / "out/README.md").read_text()
    assert card.startswith('---\nlicense: "cc-by-4.0"\n')
    assert "4 specimens, of which 2 are defective" in card


@pytest.mark.parametrize(
    "mask", [RING, PAIR, SPOT, layouts.blob(SHAPE, (0, 0, 40, 60)), layouts.blob(SHAPE, (3, 3, 1, 9))]
)
def test_outlines_fill_to_the_mask_without_holes(mask: np.ndarray) -> None:
    """Thin, large, single or several: an outline encloses exactly its piece."""
    back = filled(outlines(mask), mask.shape)
    assert (back >= mask).all()
    assert (back == mask).all() == (mask is not RING)


def test_a_folder_that_is_taken_is_left_alone(dataset: Dataset, tmp_path: Path) -> None:
    """An export never mixes with other files."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").touch()
    with pytest.raises(RequestError, match="something already"):
        give_out("coco", dataset, tmp_path / "out")


def test_an_export_that_fails_leaves_nothing(dataset: Dataset, tmp_path: Path) -> None:
    """A damaged frame is named, and there is no half export."""
    (dataset.root / "frames/s3/v.1/image.png").write_bytes(b"")
    with pytest.raises(DatasetError, match=r"s3/v\.1/image\.png"):
        give_out("coco", dataset, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set"]


def test_an_unknown_format_is_told_with_the_nearest(dataset: Dataset, tmp_path: Path) -> None:
    """A slip of the finger is understood."""
    with pytest.raises(RequestError, match="did you mean coco"):
        give_out("cocoo", dataset, tmp_path / "out")


def test_the_hugging_face_library_loads_images_and_masks(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``load_dataset("imagefolder")`` finds the sets, and in each row image, mask and what is known of them."""
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "HF_DATASETS_DISABLE_PROGRESS_BARS"):
        monkeypatch.setenv(name, "1")
    # Not "datasets" alone: a folder of datasets in the working folder would do for that.
    library = pytest.importorskip("datasets.load", reason="needs the Hugging Face library: pip install .[interop]")
    give_out("huggingface", dataset, tmp_path / "out")
    loaded = library.load_dataset("imagefolder", data_dir=str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    assert {name: len(rows) for name, rows in loaded.items()} == {"train": 4, "test": 4}
    truth = {frame.name: frame for frame in dataset.frames}
    for rows_of_set in loaded.values():
        for row in rows_of_set:
            frame = truth.pop(f"{row['specimen']}/{row['view']}")
            np.testing.assert_array_equal(np.asarray(row["image"]), dataset.image(frame))
            np.testing.assert_array_equal(np.asarray(row["mask"]) > 0, dataset.mask(frame) > 0)
            assert row["defective"] == frame.defective
            assert len(row["defects"]) == frame.defects
    assert not truth


def test_webdataset_s_own_library_streams_every_frame(dataset: Dataset, tmp_path: Path) -> None:
    """Its reader gives each frame once, with image, instance ids and record, in the order of the list."""
    library = pytest.importorskip("webdataset")
    give_out("webdataset", dataset, tmp_path / "out", options={"frames_per_shard": 3})
    for name in ("train", "test"):
        shards = [str(path) for path in sorted((tmp_path / "out").glob(f"{name}-*.tar"))]
        samples = list(library.WebDataset(shards, shardshuffle=False))
        frames = list(dataset.split(name))
        assert [sample["__key__"] for sample in samples] == [
            f"{f.specimen}__{f.view}".replace(".", "_") for f in frames
        ]
        for sample, frame in zip(samples, frames, strict=True):
            image, mask = (np.asarray(Image.open(io.BytesIO(sample[key]))) for key in ("png", "mask.png"))
            np.testing.assert_array_equal(image, dataset.image(frame))
            np.testing.assert_array_equal(mask, dataset.mask(frame))
            record = json.loads(sample["json"])
            assert (record["specimen"], record["view"]) == (frame.specimen, frame.view)
            assert set(record["kinds"].values()) <= {"ring", "dent"}
