"""The recipe: all that making a dataset needs, as one frozen value.

Two equal recipes make equal datasets, to the byte, on any number of workers. Everything that changes a frame is in its
:func:`frame_digest`, and nothing else is; so a frame that is on disk under the same digest need not be made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any, Literal

from annotated_types import Interval
from pydantic import Field

from blemish.dataset import SplitRule
from blemish.defects import DefectPopulation
from blemish.defects.catalogue import DEFECTS
from blemish.engine import start
from blemish.engine.llvm import find
from blemish.finish import FinishPopulation
from blemish.finish.catalogue import FINISHES
from blemish.finish.skin import SkinPopulation
from blemish.part import Part, PartSource
from blemish.part.rules import RegionRule
from blemish.plan import Camera, Plan, Planning, RingLight, Viewpoint
from blemish.plan.lights import LIGHTS, AnyLight
from blemish.plan.misplace import Misplacement, misplace
from blemish.render.rendering import RenderingPopulation
from blemish.render.sensor import SensorPopulation
from blemish.seeds import stream
from blemish.settings import canonical, settings

MAKERS = ("blemish", "mitsuba", "drjit", "adobe-lagrange", "cascadio", "numpy", "opencv-python-headless")
"""The packages whose versions can change a pixel."""


@settings
class Specimens:
    """How many examples of the part are made."""

    correct: Annotated[int, Interval(ge=0, le=1_000_000)] = 2
    """Specimens without significant defects; they too carry insignificant ones."""
    defective: Annotated[int, Interval(ge=0, le=1_000_000)] = 4
    """Specimens with significant defects."""

    def __post_init__(self) -> None:
        if self.correct + self.defective == 0:
            raise ValueError("a dataset needs at least one specimen, correct or defective")

    @property
    def names(self) -> tuple[str, ...]:
        """``c000`` ... are correct, ``d000`` ... defective."""
        return tuple([f"c{i:03d}" for i in range(self.correct)] + [f"d{i:03d}" for i in range(self.defective)])


def is_defective(specimen: str) -> bool:
    """Tell from a specimen's name whether it carries significant defects."""
    return specimen.startswith("d")


@settings
class Recipe:
    """All that making needs."""

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """All that is made follows from it; 0 is a seed like any other. Split and learning have seeds of their own."""
    part: PartSource = PartSource()
    """The CAD model."""
    regions: tuple[RegionRule, ...] = ()
    """Which faces were machined alike, where the colours in the CAD file do not say it."""
    camera: Camera = Camera()
    """The camera, from its data sheets."""
    light: AnyLight = RingLight()
    """The light, from its data sheet: a ring, bars, a dome, or coaxial."""
    plan: Planning = Planning()
    """Where to look from."""
    misplacement: Misplacement = Misplacement()
    """How precisely parts are laid down and the camera is calibrated; what is drawn stands in each ``frame.json``."""
    specimens: Specimens = Specimens()
    """How many correct and defective examples."""
    defects: tuple[DefectPopulation, ...] = ()
    """What is pressed into the metal, as populations."""
    finishes: tuple[FinishPopulation, ...] = ()
    """What the machine tools left on each region."""
    metal: str = "aluminium"
    """What the part is made of."""
    skin: SkinPopulation = SkinPopulation()
    """What lies over all finishes alike, and how they run into each other; drawn for each specimen."""
    render: RenderingPopulation = RenderingPopulation()
    """How frames are computed, and what surrounds the part; drawn for each frame."""
    sensor: SensorPopulation = SensorPopulation()
    """What the camera makes of the light, in EMVA 1288 terms; drawn for each frame."""
    split: SplitRule = SplitRule(shares={"train": 0.6, "val": 0.2, "test": 0.2})
    """Which specimens train, validate and test."""

    @property
    def finest_edge_mm(self) -> float:
        """The edge below which triangles bring nothing: half of what a pixel sees."""
        return 0.5 * self.camera.mm_per_px


def makers(recipe: Recipe) -> tuple[str, ...]:
    """Give the packages whose versions can change a pixel: ours, and those that kinds of the recipe are from."""
    offers = [*DEFECTS.offers(recipe.defects), *FINISHES.offers(recipe.finishes), *LIGHTS.offers([recipe.light])]
    return tuple(dict.fromkeys([*MAKERS, *sorted(offer.package for offer in offers)]))


@cache
def software(packages: tuple[str, ...] = MAKERS) -> dict[str, str]:
    """Give the versions of all that can change a pixel: packages, and what the renderer compiles for."""
    variant = start()
    found = {"renderer": f"{variant}, LLVM {find().version}" if variant.startswith("llvm") else variant}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def drawn(recipe: Recipe, what: Literal["skin", "render", "sensor"], *names: str) -> Any:
    """Draw what a specimen's skin, or a frame's rendering or sensor, is like; ``names`` say whose."""
    population: Any = getattr(recipe, what)
    return population.draw(stream(recipe.seed, what, *names))


PLANNING = 1
"""Raised when planning changes, so that plans of an older way of planning are made anew."""


def as_it_turned_out(recipe: Recipe, part: Part, specimen: str, planned: Viewpoint) -> Viewpoint:
    """Give the viewpoint that a planned one turns out to be for a specimen, which lies and is seen a little askew."""
    if recipe.misplacement == Misplacement():
        return planned
    return misplace(recipe.misplacement, part.centre_mm, recipe.seed, specimen).view(planned)


def plan_digest(recipe: Recipe, part: Part) -> str:
    """Give the digest of all that a plan follows from."""
    return _digest(
        {
            "version": PLANNING,
            "part": part.digest,
            "camera": recipe.camera,
            "light": recipe.light,
            "plan": recipe.plan,
            "seed": recipe.seed,
        }
    )


def specimen_digest(recipe: Recipe, part: Part, specimen: str, made_by: Mapping[str, str] | None = None) -> str:
    """Give the digest of all that a specimen follows from: its geometry, its finishes and its name.

    ``made_by`` is the :func:`software` of those who make it, where they are others.
    """
    return _digest(
        {
            "software": software(makers(recipe)) if made_by is None else made_by,
            "seed": recipe.seed,
            "part": part.digest,
            "specimen": specimen,
            "defects": recipe.defects,
            "finest_edge_mm": recipe.finest_edge_mm,
            "finishes": recipe.finishes,
            "metal": recipe.metal,
            "skin": recipe.skin,
        }
    )


def frame_digest(  # noqa: PLR0917  all that it follows from
    recipe: Recipe,
    part: Part,
    plan: Plan,
    specimen: str,
    viewpoint: Viewpoint,
    made_by: Mapping[str, str] | None = None,
) -> str:
    """Give the digest of all that a frame follows from: specimen, camera, light, pose and how it is computed."""
    return _digest(
        {
            "specimen": specimen_digest(recipe, part, specimen, made_by),
            "view": viewpoint.name,
            "world_from_camera": as_it_turned_out(recipe, part, specimen, viewpoint).world_from_camera.matrix(),
            "camera": plan.camera,
            "light": plan.light,
            "render": recipe.render,
            "sensor": recipe.sensor,
        }
    )


def _digest(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()
