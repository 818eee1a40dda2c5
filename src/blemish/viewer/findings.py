"""Objects that were found on the part, in words, and which of the plan's views look at them."""

from __future__ import annotations

import numpy as np

from blemish.inspect.surface.on_part import PartObject
from blemish.viewer.draft import Draft
from blemish.viewer.inspected import Inspected

SAME_SIDE = 0.3
"""Cosine between normals from which on two places lie on the same side of a wall."""


def in_short(number: int, one: PartObject) -> str:
    """Give an object's line in a list."""
    views = len(one.seen_by)
    return f"{number}: {one.region}, {one.area_mm2:.3g} mm2, {views} view{'s' * (views != 1)}"


def looking_at(draft: Draft, one: PartObject) -> tuple[str, ...]:
    """Name views of the plan that show an object: such as called it, or else saw it, or else inspect its place now.

    The one that looks at it most directly comes first.
    """
    samples, angle = draft.bench.samples, {}
    distance = np.linalg.norm(samples.positions_mm - np.array(one.place_mm), axis=1)
    distance[samples.normals @ np.array(one.normal) < SAME_SIDE] += 1e6
    nearest = int(distance.argmin())
    for sight in draft.sights:
        angle[sight.view.name] = float(sight.angle_deg[nearest])
    inspecting = [sight.view.name for sight in draft.sights if sight.seen[nearest]]
    for names in (one.called_by, one.seen_by, inspecting):
        known = sorted((name for name in names if name in angle), key=lambda name: angle[name])
        if known:
            return tuple(known)
    return ()


def in_words(number: int, one: PartObject) -> str:
    """Say where an object is, whether it is a defect and who saw it, as Markdown."""
    x, y, z = one.place_mm
    what = f"touches defect {' and '.join(map(str, one.defects))}" if one.defects else "a **false call**"
    seen = f"seen by {', '.join(one.seen_by) or 'no view'}; called by {', '.join(one.called_by) or 'none alone'}"
    return (
        f"**{number}** on *{one.region}* at ({x:.1f}, {y:.1f}, {z:.1f}) mm: {one.area_mm2:.3g} mm2, {what}; "
        f"log-odds {one.evidence:.1f}; {seen}."
    )


def summary(inspected: Inspected, specimen: str) -> str:
    """Say how much of a specimen was seen and what was found on it, as Markdown."""
    maps, found = inspected.maps_of(specimen), inspected.found_on(specimen)
    if maps is None:
        return "Choose a specimen that was inspected to see what was found on it."
    false = sum(not one.defects for one in found)
    area = inspected.surface.area_mm2
    seen = area[maps.views > 0].sum() / area.sum()
    return (
        f"**{len(found)} object{'s' * (len(found) != 1)}** found on {specimen}, {false or 'none'} of them "
        f"without a defect. {seen:.1%} of the surface was seen."
    )
