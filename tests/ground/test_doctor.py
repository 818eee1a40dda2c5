"""What ``blemish doctor`` advises."""

from __future__ import annotations

import sys

import pytest

from blemish import doctor
from blemish.engine import llvm


def test_a_missing_package_is_cured_from_the_clone() -> None:
    """The project is used from a clone, so the cure installs the clone, with the versions it was tested with."""
    found = doctor._package("no-such-package-at-all", "make")
    assert found.fact == "missing"
    assert "pip install -e '.[make]' -c constraints.txt" in found.cure


@pytest.mark.parametrize(
    ("fault", "cure"),
    [
        (f"none: no LLVM 17 - 22 was found; {llvm.CURE}\n/usr/lib/libLLVM.so: it is old; very", llvm.CURE),
        ("none: it is haunted; call the priest", "call the priest"),
    ],
)
def test_a_renderer_that_does_not_start_repeats_its_own_cure(
    monkeypatch: pytest.MonkeyPatch, fault: str, cure: str
) -> None:
    """The engine knows best what would help, so what it says comes as the cure."""
    monkeypatch.setattr("blemish.engine.facts", lambda: {"variant": fault})
    (found,) = doctor._renderer()
    assert (found.fact, found.cure) == (fault, cure)


def test_a_torch_that_cannot_be_loaded_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """A torchvision that does not fit its torch raises RuntimeError on import, which is told with its cure."""

    class Unfit:
        def find_spec(self, name: str, *_rest: object) -> None:
            if name == "torch":
                raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Unfit(), *sys.meta_path])
    (found,) = doctor._learner()
    assert "torchvision::nms" in found.fact
    assert "constraints.txt" in found.cure
