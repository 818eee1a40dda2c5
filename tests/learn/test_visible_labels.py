"""What cannot be seen counts neither as defect nor as correct."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from plates import plates
from scipy import ndimage

from blemish.dataset import png
from blemish.dataset.read import Dataset, open_dataset
from blemish.errors import DatasetError, RequestError
from blemish.learn.fit import train
from blemish.learn.labels import IGNORED, folder_name, labelled
from blemish.learn.protocol import Protocol
from blemish.learn.samples import open_pictures, training_sample
from blemish.learn.validation import loss_of


def with_visibility(root: Path) -> Dataset:
    """Plates whose scratches have a contrast-to-noise ratio of 3, and whose dents one of 0.5."""
    data = plates(root, [(64, 80)] * 8)
    for frame in data.frames:
        if frame.defective:
            ratio = np.array([0, 300, 50], np.uint16)[data.mask(frame)]
            (root / "frames" / frame.specimen / frame.view / "visibility.png").write_bytes(png.encode(ratio))
    return data


@pytest.fixture(scope="module")
def faint(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Half of whose defects can be seen."""
    return with_visibility(tmp_path_factory.mktemp("faint") / "data")


def test_faint_pixels_are_labelled_as_such(faint: Dataset) -> None:
    """At 1 the dents do not count, at 5 nothing does, at 0 all of it; geometric labels are the masks themselves."""
    frame = next(frame for frame in faint.frames if frame.defective)
    ids = faint.mask(frame)
    for threshold, counting in ((1.0, ids == 1), (5.0, ids > 9), (0.0, ids > 0)):
        labels = labelled(faint, Protocol(label="visible", visible_from=threshold)).mask(frame)
        np.testing.assert_array_equal(labels == 1, counting)
        np.testing.assert_array_equal(labels == IGNORED, (ids > 0) & ~counting)
    assert labelled(faint, Protocol()) is faint


def test_rendered_labels_are_grown_by_the_margin_and_photographs_stay(faint: Dataset, tmp_path: Path) -> None:
    """All within the margin of a defect that counts, and nothing else, becomes defect; what is faint stays ignored."""
    root = tmp_path / "rendered"
    shutil.copytree(faint.root, root)
    header = json.loads((root / "dataset.json").read_text()) | {"kind": "rendered"}
    (root / "dataset.json").write_text(json.dumps(header))
    rendered = open_dataset(root)
    frame = next(frame for frame in rendered.frames if frame.defective)
    ids = rendered.mask(frame)
    for label, counting, ignored in (("geometric", ids > 0, ids > 9), ("visible", ids == 1, ids == 2)):
        protocol = Protocol(label=label, label_margin_px=3)
        labels = labelled(rendered, protocol).mask(frame)
        near = ndimage.distance_transform_edt(~counting) < 3.7  # a disc of pixels: its corners are rounded up
        sure = ndimage.distance_transform_edt(~counting) <= 3
        assert (labels[sure & ~ignored] == 1).all()
        assert (labels[~near & ~ignored] == 0).all()
        np.testing.assert_array_equal(labels == IGNORED, ignored)
        np.testing.assert_array_equal(labelled(faint, protocol).mask(frame) == 1, counting)
    assert len({folder_name(Protocol(label_margin_px=margin)) for margin in (0, 1, 2)}) == 3


def test_crops_carry_the_labels(faint: Dataset, tiny: Protocol, tmp_path: Path) -> None:
    """Rotated or not, a crop has all three labels, and is centred on a defect that counts."""
    protocol = dataclasses.replace(tiny, label="visible", defect_bias=1.0)
    pictures = open_pictures(faint, "train", tmp_path, protocol)
    labels = [training_sample(protocol, pictures, 0, index).label for index in range(20)]
    assert all((label == 1).any() for label in labels)
    assert set(np.unique(np.concatenate(labels))) == {0, 1, IGNORED}


def test_what_is_ignored_changes_no_loss() -> None:
    """Whatever is predicted there; and the mean is that of the other pixels alone, with their weight."""
    logits = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    labels = torch.zeros(2, 1, 8, 8, dtype=torch.uint8)
    labels[:, :, :4], labels[:, :, 6:] = 1, IGNORED
    loss = loss_of(logits, labels, 3.0, ignoring=True)
    assert float(loss) == pytest.approx(float(loss_of(logits[:, :, :6], labels[:, :, :6], 3.0)))
    logits[:, :, 6:] = 50
    assert float(loss_of(logits, labels, 3.0, ignoring=True)) == float(loss)
    assert float(loss_of(logits, torch.full_like(labels, IGNORED), 3.0, ignoring=True)) == 0


def test_training_on_visible_labels_goes_through(faint: Dataset, tiny: Protocol, tmp_path: Path) -> None:
    """Loss, validation on whole images, and threshold pass over what does not count; the model says so."""
    protocol = dataclasses.replace(tiny, label="visible", max_epochs=1, validation_crops=None)
    trained = train(protocol, faint, tmp_path)
    assert json.loads((tmp_path / "model.json").read_text())["protocol"]["label"] == "visible"
    # Only scratches count, so validation finds other best thresholds than with all defects.
    both = train(dataclasses.replace(protocol, label="geometric"), faint, tmp_path / "both")
    assert trained.model.threshold.f1 != both.model.threshold.f1


def test_photographs_show_what_was_marked_and_renderings_must_tell(tmp_path: Path) -> None:
    """Without visibility a photograph's marks all count; a rendered dataset is refused, a damaged file told."""
    photographs = plates(tmp_path / "data", [(64, 80)] * 4)
    frame = next(frame for frame in photographs.frames if frame.defective)
    visible = Protocol(label="visible")
    assert labelled(photographs, visible).mask(frame).max() == 1
    header = json.loads((photographs.root / "dataset.json").read_text()) | {"kind": "rendered"}
    (photographs.root / "dataset.json").write_text(json.dumps(header))
    rendered = open_dataset(photographs.root)
    with pytest.raises(RequestError, match=r"visibility\.png: there is no such file"):
        labelled(rendered, visible).mask(frame)
    (rendered.root / "frames" / frame.specimen / frame.view / "visibility.png").write_bytes(b"no")
    with pytest.raises(DatasetError, match="damaged"):
        labelled(rendered, visible).mask(frame)
