"""Work ahead: in order, never far ahead, and an error comes where its result would."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blemish.dataset.ahead import in_order


@given(count=st.integers(0, 60), workers=st.integers(1, 5))
def test_results_come_in_the_order_of_their_items(count: int, workers: int) -> None:
    """Whatever the workers."""
    assert list(in_order(lambda x: x * x, range(count), workers)) == [(x, x * x) for x in range(count)]


def test_no_more_is_taken_than_is_soon_needed() -> None:
    """Of endless items only a few are taken when one result is asked for."""
    taken: list[int] = []

    def endless() -> Iterator[int]:
        while True:
            taken.append(len(taken))
            yield taken[-1]

    some = in_order(lambda x: x, endless(), 2)
    assert next(some) == (0, 0)
    assert len(taken) <= 9
    some.close()  # type: ignore[attr-defined]


def test_an_error_comes_in_its_place() -> None:
    """What was before it is given out, and what is behind it is given up."""
    some = in_order(lambda x: 1 // (3 - x), range(1000), 2)
    assert [next(some)[0] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ZeroDivisionError):
        next(some)
