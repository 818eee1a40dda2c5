"""The shapes that arrays have here, named once. ``n`` points, ``m`` triangles, images are ``h`` rows by ``w`` columns.

The tests check these in every call (jaxtyping with beartype); at run time they cost nothing.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8, UInt16

MOST_PIXELS = 1 << 28
"""No image has more, taken or made: a small file may claim any size, and its pixels would fill the memory."""

Vector = Float[np.ndarray, "3"]
Points = Float[np.ndarray, "n 3"]
Rotation = Float[np.ndarray, "3 3"]
Matrix = Float[np.ndarray, "4 4"]
Triangles = Int[np.ndarray, "m 3"]
CornerNormals = Float[np.ndarray, "m 3 3"]
"""The shading normal at each corner of each triangle: sharp edges keep one normal per side."""
PerTriangle = Int[np.ndarray, "m"]
PerPoint = Float[np.ndarray, "n"]
Mask = Bool[np.ndarray, "h w"]
Instances = UInt16[np.ndarray, "h w"]
"""Instance ids as in ``mask.png``: 0 is no defect."""
Grey = UInt8[np.ndarray, "h w"] | UInt16[np.ndarray, "h w"]
Scores = Float[np.ndarray, "h w"]
"""Values of one image in floating point: radiance, or a network's probability."""
