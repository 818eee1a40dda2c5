"""What is installed, what is missing, and the cure: facts about this machine that decide what blemish can do on it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from blemish.errors import PluginError
from blemish.extras import cure
from blemish.plugins import Catalogue

MAKING = {"mitsuba": "make", "drjit": "make", "cascadio": "make", "adobe-lagrange": "make", "trimesh": "make"}
LEARNING = {"torch": "learn", "torchvision": "learn", "segmentation-models-pytorch": "learn", "safetensors": "learn"}
REPORTING = {"matplotlib": "report", "jinja2": "report", "viser": "view"}


@dataclass(frozen=True)
class Finding:
    """One fact; ``cure`` is empty when all is well."""

    topic: str
    fact: str
    cure: str = ""


def examine() -> Iterator[Finding]:
    """Look at Python, memory, packages, the renderer and the learner, cheapest first."""
    yield Finding("python", platform.python_version())
    yield Finding("machine", f"{os.cpu_count()} cores, {_memory_gib():.0f} GiB memory, {platform.platform(terse=True)}")
    missing: set[str] = set()
    for package, extra in {**MAKING, **LEARNING, **REPORTING}.items():
        found = _package(package, extra)
        if found.cure:
            missing.add(package)
        yield found
    if not missing & MAKING.keys():
        yield from _renderer()
    if not missing & LEARNING.keys():
        yield from _learner()
    yield from _offered(missing)


def _memory_gib() -> float:
    import psutil

    return float(psutil.virtual_memory().total / 2**30)


def _package(package: str, extra: str) -> Finding:
    try:
        return Finding(package, metadata.version(package))
    except metadata.PackageNotFoundError:
        return Finding(package, "missing", cure(extra))


def _renderer() -> Iterator[Finding]:
    from blemish.engine import facts

    for topic, fact in facts().items():
        if topic not in MAKING:
            fault = topic == "variant" and fact.startswith("none")
            yield Finding(f"renderer {topic}", fact, _cure_in(fact) if fault else "")


def _cure_in(fault: str) -> str:
    """Give the cure that a fault of the engine ends in; behind the one for LLVM stand the libraries that were tried."""
    from blemish.engine import llvm

    return llvm.CURE if llvm.CURE in fault else fault.rpartition("; ")[2]


def _learner() -> Iterator[Finding]:
    try:
        import torch

        found = torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU, {torch.get_num_threads()} threads"
        yield Finding("learner device", found)
        from blemish.learn import networks

        for name in networks.names():
            networks.build(name, 1, None)
        yield Finding("networks", ", ".join(networks.names()))
    except (ImportError, RuntimeError, OSError) as error:
        # A torchvision made for another torch registers operators that are not there, a torch made for another system
        # misses its libraries: neither is an ImportError.
        yield Finding(
            "networks",
            f"cannot be loaded: {error}",
            "install torch and torchvision as the pair that constraints.txt names, in one pip command",
        )


def _offered(missing: set[str]) -> Iterator[Finding]:
    """Tell which kinds other packages offer; each is loaded, to know whether it can be used."""
    for catalogue in _catalogues(missing):
        for offer in catalogue.hidden():
            remedy = f"rename it in {offer.package}, or uninstall that"
            yield Finding(f"{catalogue.one} {offer.name}", f"of {offer.package} is hidden by ours of that name", remedy)
        for name in catalogue.names()[len(catalogue.ours) :]:
            try:
                catalogue.load(name)
                yield Finding(f"{catalogue.one} {name}", str(catalogue.offer(name)))
            except PluginError as error:
                remedy = "mend or remove that package"
                yield Finding(f"{catalogue.one} {name}", str(error).removesuffix(f"; {remedy}"), remedy)


def _catalogues(missing: set[str]) -> Iterator[Catalogue]:
    """Give the catalogues of what this machine has the packages for."""
    from blemish.exchange import exporters, importers

    yield from (importers.CATALOGUE, exporters.CATALOGUE)
    if not missing & MAKING.keys():
        from blemish.defects.catalogue import DEFECTS
        from blemish.finish.catalogue import FINISHES
        from blemish.plan.lights import LIGHTS

        yield from (DEFECTS.catalogue, FINISHES.catalogue, LIGHTS.catalogue)
    if not missing & LEARNING.keys():
        from blemish.learn import networks

        yield networks.CATALOGUE
