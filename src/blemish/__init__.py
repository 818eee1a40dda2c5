"""blemish: from the CAD model of a metal part to a labelled dataset, and from that to an inspection model.

======================  ==========================================  ==========================================
stage                   function                                    from, to
======================  ==========================================  ==========================================
:mod:`.part`            ``load(PartSource(...))``                   CAD or mesh file -> ``Part``
:mod:`.plan`            ``make_plan(part, camera, light, ...)``     part, data sheets -> ``Plan``
:mod:`.defects`         ``make_specimen(part, name, ...)``          part, populations -> ``Specimen``
:mod:`.finish`          ``draw_finishes(part, ...)``                part, populations -> finishes by region
:mod:`.render`          ``build_scene(...)``, ``shoot(...)``        specimen, viewpoint -> ``Frame``
:mod:`.make`            ``make.make(recipe, folder)``               ``Recipe`` -> dataset on disk
:mod:`.dataset`         ``open_dataset(folder)``                    dataset on disk -> ``Dataset``
:mod:`.exchange`        ``bring_in(...)``, ``give_out(...)``        foreign formats <-> dataset on disk
:mod:`.learn`           ``train(protocol, dataset, folder)``        dataset -> ``Model``
:mod:`.learn`           ``predict(model, image)``                   photograph -> scores
:mod:`.evaluate`        ``evaluate.evaluate(model, dataset, ...)``  model, dataset -> ``Evaluation``
:mod:`.inspected`       ``inspected.inspect_model(file, run)``      run folder -> ``Inspection`` of the part
:mod:`.report`          ``write_report(folder)``                    run folder -> one HTML file
:mod:`.study`           ``read_study(path)``                        ``study.toml`` -> all of the above
======================  ==========================================  ==========================================

The names in the second column are found here too and loaded when they are first asked for: making needs no torch,
learning no renderer, and ``import blemish`` neither.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "Camera": "plan",
    "Dent": "defects",
    "PartSource": "part",
    "Planning": "plan",
    "Protocol": "learn",
    "Recipe": "recipe",
    "RingLight": "plan",
    "Scratch": "defects",
    "Study": "study",
    "bring_in": "exchange",
    "build_scene": "render",
    "draw_finishes": "finish",
    "give_out": "exchange",
    "load": "part",
    "load_model": "learn",
    "make_plan": "plan",
    "make_specimen": "defects",
    "open_dataset": "dataset",
    "predict": "learn",
    "read_study": "study",
    "shoot": "render",
    "train": "learn",
    "write_report": "report",
}

__all__ = [*_HOME, "__version__"]  # noqa: PLE0604  the names are strings


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
