"""Extras: what is installed only for a part of the work, and what to say when it is not there."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from blemish.errors import RequestError

EXTRAS = {
    "make": ("mitsuba", "drjit", "cascadio", "lagrange", "trimesh"),
    "learn": ("torch", "torchvision", "segmentation_models_pytorch", "safetensors"),
    "report": ("matplotlib", "jinja2"),
    "view": ("viser",),
    "farm": ("dask", "distributed"),
    "deploy": ("onnx", "onnxscript", "onnxruntime", "openvino"),
    "tensorboard": ("tensorboard",),
}
"""The extras of pyproject.toml, with the modules that they bring."""


def cure(extra: str) -> str:
    """Give the command that installs an extra: for a clone with the versions it is tested with, else for a wheel."""
    if Path(__file__).resolve().parents[2].joinpath("constraints.txt").is_file():
        return f"in the clone of this project, `pip install -e '.[{extra}]' -c constraints.txt`"
    return f"`pip install 'blemish[{extra}]'`"


def need(module: str) -> None:
    """Raise :class:`RequestError` where a module of an extra is not installed; for work that a child process does."""
    if find_spec(module) is None:
        raise RequestError(what_is_missing(module))


def what_is_missing(module: str) -> str:
    """Say in one line which extra a module belongs to that is not installed; empty for a module of no extra."""
    found = next((extra for extra, modules in EXTRAS.items() if module in modules), "")
    if not found:
        return ""
    return f"this needs {module}, which is not installed; it comes with the extra {found!r}: {cure(found)}"
