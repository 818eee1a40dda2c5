"""Works for a farm whose memory is short: in a module of their own, so that other processes can import them."""

from __future__ import annotations

import resource

import numpy as np
import psutil


def starve(job: int, number: int) -> int:
    """Ask for a gigabyte where hardly more than what there is may be had, at one task."""
    if number == job:
        have = psutil.Process().memory_info().vms
        resource.setrlimit(resource.RLIMIT_AS, (have + (64 << 20), resource.RLIM_INFINITY))
        return int(np.zeros(1 << 30, np.uint8).sum())
    return number


def starve_in_words(job: int, number: int) -> int:
    """Fail as torch does."""
    if number == job:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 40000000000 bytes.")
    return number
