"""An exported model without torch: run by onnxruntime, or by OpenVINO on Intel's and other processors.

``load_deployed(folder)`` gives a :class:`Deployed` that ``predict`` takes like a model.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float32

from blemish.errors import CheckpointError, RequestError
from blemish.extras import cure
from blemish.learn.threshold import Threshold

Backend = Literal["onnxruntime", "openvino"]
FILE = "model.onnx"
KEY = "blemish"
INPUT = "grey_levels"
Inputs = Float32[np.ndarray, "b c h w"]
Batch = Float32[np.ndarray, "b 1 h w"]


@dataclass(frozen=True, eq=False)
class Deployed:
    """An exported model, ready to use."""

    backend: Backend
    network: str
    threshold: Threshold
    digest: str
    """SHA-256 of the weights that it was exported from."""
    scores: Callable[[Inputs], Batch]
    """From grey levels, and the maps that the model takes beside them, to scores; sides are multiples of 32."""
    geometry: tuple[str, ...] = ()
    """The channels of the CAD model that it takes."""


def load_deployed(path: Path | str, backend: Backend = "onnxruntime", *, half: bool = False) -> Deployed:
    """Open an exported model: a file, or the folder of a model or of a run that holds one.

    ``half`` lets OpenVINO compute in bf16 where the processor has it: faster, scores differ in the third digit. Raises
    :class:`RequestError` when the file or the backend is not there, :class:`CheckpointError` when the file is none of
    ours, is damaged, or was exported from other weights than lie beside it.
    """
    if backend not in get_args(Backend):
        raise RequestError(f"backend {backend!r} is none of {', '.join(get_args(Backend))}")
    file = _find(Path(path))
    try:
        scores, told = (_onnxruntime if backend == "onnxruntime" else _openvino)(file, half=half)
    except ImportError:
        raise RequestError(f"the backend {backend} is not installed; {cure('deploy')}") from None
    try:
        facts = json.loads(told)
        threshold = facts["threshold"]
        deployed = Deployed(
            backend=backend,
            network=facts["network"],
            threshold=Threshold(float(threshold["value"]), threshold["chosen_by"], threshold["f1"]),
            digest=facts["weights_sha256"],
            scores=scores,
            geometry=tuple(facts.get("geometry", ())),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CheckpointError(f"{file}: an ONNX file, but not exported by `blemish deploy`; export the model") from None
    _refuse_stale(file, deployed.digest)
    return deployed


def _find(path: Path) -> Path:
    places = [path, path / FILE, path / "model" / FILE]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise RequestError(f"{path}: there is no {FILE} here; `blemish deploy` makes one from a trained model")
    return found


def _onnxruntime(file: Path, *, half: bool) -> tuple[Callable[[Inputs], Batch], str]:
    import onnxruntime

    if half:
        raise RequestError("onnxruntime computes as the file says, in fp32; bf16 is for the backend openvino")
    try:
        session: Any = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001  (its errors share no other class)
        raise CheckpointError(f"{file}: not a readable ONNX file ({_line(error)}); export the model again") from None
    _refuse_other_inputs(file, [one.name for one in session.get_inputs()])
    told = session.get_modelmeta().custom_metadata_map.get(KEY, "")
    return lambda images: session.run(None, {INPUT: images})[0], told


def _openvino(file: Path, *, half: bool) -> tuple[Callable[[Inputs], Batch], str]:
    import openvino

    core = openvino.Core()
    try:
        graph = core.read_model(file)
        _refuse_other_inputs(file, [one.any_name for one in graph.inputs])
        told = str(graph.get_rt_info(["framework", KEY]).astype(str)) if _is_told(graph) else ""
        # Left to itself it computes in bf16 where the processor has it, without a word.
        hints = {"INFERENCE_PRECISION_HINT": "bf16" if half else "f32", "PERFORMANCE_HINT": "LATENCY"}
        compiled: Any = core.compile_model(graph, "CPU", hints)
    except RuntimeError as error:
        raise CheckpointError(f"{file}: not a readable ONNX file ({_line(error)}); export the model again") from None
    return lambda images: compiled(images)[0], told


def _refuse_other_inputs(file: Path, names: list[str]) -> None:
    if names != [INPUT]:
        raise CheckpointError(f"{file}: it takes {', '.join(names)[:80]}, not {INPUT}: `blemish deploy` exports others")


def _is_told(graph: Any) -> bool:
    return bool(graph.has_rt_info(["framework", KEY]))


def _refuse_stale(file: Path, digest: str) -> None:
    """Compare with the trained model beside it, if there is one."""
    beside = file.with_name("model.json")
    if beside.is_file() and digest not in beside.read_text(encoding="utf-8", errors="replace"):
        raise CheckpointError(f"{file}: exported from other weights than lie beside it; `blemish deploy` exports again")


def _line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return text[0][:200] if text else type(error).__name__
