"""What the part is coloured by: region, finish, how often it is inspected, at which angle, in which light, why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from blemish.dataset.ply import colours_of
from blemish.plan.painted import NEVER, PALETTE, Colour, Painting, by_count, by_reason, painted
from blemish.viewer.draft import Draft

GOOD, STEEP = np.array([255, 245, 190.0]), np.array([120, 20, 90.0])
METAL = 175
"""How bright metal without a defect is drawn."""
LIGHT: tuple[Colour, ...] = ((214, 69, 65), (70, 90, 140), (250, 215, 120))


def by_region(draft: Draft) -> Painting:
    """Give each region its colour."""
    names = [region.name for region in draft.bench.part.regions]
    return painted(draft.bench.samples.region, names, PALETTE)


def by_finish(draft: Draft, finish_of_region: Mapping[str, str]) -> Painting:
    """Give each kind of finish its colour."""
    kinds = sorted(set(finish_of_region.values()))
    of_region = [kinds.index(finish_of_region.get(one.name, kinds[0])) for one in draft.bench.part.regions]
    return painted(np.array(of_region)[draft.bench.samples.region], kinds, PALETTE)


def by_angle(draft: Draft) -> Painting:
    """Colour by the smallest angle at which a view inspects a place."""
    limit = draft.bench.planning.max_angle_deg
    share = np.clip(np.where(np.isfinite(draft.best_angle_deg), draft.best_angle_deg, 0) / limit, 0, 1)[:, None]
    colours = (GOOD + share * (STEEP - GOOD)).astype(np.uint8)
    colours[~np.isfinite(draft.best_angle_deg)] = NEVER
    shown = ((f"{limit * at:.0f} deg", _colour(GOOD + at * (STEEP - GOOD))) for at in (0.0, 0.5, 1.0))
    return Painting(colours, (*shown, ("not inspected", NEVER)))


def by_light(draft: Draft) -> Painting:
    """Colour by the field in which a place is inspected: bright where the finish throws the ring into the lens."""
    kind = np.where(draft.times_bright > 0, 2, np.where(draft.times > 0, 1, 0))
    return painted(kind, ["not inspected", "dark field only", "bright field"], LIGHT)


def by_defect() -> Painting:
    """Tell how a specimen with its defects is coloured, triangle by triangle."""
    metal, one, two = (_colour(row) for row in colours_of(np.array([0, 1, 2]), METAL))
    return Painting(np.zeros((0, 3), np.uint8), (("sound metal", metal), ("each defect", one), ("its own colour", two)))


def paint(draft: Draft, mode: str, finish_of_region: Mapping[str, str]) -> Painting:
    """Colour the samples of a draft by one of :data:`MODES`."""
    if mode == "finish":
        return by_finish(draft, finish_of_region)
    return _WAYS[mode](draft)


_WAYS: dict[str, Callable[[Draft], Painting]] = {
    "coverage count": lambda draft: by_count(draft.times, draft.furthest),
    "region": by_region,
    "angle": by_angle,
    "bright and dark field": by_light,
    "reason": lambda draft: by_reason(draft.times, draft.furthest),
}
MODES = ("coverage count", "region", "finish", "angle", "bright and dark field", "reason")


def _colour(values: np.ndarray) -> Colour:
    red, green, blue = (int(value) for value in values)
    return red, green, blue
