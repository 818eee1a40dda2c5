"""Our arctangent, against NumPy's."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from blemish.engine import start
from blemish.finish.arithmetic import angle_of


@settings(deadline=None)  # the first example compiles
@given(st.floats(-1e3, 1e3, width=32), st.floats(-1e3, 1e3, width=32))
def test_the_angle_is_that_of_numpy(y: float, x: float) -> None:
    """In all quadrants, on the axes and at the origin, within single precision."""
    start("cpu")
    from drjit.llvm import Float

    if abs(x) < 1e-30 and abs(y) < 1e-30:
        x = y = 0.0
    expected = np.arctan2(np.float32(y), np.float32(x))
    found = float(angle_of(Float(y), Float(x))[0])
    difference = (found - expected + np.pi) % (2 * np.pi) - np.pi  # half a turn is minus half a turn
    assert abs(difference) < 1e-6
