"""Models on disk: what comes back is what went in, and nothing else is taken for a model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from blemish.errors import CheckpointError, RequestError
from blemish.learn import networks
from blemish.learn.checkpoint import FACTS, WEIGHTS, Model, load_model, write_model
from blemish.learn.prediction import predict
from blemish.learn.protocol import Augmentation, Protocol
from blemish.learn.threshold import Threshold


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a model that was never trained."""
    write_model(tmp_path, fresh(), {"torch": "2"})
    return tmp_path


def fresh() -> Model:
    """Give that model, with the same weights each time."""
    torch.manual_seed(0)
    protocol = Protocol(
        network="small",
        width=4,
        exposure_stack=(0.0, 1.0),
        augmentation=Augmentation(rotation_deg=90.0),
        precision="fp32",
    )
    threshold = Threshold(0.125, "f1", 0.5)
    return Model(networks.build("small", 2, 4).eval(), protocol, threshold, "fp32", {"dataset": 1}, {"epochs": 2}, "")


def test_a_model_comes_back_as_it_was(folder: Path) -> None:
    """Scores, protocol and threshold of the loaded model are those of the one that was written."""
    loaded = load_model(folder, device="cpu")
    image = np.random.default_rng(0).integers(0, 255, (64, 64)).astype(np.uint8)
    np.testing.assert_array_equal(predict(loaded, image), predict(fresh(), image))
    assert (loaded.protocol, loaded.threshold) == (fresh().protocol, fresh().threshold)
    assert (loaded.trained_on, loaded.training) == ({"dataset": 1}, {"epochs": 2})


def test_the_folder_of_a_run_leads_to_its_model(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The folder that holds ``model/`` serves as well."""
    run = tmp_path_factory.mktemp("run")
    folder.rename(run / "model")
    assert load_model(run).digest


def edit(change: Callable[[dict], object]) -> Callable[[Path], object]:
    """Give what changes ``model.json``."""

    def spoil(folder: Path) -> None:
        facts = json.loads((folder / FACTS).read_text())
        change(facts)
        (folder / FACTS).write_text(json.dumps(facts))

    return spoil


def flip_a_byte(folder: Path) -> None:
    """Change one bit of the weights."""
    data = bytearray((folder / WEIGHTS).read_bytes())
    data[-100] ^= 1
    (folder / WEIGHTS).write_bytes(data)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(lambda f: (f / WEIGHTS).unlink(), "cannot be read", id="no weights"),
        pytest.param(flip_a_byte, "damaged", id="a bit flipped"),
        pytest.param(lambda f: (f / WEIGHTS).write_bytes(b"PK"), "damaged", id="cut short"),
        pytest.param(lambda f: (f / FACTS).write_text("{"), "as JSON", id="not JSON"),
        pytest.param(lambda f: (f / FACTS).write_text("[]"), "no model of ours", id="a list"),
        pytest.param(edit(lambda facts: facts.update(format="other")), "no model of ours", id="not ours"),
        pytest.param(edit(lambda facts: facts.update(version=2)), "version 2", id="later version"),
        pytest.param(edit(lambda facts: facts.pop("threshold")), "threshold: must be given", id="no threshold"),
        pytest.param(edit(lambda facts: facts["protocol"].update(network="vit")), "none of", id="unknown network"),
        pytest.param(edit(lambda facts: facts["protocol"].update(width=8)), "of another network", id="other width"),
        pytest.param(edit(lambda facts: facts.update(weights=[1])), "weights: must be", id="weights are a list"),
        pytest.param(edit(lambda facts: facts["weights"].update(sha256=7)), "sha256: must be", id="a hash of 7"),
        pytest.param(edit(lambda facts: facts.update(protocol="x")), "protocol: must be", id="protocol is a word"),
        pytest.param(edit(lambda facts: facts.update(precision="fp7")), "precision: must be", id="unknown precision"),
        pytest.param(edit(lambda facts: facts["threshold"].update(value=7)), "value: must be", id="threshold of 7"),
        pytest.param(edit(lambda facts: facts.update(training=[])), "training: must be", id="training is a list"),
        pytest.param(edit(lambda facts: facts.update(more=1)), "more: no such setting", id="one key more"),
    ],
)
def test_what_is_no_whole_model_of_ours_is_refused(folder: Path, spoil: Callable[[Path], object], message: str) -> None:
    """Each way of being wrong is one clear error, and nothing is loaded."""
    spoil(folder)
    with pytest.raises(CheckpointError, match=message) as caught:
        load_model(folder)
    assert len(str(caught.value)) < 600
    assert re.search("again|name a run|check its name", str(caught.value))


def test_no_model_at_all_is_a_wrong_request(tmp_path: Path) -> None:
    """A folder without a model was named by mistake."""
    with pytest.raises(RequestError, match="no trained model here"):
        load_model(tmp_path)
