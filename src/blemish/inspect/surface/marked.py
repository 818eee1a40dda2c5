"""Where the defects of photographs are on the part: marks of all views, put back onto it.

Nobody knows the mesh of a photographed specimen, and a flaw that is marked in three photographs has three ids. A patch
is a defect's as far as its pixels are marked, in the view that shows most of it marked; patches of which at least
``MARKED_FROM`` is marked and that touch are one defect.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blemish.inspect.surface.backproject import ViewEvidence
from blemish.inspect.surface.on_part import joined
from blemish.inspect.surface.patches import Patches, Truth

MARKED_FROM = 0.1
"""A pixel or two at the rim of a mark make no defect."""


def truth_of_marks(marks: Sequence[ViewEvidence], patches: Patches) -> Truth:
    """Join the marks of a specimen; ``called`` of each view is the share of a patch's pixels that are marked."""
    share = np.zeros(len(patches))
    for one in marks:
        share[one.patch] = np.maximum(share[one.patch], one.called)
    share[share < MARKED_FROM] = 0
    number, _ = joined(share > 0, patches)
    patch = np.flatnonzero(number >= 0)
    return Truth(
        patch=patch.astype(np.int32),
        defect=(number[patch] + 1).astype(np.int32),
        area_mm2=share[patch] * patches.area_mm2[patch],
        share=share,
    )
