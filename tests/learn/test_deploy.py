"""An exported model says what its model says, through either runtime, and is refused when it is not ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from plates import plate

from blemish.errors import CheckpointError, RequestError
from blemish.learn import load_deployed, networks, predict
from blemish.learn.checkpoint import Model, load_model, write_model
from blemish.learn.protocol import Protocol
from blemish.learn.threshold import Threshold

pytest.importorskip("onnxruntime", reason="the extra `deploy` is not installed")
pytest.importorskip("onnxscript", reason="the extra `deploy` is not installed")

from blemish.learn.deploy import export_onnx

WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None
import numpy as np
from blemish.learn import load_deployed, predict
model = load_deployed(sys.argv[1])
print(predict(model, np.full((40, 50), 90, np.uint8)).shape, model.threshold.value)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network with three exposures, written and exported."""
    torch.manual_seed(1)
    network = networks.build("small", 3, 4).train()
    with torch.no_grad():
        for _ in range(10):
            network(torch.randn(2, 3, 64, 64))
    protocol = Protocol(network="small", width=4, exposure_stack=(0.0, 1.0, 2.0))
    root = tmp_path_factory.mktemp("model")
    write_model(root, Model(network.eval(), protocol, Threshold(0.02, "f1", 0.5), "fp32", {}, {}, ""), {})
    exported = export_onnx(load_model(root), root)
    assert exported.largest_difference < 1e-5
    return root


@pytest.mark.parametrize("backend", ["onnxruntime", "openvino"])
@pytest.mark.parametrize("size", [(70, 90), (300, 410)])
def test_both_runtimes_give_torchs_scores(folder: Path, backend: str, size: tuple[int, int]) -> None:
    """On any size, in tiles or whole, in 8 or 16 bits; threshold and digest are the model's."""
    pytest.importorskip(backend)
    deployed, model = load_deployed(folder, backend), load_model(folder)  # type: ignore[arg-type]
    image, _ = plate(size, np.random.default_rng(0), defective=True, bits=16)
    for tile_px in (256, 1280):
        expected = predict(model, image, tile_px=tile_px)
        assert expected.std() > 1e-5
        np.testing.assert_allclose(predict(deployed, image, tile_px=tile_px), expected, atol=1e-5)
    assert deployed.threshold == model.threshold
    assert deployed.digest == model.digest


def test_torch_is_not_needed(folder: Path) -> None:
    """Where it cannot even be imported, the exported model predicts."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(folder)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split(") ") == ["(40, 50", done.stdout.split()[-1] + "\n"]


def test_what_is_not_ours_is_refused(folder: Path, tmp_path: Path) -> None:
    """No file, no ONNX file, somebody else's ONNX file, other weights than beside it, what a runtime cannot do."""
    import onnx

    with pytest.raises(RequestError, match="`blemish deploy` makes one"):
        load_deployed(tmp_path)
    with pytest.raises(RequestError, match="openvino"):
        load_deployed(folder, half=True)
    alien = onnx.load(folder / "model.onnx")
    facts = json.loads(alien.metadata_props[0].value)
    for backend in ("onnxruntime", "openvino"):
        pytest.importorskip(backend)
        (tmp_path / "model.onnx").write_bytes(b"no such thing")
        with pytest.raises(CheckpointError, match="not a readable ONNX file"):
            load_deployed(tmp_path, backend)  # type: ignore[arg-type]
        del alien.metadata_props[:]
        onnx.save(alien, tmp_path / "model.onnx")
        with pytest.raises(CheckpointError, match="not exported by"):
            load_deployed(tmp_path, backend)  # type: ignore[arg-type]
    (tmp_path / "model.onnx").write_bytes((folder / "model.onnx").read_bytes())
    (tmp_path / "model.json").write_text((folder / "model.json").read_text().replace(facts["weights_sha256"], "0" * 64))
    with pytest.raises(CheckpointError, match="other weights"):
        load_deployed(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("network", ["fcn", "deeplabv3", "unet"])
def test_every_network_of_the_paper_is_exported(network: str, tmp_path: Path) -> None:
    """The file agrees with torch on images of other sizes than it was traced with."""
    torch.manual_seed(0)
    drawn = networks.build(network, 1).eval()
    model = Model(drawn, Protocol(network=network), Threshold(0.5, "f1", 1.0), "fp32", {}, {}, "")
    assert export_onnx(model, tmp_path).largest_difference < 1e-4
