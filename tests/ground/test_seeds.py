"""Seeds are named by what they are for."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from blemish.seeds import number, stream

names = st.lists(st.one_of(st.text(max_size=6), st.integers(-9, 99)), max_size=4).map(tuple)


@given(st.integers(0, 2**40), names, st.integers(0, 2**40), names)
def test_other_names_give_other_streams(seed_a: int, a: tuple, seed_b: int, b: tuple) -> None:
    """Two streams agree exactly when seed and names agree; ("ab", "c") is not ("a", "bc"), nor is 1 the text "1"."""
    same = (seed_a, a) == (seed_b, b) and [type(x) for x in a] == [type(x) for x in b]
    drawn_a, drawn_b = (stream(s, *n).integers(2**62, size=4) for s, n in ((seed_a, a), (seed_b, b)))
    assert np.array_equal(drawn_a, drawn_b) == same


def test_a_stream_is_the_same_on_every_machine() -> None:
    """What a name draws is part of the format: it may not change between versions."""
    assert stream(0, "defects", "d000", 3).integers(1000, size=4).tolist() == [962, 468, 968, 333]
    assert number(0, "render") != number(1, "render")
