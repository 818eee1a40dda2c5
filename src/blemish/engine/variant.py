"""Starting Mitsuba: on a usable NVIDIA GPU if there is one, else compiled for the processor.

Both variants are for grey cameras (``_mono``) and can be differentiated (``_ad``). The same Python code runs on both.
"""

from __future__ import annotations

import ctypes
import logging
import os
import subprocess
import sys
from importlib import metadata
from typing import Literal

from blemish.engine import llvm
from blemish.errors import EngineError
from blemish.extras import cure

Prefer = Literal["auto", "cpu", "gpu"]
CPU, GPU = "llvm_ad_mono", "cuda_ad_mono"

_log = logging.getLogger(__name__)
_started: dict[str, str] = {}
"""What was started, for :func:`facts`; empty until then."""

# In a child process, because a broken driver may crash, and CUDA once touched does not survive a fork.
_GPU_TRIAL = """
import ctypes, sys
cuda = ctypes.CDLL(sys.argv[1])
code, count, major = cuda.cuInit(0), ctypes.c_int(), ctypes.c_int()
if code:
    sys.exit(f"the NVIDIA driver does not start (CUDA error {code})")
cuda.cuDeviceGetCount(ctypes.byref(count))
if not count.value:
    sys.exit("the NVIDIA driver shows no GPU to this process")
cuda.cuDeviceGetAttribute(ctypes.byref(major), 75, 0)
if major.value < 5:
    sys.exit(f"the GPU is too old (compute capability {major.value}; 5 is needed)")
try:
    ctypes.CDLL(sys.argv[2])
except OSError as error:
    sys.exit(f"the NVIDIA driver lacks its ray tracing library (OptiX): {error}")
"""


def start(prefer: Prefer = "auto") -> str:
    """Start Mitsuba and give the name of its variant; calling again gives the same answer at no cost.

    ``auto`` takes a usable GPU, else the processor, and logs why. :class:`EngineError` says what to do when neither can
    be had, when ``gpu`` was asked for and cannot be had, or when another device was started in this process before.
    """
    if _started:
        _refuse_change(prefer)
        return _started["variant"]
    reason = "the processor was asked for" if prefer == "cpu" else gpu_fault()
    if prefer == "gpu" and reason:
        raise EngineError(f'no GPU can be used: {reason}; mend that, or ask for prefer="cpu"')
    if not reason:
        fault = _set_variant(GPU)
        if not fault:
            return _remember(GPU, {"gpu": "in use"})
        if prefer == "gpu":
            raise EngineError(f'the GPU variant does not start: {fault}; mend that, or ask for prefer="cpu"')
        reason = f"the GPU variant does not start: {fault}"
    if prefer == "auto":
        _log.info("rendering on the processor: %s", reason)
    found = llvm.find()
    llvm.use(found)
    fault = _set_variant(CPU)
    if fault:
        raise EngineError(f"LLVM {found.version} at {found.path} cannot be used: {fault}; {llvm.CURE}")
    return _remember(CPU, {"gpu": f"not used: {reason}", "llvm": f"{found.version} ({found.source}) {found.path}"})


def facts() -> dict[str, str]:
    """Tell what the renderer runs on, for ``blemish doctor``: it tries to start, and never raises."""
    told = {}
    for package in ("mitsuba", "drjit"):
        try:
            told[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            told[package] = f"missing; {cure('make')}"
    try:
        start()
    except EngineError as error:
        return {**told, "variant": f"none: {error}"}
    return {**told, **_started}


def gpu_fault() -> str:
    """Say why no NVIDIA GPU can be used ("" if one can); without a driver this costs nothing."""
    driver, optix = ("nvcuda.dll", "nvoptix.dll") if os.name == "nt" else ("libcuda.so.1", "libnvoptix.so.1")
    try:
        ctypes.CDLL(driver)
    except OSError:
        return "there is no NVIDIA driver"
    command = [sys.executable, "-I", "-S", "-c", _GPU_TRIAL, driver, optix]
    try:
        child = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603  our own text
    except subprocess.TimeoutExpired:
        return "the NVIDIA driver did not answer within a minute"
    if child.returncode < 0:
        return f"the NVIDIA driver crashes (signal {-child.returncode})"
    return (child.stderr.strip().splitlines() or ["the NVIDIA driver fails"])[-1] if child.returncode else ""


def _set_variant(variant: str) -> str:
    """Load a variant of Mitsuba; give what went wrong, "" if nothing did."""
    try:
        import drjit as dr
        import mitsuba as mi
    except ImportError as error:
        return f"mitsuba cannot be imported ({error}); {cure('make')}"
    try:
        mi.set_variant(variant)
    except (ImportError, RuntimeError) as error:
        return str(error)
    backend = dr.JitBackend.CUDA if variant == GPU else dr.JitBackend.LLVM
    if not dr.has_backend(backend):
        tried = llvm.try_out(llvm.find().path)[1] if variant == CPU else ""
        return tried or f"Dr.Jit finds no {backend.name} to work with"
    mi.set_log_level(mi.LogLevel.Error)
    return ""


def _remember(variant: str, told: dict[str, str]) -> str:
    _started.update({"variant": variant, **told})
    return variant


def _refuse_change(prefer: Prefer) -> None:
    wanted = {"cpu": CPU, "gpu": GPU}.get(prefer, _started["variant"])
    if wanted != _started["variant"]:
        raise EngineError(
            f"{wanted} was asked for, but this process already renders with {_started['variant']}; "
            "start a new process for the other"
        )
