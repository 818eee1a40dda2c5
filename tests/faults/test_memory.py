"""Memory that runs out: the message names it, nothing is lost, and nothing goes on for ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import starving
from troubles import told

from blemish.errors import WorkError
from blemish.farm import Crew, open_farm


@pytest.mark.parametrize("work", [starving.starve, starving.starve_in_words])
def test_a_worker_without_memory_ends_the_run_in_plain_words(work: Callable[[int, int], int]) -> None:
    """The limit of the address space is met in a process of its own; the message names memory and the cure."""
    with open_farm(Crew(workers=2)) as farm, pytest.raises(WorkError, match=r"ran out of memory .*with fewer workers"):
        list(farm.spread(work, 2, range(4)))


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("Unable to allocate 74.5 GiB for an array"),
        MemoryError(),
        RuntimeError("CUDA out of memory. Tried to allocate 20.00 GiB"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 40000000000 bytes."),
    ],
    ids=["numpy", "python", "cuda", "torch"],
)
def test_memory_that_runs_out_in_this_process_is_one_message(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever library says so, and however."""

    def broken(_path: object) -> None:
        raise error

    monkeypatch.setattr("blemish.study.read_study", broken)
    code, complaint = told(capsys, ("check", "study.toml"))
    assert code == 1
    assert "memory ran out" in complaint
    assert "a machine with more memory" in complaint


def test_our_own_bugs_keep_their_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An error that tells nothing of the machine is not dressed up as one of its troubles."""

    def broken(_path: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("blemish.study.read_study", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        told(capsys, ("check", "study.toml"))
