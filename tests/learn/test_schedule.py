"""The learning rate over time, and when training stops by itself."""

from __future__ import annotations

import pytest

from blemish.learn.protocol import Protocol
from blemish.learn.schedule import is_over, rate


def test_the_rate_is_halved_every_fifty_epochs() -> None:
    """The paper's schedule: constant within 50 epochs, then half."""
    protocol = Protocol()
    assert [rate(protocol, 1.0, epoch * 7 + 6, 7) for epoch in (0, 49, 50, 99, 100)] == [1, 1, 0.5, 0.5, 0.25]


def test_the_cosine_rises_then_falls_to_nothing() -> None:
    """It never exceeds the start rate, reaches it after the warm-up, and ends near zero."""
    protocol = Protocol(schedule="cosine", max_epochs=20)
    rates = [rate(protocol, 1.0, step, 10) for step in range(200)]
    assert max(rates) == rates[10] == 1.0
    assert rates[:10] == sorted(rates[:10])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] < 1e-3


@pytest.mark.parametrize(
    ("losses", "over"),
    [
        ([], False),
        ([1.0, 0.995, 0.994, 0.994, 0.994, 0.994], True),  # five in a row without 1 %
        ([1.0, 0.995, 0.994, 0.994, 0.994], False),  # four
        ([1.0, 1.1, 1.2, 0.9, 1.0, 1.0, 1.0, 1.0], False),  # progress in between
        ([1.0, 2.0, 1.5, 1.2, 1.1, 1.05], True),  # falling, but never below the best
        ([1.0, 0.9, 0.8, 0.7, 0.6, 0.5], False),
    ],
)
def test_training_stops_after_five_validations_without_progress(losses: list[float], over: bool) -> None:
    """The paper's rule, at its numbers: relative decrease under 0.01 five times in a row."""
    assert is_over(Protocol(), losses) is over


def test_zero_never_stops_early() -> None:
    """``stop_after = 0`` switches the rule off."""
    assert not is_over(Protocol(stop_after=0), [1.0] * 50)
