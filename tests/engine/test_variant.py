"""Starting the renderer."""

from __future__ import annotations

import pytest

from blemish import engine
from blemish.engine import variant
from blemish.errors import EngineError


def test_starting_again_changes_nothing() -> None:
    """The second start gives the variant of the first one."""
    assert engine.start() == engine.start() == engine.facts()["variant"]


def test_another_device_needs_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking for the other device after the start is an error, not ignored."""
    monkeypatch.setattr(variant, "_started", {"variant": variant.CPU})
    with pytest.raises(EngineError, match="new process"):
        engine.start("gpu")


def test_a_gpu_that_cannot_be_used_is_an_error_only_if_it_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """``gpu`` insists, ``auto`` falls back to the processor and tells the reason."""
    monkeypatch.setattr(variant, "_started", {})
    monkeypatch.setattr(variant, "gpu_fault", lambda: "the driver is on strike")
    monkeypatch.setattr(variant, "_set_variant", lambda name: "")
    with pytest.raises(EngineError, match="on strike"):
        engine.start("gpu")
    assert engine.start("auto") == variant.CPU
    assert "on strike" in engine.facts()["gpu"]


def test_doctor_gets_the_reason_and_no_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    """When nothing starts, the facts say why."""
    monkeypatch.setattr(variant, "_started", {})
    monkeypatch.setattr(variant, "gpu_fault", lambda: "no driver")
    monkeypatch.setattr(variant, "_set_variant", lambda name: "it is haunted")
    assert "haunted" in engine.facts()["variant"]
