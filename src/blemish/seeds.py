"""Randomness as an argument: every stream is named by what it is for.

``stream(7, "defects", "d03", 2)`` is the stream of the second defect of specimen d03 in a study whose seed is 7. It is
the same on every machine, under any number of workers and in any order of work, and no other name shares it. Adding a
defect does not move the ones before it. Zero is a seed like any other.
"""

from __future__ import annotations

import hashlib

import numpy as np

Name = str | int


def _digest(seed: int, names: tuple[Name, ...]) -> bytes:
    hasher = hashlib.sha256(str(int(seed)).encode())
    for name in names:
        kind = "i" if isinstance(name, int) else "s"
        text = str(name)
        # The length keeps ("ab", "c") and ("a", "bc") apart; the kind keeps 1 and "1" apart.
        hasher.update(f"|{kind}{len(text)}:{text}".encode())
    return hasher.digest()


def stream(seed: int, *names: Name) -> np.random.Generator:
    """Give the random stream of this name: NumPy's PCG64, seeded with SHA-256 of seed and names."""
    return np.random.Generator(np.random.PCG64(int.from_bytes(_digest(seed, names), "little")))


def number(seed: int, *names: Name) -> int:
    """Give a 32-bit number for libraries that are seeded with an integer (Mitsuba, torch)."""
    return int.from_bytes(_digest(seed, names)[:4], "little")
