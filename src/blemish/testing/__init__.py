"""Contracts: what a kind of another package promises, as tests that it inherits.

A package that offers a defect, a finish, a light, a network, an importer or an exporter proves that it fits::

    from blemish.testing import DefectContract

    class TestCrater(DefectContract):
        defect = Crater(diameter_mm=1.0)

Pytest runs every law; :func:`prove` runs them without pytest. The kinds of this package keep the same contracts.
:func:`offered` lets a study name something that no package offers yet.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blemish.testing.contract import prove as prove
    from blemish.testing.defects import DefectContract as DefectContract
    from blemish.testing.exporters import ExporterContract as ExporterContract
    from blemish.testing.finishes import FinishContract as FinishContract
    from blemish.testing.importers import ImporterContract as ImporterContract
    from blemish.testing.lending import offered as offered
    from blemish.testing.lights import LightContract as LightContract
    from blemish.testing.networks import NetworkContract as NetworkContract

_DOOR = {
    "DefectContract": "defects",
    "ExporterContract": "exporters",
    "FinishContract": "finishes",
    "ImporterContract": "importers",
    "LightContract": "lights",
    "NetworkContract": "networks",
    "offered": "lending",
    "prove": "contract",
}

__all__ = [
    "DefectContract",
    "ExporterContract",
    "FinishContract",
    "ImporterContract",
    "LightContract",
    "NetworkContract",
    "offered",
    "prove",
]


def __getattr__(name: str) -> Any:
    """Load a contract when it is asked for: that of a network needs no renderer, that of a defect no torch."""
    if name not in _DOOR:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_DOOR[name]}"), name)
