"""COCO's run lengths: zeros and ones in turn, down the columns, zeros first; plain, or packed into text."""

from __future__ import annotations

from typing import Any

import numpy as np

from blemish.arrays import Mask
from blemish.errors import ForeignDataError


def counts_of(mask: Mask) -> list[int]:
    """Count the runs of a mask."""
    flat = mask.T.ravel()
    ends = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff(np.concatenate([[0], ends, [flat.size]])).tolist()
    return [0, *counts] if flat.size and flat[0] else counts


def draw(counts: Any, height: int, width: int, where: str) -> Mask:
    """Draw run lengths, plain or packed; :class:`ForeignDataError` when they do not fit the image."""
    runs = unpack(counts, where) if isinstance(counts, str) else counts
    if not isinstance(runs, list) or not all(isinstance(run, int) and 0 <= run <= height * width for run in runs):
        raise ForeignDataError(f"{where}: its run lengths are damaged")
    if sum(runs) != height * width:
        raise ForeignDataError(f"{where}: its run lengths cover {sum(runs)} pixels, the image has {height * width}")
    values = np.arange(len(runs)) % 2 == 1
    return np.repeat(values, np.array(runs, dtype=np.int64)).reshape(width, height).T


def pack(runs: list[int]) -> str:
    """Pack run lengths as COCO's own library does: each as the difference to the last but one, five bits a letter."""
    letters = []
    for index, run in enumerate(runs):
        value = run - runs[index - 2] if index > 2 else run
        more = True
        while more:
            bits = value & 31
            value >>= 5
            more = value != (-1 if bits & 16 else 0)
            letters.append(chr(48 + (bits | 32 if more else bits)))
    return "".join(letters)


def unpack(text: str, where: str) -> list[int]:
    """Undo :func:`pack`."""
    runs: list[int] = []
    value = shift = 0
    for letter in text:
        code = ord(letter) - 48
        if not 0 <= code < 64 or shift > 60:
            raise ForeignDataError(f"{where}: its run lengths are damaged")
        value |= (code & 31) << shift
        shift += 5
        if not code & 32:
            if code & 16:
                value -= 1 << shift
            runs.append(value + (runs[-2] if len(runs) > 2 else 0))
            value = shift = 0
    if shift:
        raise ForeignDataError(f"{where}: its run lengths are cut off")
    return runs
