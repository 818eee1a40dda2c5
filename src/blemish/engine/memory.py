"""Memory that Dr.Jit is given, and memory that is free and still held: by Dr.Jit for later, and by the C library."""

from __future__ import annotations

import ctypes
import gc
import sys

import numpy as np
import numpy.typing as npt

ALIGNMENT = 64
"""Bytes: what Dr.Jit's own arrays begin at a multiple of, and no processor's vectors are longer."""


def aligned(values: np.ndarray, kind: npt.DTypeLike) -> np.ndarray:
    """Copy values, as numbers of that kind, to memory that Dr.Jit reads with one and the same compiled program.

    On the processor Dr.Jit takes a NumPy array where it lies. A program that reads from an array is compiled in one way
    if the array begins at a multiple of 64 bytes, in another way if it does not, and NumPy's begin at any
    multiple of 16. What is handed over without this therefore gets one program or another by chance: each costs
    seconds to compile and about a megabyte for as long as the process lives, and with several arrays in a program there
    are many of them.
    """
    size = values.size * np.dtype(kind).itemsize
    memory = np.empty(size + ALIGNMENT, dtype=np.uint8)
    begin = -memory.ctypes.data % ALIGNMENT
    made = memory[begin : begin + size].view(kind).reshape(values.shape)
    made[...] = values
    return made


def give_back() -> None:
    """Return free memory to the operating system; costs some milliseconds, so call it between specimens, not frames.

    Each specimen has arrays of other sizes, so what the last one left behind fits the next one badly, and without this
    a long run settles at the sum of what both needed.
    """
    gc.collect()
    if "drjit" in sys.modules:
        import drjit as dr

        dr.sync_thread()
        dr.flush_malloc_cache()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it, musl does not
        if trim is not None:
            trim(0)
