"""What the part is coloured by: region, finish, how often it is inspected, at which angle, in which light, why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from blemish.plan.visibility import REASONS
from blemish.viewer.draft import Draft

Colour = tuple[int, int, int]

PALETTE: tuple[Colour, ...] = (
    (107, 153, 199),
    (222, 158, 97),
    (140, 186, 122),
    (204, 184, 107),
    (168, 135, 189),
    (140, 184, 184),
    (205, 130, 140),
    (150, 150, 150),
)
COUNTS: tuple[Colour, ...] = ((214, 69, 65), (198, 219, 239), (107, 174, 214), (33, 113, 181), (8, 48, 107))
"""Never, once, twice, three times, four times or more."""
NEVER: Colour = (70, 60, 70)
"""What no view can inspect."""
PLAIN: Colour = (170, 172, 176)
"""What is not inspected at all."""
GOOD, STEEP = np.array([255, 245, 190.0]), np.array([120, 20, 90.0])
LIGHT: tuple[Colour, ...] = ((214, 69, 65), (70, 90, 140), (250, 215, 120))


@dataclass(frozen=True, eq=False)
class Painting:
    """A colour for each sample, and what the colours mean."""

    colours: np.ndarray
    """RGB, uint8 (n, 3)."""
    legend: tuple[tuple[str, Colour], ...]


def by_region(draft: Draft) -> Painting:
    """Give each region its colour."""
    names = [region.name for region in draft.bench.part.regions]
    return _classes(draft.bench.samples.region, names, PALETTE)


def by_finish(draft: Draft, finish_of_region: Mapping[str, str]) -> Painting:
    """Give each kind of finish its colour."""
    kinds = sorted(set(finish_of_region.values()))
    of_region = [kinds.index(finish_of_region.get(one.name, kinds[0])) for one in draft.bench.part.regions]
    return _classes(np.array(of_region)[draft.bench.samples.region], kinds, PALETTE)


def by_count(draft: Draft) -> Painting:
    """Colour by how many views inspect a place; red is what another view could inspect."""
    names = ["by no view", "once", "twice", "3 times", "4 times or more"]
    times = np.minimum(draft.times, 4)
    hopeless = (times == 0) & (draft.furthest < len(REASONS))
    return _classes(np.where(hopeless, 5, times), [*names, "no view can"], (*COUNTS, NEVER))


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
    return _classes(kind, ["not inspected", "dark field only", "bright field"], LIGHT)


def by_reason(draft: Draft) -> Painting:
    """Colour what is not inspected by the reason."""
    reason = np.where(draft.times > 0, len(REASONS) + 1, draft.furthest)
    names = [*REASONS, "another view could", "inspected"]
    return _classes(reason, names, (*PALETTE[:6], COUNTS[0], PLAIN))


def paint(draft: Draft, mode: str, finish_of_region: Mapping[str, str]) -> Painting:
    """Colour the samples of a draft by one of :data:`MODES`."""
    if mode == "finish":
        return by_finish(draft, finish_of_region)
    return _WAYS[mode](draft)


_WAYS: dict[str, Callable[[Draft], Painting]] = {
    "coverage count": by_count,
    "region": by_region,
    "angle": by_angle,
    "bright and dark field": by_light,
    "reason": by_reason,
}
MODES = ("coverage count", "region", "finish", "angle", "bright and dark field", "reason")


def _classes(index: np.ndarray, names: list[str], colours: tuple[Colour, ...]) -> Painting:
    table = np.array([colours[i % len(colours)] for i in range(len(names))], dtype=np.uint8)
    used = np.unique(index)
    return Painting(table[index], tuple((names[i], _colour(table[i])) for i in used))


def _colour(values: np.ndarray) -> Colour:
    red, green, blue = (int(value) for value in values)
    return red, green, blue
