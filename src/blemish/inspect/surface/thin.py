"""Where on the part too few defects were seen to tell anything: places that a few more specimens should try."""

from __future__ import annotations

import numpy as np

from blemish.arrays import Points
from blemish.inspect.surface.patches import Patches

MOST = 12


def thin_places(patches: Patches, seen: np.ndarray, tried: Points) -> tuple[Points, float]:
    """Give places (k, 3) that views look at and no defect was near, and how far they are from each other, in mm.

    ``seen`` tells which patches any view looks at, bool (n,); ``tried`` is where the defects were, (d, 3). Each place
    is the seen patch furthest from all defects and from the places before it; at most twelve are given.
    """
    from scipy.spatial import cKDTree

    here = patches.centre_mm[seen]
    if not len(here):
        return np.zeros((0, 3)), 0.0
    known = tried if len(tried) else here.mean(axis=0, keepdims=True)
    distance = cKDTree(known).query(here)[0]
    chosen, apart = [], 0.0
    for _ in range(min(MOST, len(here))):
        furthest = int(np.argmax(distance))
        chosen.append(here[furthest])
        apart = float(distance[furthest])
        distance = np.minimum(distance, np.linalg.norm(here - here[furthest], axis=1))
    return np.array(chosen), apart
