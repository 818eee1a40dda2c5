"""What `blemish inspect` left in the run folder, as the viewer reads it: maps on the part, and the objects found on it.

Nothing is written here. What is missing in it or damaged is told once, and then nothing of it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from blemish.errors import WorkError
from blemish.inspect.stored import FOLDER, SpecimenMaps, SurfaceMaps, read_surface
from blemish.inspect.surface.on_part import PartObject
from blemish.plan.samples import Samples


@dataclass(frozen=True, eq=False)
class Inspected:
    """An inspection, ready to be drawn."""

    surface: SurfaceMaps
    objects: Mapping[str, tuple[PartObject, ...]] = field(default_factory=dict)
    """By specimen, the surest first."""

    @property
    def patches(self) -> Samples:
        """The patches as samples of the surface, which a mesh can be coloured by."""
        maps = self.surface
        nowhere = np.zeros(len(maps.area_mm2), dtype=np.int32)
        return Samples(maps.centre_mm, maps.normal, maps.region.astype(np.int32), nowhere, maps.area_mm2)

    def maps_of(self, specimen: str) -> SpecimenMaps | None:
        """What was made of a specimen; None where it was not inspected."""
        return self.surface.specimens.get(specimen)

    def found_on(self, specimen: str) -> tuple[PartObject, ...]:
        """The objects that were found on a specimen."""
        return self.objects.get(specimen, ())


def read_inspected(run: Path) -> Inspected | None:
    """Read a run's inspection; None where there is none, :class:`WorkError` where it is incomplete or damaged."""
    folder = run / "inspection"
    if not (folder / FOLDER).is_dir():
        return None
    surface = read_surface(folder)
    counts, regions = len(surface.area_mm2), len(surface.regions)
    fits = surface.centre_mm.shape == surface.normal.shape == (counts, 3) and surface.region.shape == (counts,)
    if not (counts and fits and np.isfinite(surface.centre_mm).all() and np.isin(surface.region, range(regions)).all()):
        raise WorkError(f"{folder / FOLDER}/patches.npz: damaged (its arrays do not fit together); {_CURE}")
    return Inspected(surface, _objects(folder / "objects.json"))


_CURE = "`blemish inspect STUDY` makes it anew"


def _objects(path: Path) -> dict[str, tuple[PartObject, ...]]:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(dict[str, tuple[PartObject, ...]]).validate_json(path.read_bytes())
    except FileNotFoundError:
        raise WorkError(f"{path}: missing; {_CURE}") from None
    except (OSError, ValidationError) as error:
        why = str(error).splitlines()[0]
        raise WorkError(f"{path}: damaged ({why}); {_CURE}") from None
