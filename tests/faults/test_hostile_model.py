"""Model files that are damaged or made to do harm: nothing is executed, and nothing silently finds no defects."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from test_hostile_dataset import Marker

from blemish.errors import BlemishError, CheckpointError, RequestError, WorkError
from blemish.learn import files, load_deployed, load_model, predict, state
from blemish.learn.protocol import Protocol
from blemish.learn.runtimes import Deployed
from blemish.learn.threshold import Threshold


def replaced(run: Path, data: bytes) -> None:
    """Put other bytes in the place of the weights, and the hash that fits them into the facts."""
    (run / "model/model.safetensors").write_bytes(data)
    facts = json.loads((run / "model/model.json").read_text())
    facts["weights"]["sha256"] = hashlib.sha256(data).hexdigest()
    (run / "model/model.json").write_text(json.dumps(facts))


def weights(run: Path) -> dict[str, torch.Tensor]:
    """Read the weights."""
    return files.unpack(run / "model/model.safetensors")[0]


def with_nan(run: Path) -> bytes:
    """One value of one tensor is no number."""
    found = weights(run)
    next(iter(found.values())).view(-1)[0] = float("nan")
    return files.pack(found)


def other_shapes(run: Path) -> bytes:
    """Every tensor is as long as before and of another shape."""
    return files.pack({name: tensor.reshape(-1) for name, tensor in weights(run).items()})


SPOILT: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "cut": (lambda run: (run / "model/model.safetensors").read_bytes()[:-99], "not a readable safetensors file"),
    "header that claims much": (lambda _: b"\xff" * 8 + b"{}", "not a readable safetensors file"),
    "nan": (with_nan, "values that are no numbers"),
    "other shapes": (other_shapes, "of another network"),
    "tensors missing": (lambda _: files.pack({"weight": torch.zeros(1)}), "of another network"),
    "empty": (lambda _: b"", "not a readable safetensors file"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_weights_that_are_none_are_refused_even_with_the_right_hash(here: Path, case: str) -> None:
    """Whoever changes the weights can change the hash as well; what is loaded is checked all the same."""
    spoil, words = SPOILT[case]
    replaced(here / "run", spoil(here / "run"))
    with pytest.raises(CheckpointError, match=words):
        load_model(here / "run")


def test_a_pickle_in_disguise_is_not_opened(here: Path) -> None:
    """Neither as weights, nor as the state of a training, nor as an ONNX file."""
    marker = here / "marker"
    torch.save({"weight": Marker(marker)}, here / "torch.pt")
    for data in (pickle.dumps(Marker(marker)), (here / "torch.pt").read_bytes()):
        replaced(here / "run", data)
        with pytest.raises(CheckpointError):
            load_model(here / "run")
        with pytest.raises(CheckpointError):
            files.unpack(here / "run/model/model.safetensors")
        (here / "model.onnx").write_bytes(data)
        with pytest.raises(BlemishError):
            load_deployed(here / "model.onnx")
    assert not marker.exists()


@pytest.mark.parametrize("facts", [None, [], {}, {"made_of": 3}])
def test_a_state_that_no_training_wrote_is_refused(tmp_path: Path, facts: object) -> None:
    """It is whole as a file, and says nothing of a training."""
    files.write(tmp_path, tmp_path / "training/state.safetensors", files.pack({"x": torch.zeros(1)}, facts))
    with pytest.raises(CheckpointError, match="no state of a training; remove the folder"):
        state.restore(tmp_path, {}, torch.nn.Linear(1, 1), optimiser=None, scaler=None, protocol=Protocol())


def test_scores_that_are_no_numbers_are_an_error_and_not_a_clean_part() -> None:
    """Nothing is above a threshold that compares with nan: a part full of defects would pass."""
    model = Deployed("onnxruntime", "small", Threshold(0.5, "f1", 0.5), "", lambda x: np.full_like(x, np.nan))
    with pytest.raises(WorkError, match="scores that are no numbers"):
        predict(model, np.zeros((32, 32), np.uint8))


def test_an_onnx_file_cannot_reach_outside_its_folder(here: Path) -> None:
    """Weights that are said to lie in ``../secret`` are not read; other inputs than ours are refused."""
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    from onnx import TensorProto, helper

    (here / "secret").write_bytes(bytes(4))
    outside = helper.make_tensor("w", TensorProto.FLOAT, [1], vals=bytes(4), raw=True)
    outside.ClearField("raw_data")
    outside.data_location = TensorProto.EXTERNAL
    outside.external_data.add(key="location", value="../secret")
    value = helper.make_tensor_value_info("anything", TensorProto.FLOAT, [1])
    told = {"network": "small", "weights_sha256": "0" * 64, "threshold": {"value": 0.5, "chosen_by": "f1", "f1": 1.0}}
    for tensors in ([outside], [helper.make_tensor("w", TensorProto.FLOAT, [1], [1.0])]):
        add = helper.make_node("Add", ["anything", "w"], ["sum"])
        graph = helper.make_graph(
            [add], "g", [value], [helper.make_tensor_value_info("sum", TensorProto.FLOAT, [1])], tensors
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        helper.set_model_props(model, {"blemish": json.dumps(told)})
        (here / "sub").mkdir(exist_ok=True)
        (here / "sub/model.onnx").write_bytes(model.SerializeToString())
        assert onnx is not None
        with pytest.raises((CheckpointError, RequestError)):
            load_deployed(here / "sub/model.onnx")
