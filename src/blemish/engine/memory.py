"""Memory that is free and still held: by Dr.Jit, which keeps what it freed for later, and by the C library."""

from __future__ import annotations

import ctypes
import gc
import sys


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
