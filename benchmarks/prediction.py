"""What predicting one image of 2448 x 2050 pixels costs: eager torch, onnxruntime and OpenVINO in one run.

    python benchmarks/prediction.py [network ...]        (unet unless told otherwise)

The network has weights as they were drawn. All runtimes get the same tiles; they take turns and the fastest turn of
each counts. The largest difference of a score to torch in fp32 is printed beside.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from figures import tell

from blemish.learn import load_deployed, networks, predict
from blemish.learn.checkpoint import Model, load_model, write_model
from blemish.learn.deploy import export_onnx
from blemish.learn.protocol import Protocol
from blemish.learn.threshold import Threshold

SIZE = (2050, 2448)
ROUNDS = 2


def main() -> None:
    """Measure and print."""
    image = np.random.default_rng(0).integers(0, 255, SIZE).astype(np.uint8)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    for name in sys.argv[1:] or ["unet"]:
        torch.manual_seed(0)
        drawn = Model(
            networks.build(name, 1).eval(), Protocol(network=name), Threshold(0.5, "f1", 1.0), "fp32", {}, {}, ""
        )
        with tempfile.TemporaryDirectory() as folder:
            write_model(Path(folder), drawn, {})
            model = load_model(folder, "cpu")
            exported = export_onnx(model, Path(folder))
            kinds: dict[str, Any] = {
                "torch fp32": model,
                "torch bf16": dataclasses.replace(model, precision="bf16"),
                "onnxruntime": load_deployed(folder, "onnxruntime"),
                "openvino fp32": load_deployed(folder, "openvino"),
                "openvino bf16": load_deployed(folder, "openvino", half=True),
            }
        fastest = dict.fromkeys(kinds, float("inf"))
        scores: dict[str, np.ndarray] = {}
        for _ in range(ROUNDS):
            for kind, one in kinds.items():
                begun = time.perf_counter()
                scores[kind] = predict(one, image)
                seconds = time.perf_counter() - begun
                fastest[kind] = min(fastest[kind], seconds)
                print(f"  {kind}: {seconds:.2f} s", file=sys.stderr, flush=True)
        print(f"{name}: exported, largest difference {exported.largest_difference:.2g}")
        tell(f"{name}, ONNX against torch", exported.largest_difference, "of a score, at most")
        for kind, seconds in fastest.items():
            differs = np.abs(scores[kind] - scores["torch fp32"]).max()
            ratio = fastest["torch fp32"] / seconds
            print(f"  {kind:<14} {seconds:6.2f} s, {ratio:5.2f} times eager fp32; scores differ by {differs:.2g}")
            tell(f"{name}, {kind}", seconds, "s an image", ratio=seconds / fastest["torch fp32"])


if __name__ == "__main__":
    main()
