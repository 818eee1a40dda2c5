"""Trainings side by side: every task is done once, on a device of its own."""

from __future__ import annotations

import operator

import pytest

from blemish.errors import RequestError
from blemish.learn.devices import all_devices, side_by_side
from blemish.learn.precision import choose_device


def test_one_device_works_in_this_process_and_in_order() -> None:
    """Nothing is started, so what is asked for need not be picklable."""
    found = list(side_by_side(lambda task, device: f"{task}{device}", ["a", "b"], ["cpu"]))
    assert found == [(0, "acpu"), (1, "bcpu")]


def test_several_devices_do_all_tasks() -> None:
    """Two processes, three tasks: each result comes once, with its place and a device that was named."""
    found = dict(side_by_side(operator.add, ["a ", "b ", "c "], ["first", "second"]))
    assert sorted(found) == [0, 1, 2]
    assert all(found[place].startswith(name) for place, name in enumerate("abc"))
    assert {one[2:] for one in found.values()} <= {"first", "second"}


def test_devices_are_named_as_torch_names_them() -> None:
    """What is there can be chosen; what is not there, or is no device, is refused."""
    assert all(str(choose_device(one)) == one for one in all_devices())
    for wrong in ("cuda:99", "gpu"):
        with pytest.raises(RequestError, match=wrong):
            choose_device(wrong)
