"""Training as a whole: it learns, it can be killed, it refuses what it cannot do."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from plates import plates

from blemish.dataset.read import Dataset
from blemish.errors import CheckpointError, RequestError, WorkError
from blemish.learn import curves
from blemish.learn.checkpoint import WEIGHTS
from blemish.learn.fit import Progress, train
from blemish.learn.outcome import Training
from blemish.learn.protocol import Augmentation, Protocol
from blemish.learn.tensorboard import writer
from blemish.settings import canonical

KILLED = """
import os, signal, sys
from pathlib import Path
import torch
from blemish.dataset.read import open_dataset
from blemish.learn.fit import train
from blemish.learn.protocol import Protocol
from blemish.settings import read
import json

torch.set_num_threads(1)

def kill(progress):
    if (progress.epoch, progress.step) == (3, 2):
        os.kill(os.getpid(), signal.SIGKILL)

protocol = read(Protocol, json.loads(sys.argv[3]), "test")
train(protocol, open_dataset(Path(sys.argv[1])), Path(sys.argv[2]), progress=kill)
"""


@pytest.fixture(scope="module")
def undisturbed(dataset: Dataset, tiny: Protocol, tmp_path_factory: pytest.TempPathFactory) -> Training:
    """Train once without any trouble."""
    return train(tiny, dataset, tmp_path_factory.mktemp("run") / "model")


def losses(folder: Path) -> list[tuple[float, float]]:
    """Give training and validation loss of every epoch."""
    return [(row["loss"], row["validation_loss"]) for row in curves.read(folder)]


def test_a_killed_training_ends_with_the_same_bytes(
    tiny: Protocol, dataset: Dataset, undisturbed: Training, tmp_path: Path
) -> None:
    """``kill -9`` in the third epoch, then again: weights and curves equal the undisturbed run's to the bit."""
    command = [sys.executable, "-c", KILLED, str(dataset.root), str(tmp_path), canonical(tiny)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert not (tmp_path / WEIGHTS).exists()
    resumed_at: list[Progress] = []
    resumed = train(tiny, dataset, tmp_path, progress=resumed_at.append)
    assert resumed_at[0].epoch == 3
    assert (tmp_path / WEIGHTS).read_bytes() == (undisturbed.folder / WEIGHTS).read_bytes()
    assert losses(tmp_path) == losses(undisturbed.folder)
    assert resumed.model.threshold == undisturbed.model.threshold


def test_a_finished_training_leaves_the_model_and_its_curves_only(tiny: Protocol, undisturbed: Training) -> None:
    """What only an unfinished training needs is gone; one row of the curves for each epoch."""
    assert sorted(p.name for p in undisturbed.folder.iterdir()) == ["curves.jsonl", "model.json", "model.safetensors"]
    assert [row["epoch"] for row in curves.read(undisturbed.folder)] == [1, 2, 3, 4]
    assert undisturbed.epochs == tiny.max_epochs


def test_a_finished_training_is_not_repeated(tiny: Protocol, dataset: Dataset, undisturbed: Training) -> None:
    """Called again it takes no step and gives the model that is there."""
    steps: list[Progress] = []
    again = train(tiny, dataset, undisturbed.folder, progress=steps.append)
    assert not steps
    assert again.model.digest == undisturbed.model.digest


def test_other_settings_do_not_continue_in_the_same_folder(
    tiny: Protocol, dataset: Dataset, undisturbed: Training, tmp_path: Path
) -> None:
    """A folder with another training, finished or not, is refused and left as it is."""
    other = dataclasses.replace(tiny, learning_rate=1e-3)
    with pytest.raises(RequestError, match=r"another protocol:\n  learning_rate: 0\.01 -> 0\.001\n") as caught:
        train(other, dataset, undisturbed.folder)
    assert f"remove the folder {undisturbed.folder} " in str(caught.value)

    def stop(progress: Progress) -> None:
        if progress.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(tiny, dataset, tmp_path, progress=stop)
    with pytest.raises(
        RequestError, match=r"unfinished training with another protocol:\n  learning_rate: 0\.01 -> 0\.001\n"
    ):
        train(other, dataset, tmp_path)


def test_it_learns_one_picture_by_heart(tmp_path: Path) -> None:
    """On one plate, trained and validated, the network ends with nearly every defect pixel right."""
    data = plates(tmp_path / "data", [(64, 64)] * 8, marks=2)
    protocol = Protocol(
        network="small",
        width=8,
        crop_px=64,
        batch=4,
        learning_rate=1e-2,
        schedule="cosine",
        steps_per_epoch=60,
        max_epochs=1,
        defect_bias=1.0,
        augmentation=Augmentation(rotation_deg=0.0, exposure_stops=0.0, noise_variance=0.0, dark_noise=0.0),
        precision="fp32",
    )
    splits = json.loads((data.root / "splits.json").read_text())
    splits["sets"] = {"train": ["d001"], "val": ["d001"], "test": []}
    (data.root / "splits.json").write_text(json.dumps(splits))
    training = train(protocol, data, tmp_path / "run")
    assert training.model.training["validation_f1"] > 0.9


def test_without_defects_the_threshold_is_safe_and_a_warning_is_given(tiny: Protocol, tmp_path: Path) -> None:
    """Only correct plates: the threshold is a quantile of their scores, and the training says so."""
    data = plates(tmp_path / "data", [(64, 80)] * 8, correct_only=True)
    training = train(dataclasses.replace(tiny, max_epochs=1), data, tmp_path / "run")
    assert training.model.threshold.chosen_by == "quantile"
    assert "no defect" in training.warnings[0]


def test_fine_tuning_goes_on_from_another_model(
    tiny: Protocol, dataset: Dataset, undisturbed: Training, tmp_path: Path
) -> None:
    """With almost no rate the weights stay those it started from; another network is refused."""
    gentle = dataclasses.replace(tiny, fine_tuning_rate=1e-12, max_epochs=1)
    tuned = train(gentle, dataset, tmp_path / "tuned", init=undisturbed.model)
    before, after = (dict(one.model.network.named_parameters()) for one in (undisturbed, tuned))
    for name, weights in before.items():
        torch.testing.assert_close(after[name], weights, atol=1e-6, rtol=0)
    assert tuned.model.trained_on["start"] == undisturbed.model.digest
    with pytest.raises(RequestError, match="cannot go on from"):
        train(dataclasses.replace(tiny, width=6), dataset, tmp_path / "other", init=undisturbed.model)


def test_bf16_learns_too(tiny: Protocol, dataset: Dataset, tmp_path: Path) -> None:
    """Mixed precision gives finite losses and a model that remembers it."""
    training = train(dataclasses.replace(tiny, precision="bf16", max_epochs=1), dataset, tmp_path)
    assert training.model.precision == "bf16"
    assert np.isfinite(losses(tmp_path)).all()


def test_whole_images_are_validated_on_when_no_crops_are_asked_for(
    tiny: Protocol, dataset: Dataset, tmp_path: Path
) -> None:
    """Images of different sizes are taken whole; in fp32 the F1 of the best epoch is the threshold's."""
    training = train(dataclasses.replace(tiny, validation_crops=None, max_epochs=1), dataset, tmp_path)
    assert training.model.threshold.f1 == pytest.approx(training.model.training["validation_f1"], abs=1e-6)


def test_a_diverging_training_says_so(tiny: Protocol, dataset: Dataset, tmp_path: Path) -> None:
    """A loss that is no number ends it with advice."""
    with pytest.raises(WorkError, match="lower learning_rate"):
        train(dataclasses.replace(tiny, learning_rate=1e30), dataset, tmp_path)


def test_an_empty_set_is_refused(tiny: Protocol, tmp_path: Path) -> None:
    """Without validation frames there is no training."""
    data = plates(tmp_path / "data", [(64, 80)] * 2)
    splits = json.loads((data.root / "splits.json").read_text())
    splits["sets"] = {"train": ["c000"], "val": [], "test": ["d001"]}
    (data.root / "splits.json").write_text(json.dumps(splits))
    with pytest.raises(RequestError, match="'val' is empty"):
        train(tiny, data, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_dataset_that_is_not_split_leaves_no_folder_behind(tiny: Protocol, tmp_path: Path) -> None:
    """It is refused before anything is written."""
    data = plates(tmp_path / "data", [(64, 80)] * 2)
    (data.root / "splits.json").unlink()
    with pytest.raises(RequestError, match="has no split"):
        train(tiny, data, tmp_path / "out/model")
    assert not (tmp_path / "out").exists()


def test_a_row_of_the_curves_that_was_never_finished_is_left_out(tmp_path: Path) -> None:
    """Killed while appending: the rows before are read; a damaged row among them is an error that counts lines."""
    (tmp_path / curves.FILE).write_text('{"epoch": 1}\n{"epoch": 2, "lo')
    assert curves.read(tmp_path) == [{"epoch": 1}]
    (tmp_path / curves.FILE).write_text('{"epoch": 1}\n{"epo\n{"epoch": 3}\n')
    with pytest.raises(CheckpointError, match="line 2 is damaged"):
        curves.read(tmp_path)


def test_fp16_learns_with_scaled_gradients_and_resumes(tiny: Protocol, dataset: Dataset, tmp_path: Path) -> None:
    """Finite losses; killed and resumed, the scale is remembered and the weights are those of the undisturbed run."""
    protocol = dataclasses.replace(tiny, precision="fp16", max_epochs=2)
    train(protocol, dataset, tmp_path / "whole", device="cpu")
    assert np.isfinite(losses(tmp_path / "whole")).all()

    def stop(progress: Progress) -> None:
        if progress.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(protocol, dataset, tmp_path / "killed", progress=stop, device="cpu")
    train(protocol, dataset, tmp_path / "killed", device="cpu")
    assert (tmp_path / "killed" / WEIGHTS).read_bytes() == (tmp_path / "whole" / WEIGHTS).read_bytes()


@pytest.mark.slow
def test_a_compiled_step_learns_the_same(tiny: Protocol, dataset: Dataset, tmp_path: Path) -> None:
    """Fused by ``torch.compile``, training follows the same losses, to rounding; the model has no trace of it."""
    plain, fused = (dataclasses.replace(tiny, max_epochs=2, compile=compiled) for compiled in (False, True))
    train(plain, dataset, tmp_path / "plain")
    train(fused, dataset, tmp_path / "fused")
    np.testing.assert_allclose(losses(tmp_path / "fused"), losses(tmp_path / "plain"), rtol=1e-3)


def test_every_row_of_the_curves_is_logged(tiny: Protocol, dataset: Dataset, tmp_path: Path) -> None:
    """What a logger gets is what stands in the file, and it tells how long training waited."""
    rows: list[dict[str, object]] = []
    train(dataclasses.replace(tiny, max_epochs=2), dataset, tmp_path, log=rows.append)
    assert rows == curves.read(tmp_path)
    share = curves.waiting_share(tmp_path)
    assert share is not None
    assert 0 <= share <= 1
    assert curves.waiting_share(tmp_path / "nowhere") is None


def test_tensorboard_is_written_or_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With it, an event file for each row; without it, one message that says how to get it."""
    row = {"epoch": 1, "loss": 0.5, "validation_f1": None}
    if importlib.util.find_spec("tensorboard") is not None:
        writer(tmp_path)(row)
        assert list((tmp_path / "tensorboard").iterdir())
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(RequestError, match=r"pip install -e '\.\[tensorboard\]'"):
        writer(tmp_path)
