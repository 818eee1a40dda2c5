"""Dividing a part into regions by rules, and telling every rule that does not fit the part."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from blemish.errors import PartError
from blemish.part.matching import FaceTable
from blemish.part.model import Part, Region
from blemish.part.rules import RegionRule
from blemish.settings import canonical


def divided(part: Part, rules: Sequence[RegionRule]) -> Part:
    """Give a part with its regions drawn by rules; its digest tells them. Without rules it is the same part.

    Raises :class:`PartError` that lists every rule that matches nothing, or what another matches, and why.
    """
    if not rules:
        return part
    regions, mistakes = divide(part, rules)
    if mistakes:
        raise PartError("\n".join([f"the rules of regions do not fit {part.name}:", *(f"  {one}" for one in mistakes)]))
    digest = hashlib.sha256((part.digest + canonical(rules)).encode()).hexdigest()
    return replace(part, regions=regions, digest=digest)


def divide(part: Part, rules: Sequence[RegionRule]) -> tuple[tuple[Region, ...], list[str]]:
    """Sort a part's faces into regions, and list what is wrong with the rules.

    A face belongs to the rule that takes it; what no rule takes goes to the rule of everything else, and without one
    stays in the region that the file put it into. With mistakes the regions are the best guess: a face that two rules
    take is the first one's, and a rule that takes nothing has a region without faces, so that its name is known.
    """
    if not rules:
        return part.regions, []
    table = FaceTable(part)
    meeting = [table.meets(rule) for rule in rules]
    taken = np.array([_all(masks, len(part.surfaces)) for masks in meeting])
    rest = [index for index, rule in enumerate(rules) if rule.everything_else]
    taken[rest] = False
    mistakes = [*_names(rules), *_unknown_faces(part, rules), *_shared(table, rules, taken)]
    left = ~taken.any(axis=0)
    if rest:
        taken[rest[0]] = left
    for index, rule in enumerate(rules):
        unknown = any(face >= len(part.surfaces) for face in rule.faces or ())
        if not taken[index].any() and index not in rest[1:] and not unknown:
            mistakes.append(_nothing(table, rules, index, meeting[index]))
    return _regions(part, rules, taken), mistakes


def _all(masks: dict[str, np.ndarray], count: int) -> np.ndarray:
    return np.logical_and.reduce(list(masks.values())) if masks else np.zeros(count, dtype=bool)


def _regions(part: Part, rules: Sequence[RegionRule], taken: np.ndarray) -> tuple[Region, ...]:
    owner = np.where(taken.any(axis=0), taken.argmax(axis=0), -1)
    faces: dict[str, list[int]] = {rule.name: [] for rule in rules}
    for face, index in enumerate(owner.tolist()):
        name = rules[index].name if index >= 0 else part.regions[part.region_of_face[face]].name
        faces.setdefault(name, []).append(face)
    colours = {region.name: region.colour for region in part.regions}
    return tuple(Region(name, tuple(mine), colours.get(name)) for name, mine in faces.items())


def _place(rules: Sequence[RegionRule], index: int) -> str:
    return f"regions[{index + 1}] ({rules[index].name})"


def _names(rules: Sequence[RegionRule]) -> Iterator[str]:
    first: dict[str, int] = {}
    for index, rule in enumerate(rules):
        if rule.name in first:
            yield (
                f"{_place(rules, index)}: name: regions[{first[rule.name] + 1}] has it already; give each rule its own "
                'name, or let one rule take both, as with surface = ["cylinder", "cone"]'
            )
        first.setdefault(rule.name, index)
    rest = [index for index, rule in enumerate(rules) if rule.everything_else]
    for index in rest[1:]:
        yield f"{_place(rules, index)}: everything_else: {_place(rules, rest[0])} takes that already; one rule may"


def _unknown_faces(part: Part, rules: Sequence[RegionRule]) -> Iterator[str]:
    last = len(part.surfaces) - 1
    for index, rule in enumerate(rules):
        unknown = [face for face in rule.faces or () if face > last]
        if unknown:
            yield (
                f"{_place(rules, index)}: faces: there is no face {', '.join(map(str, unknown))}; {part.name} has 0 to "
                f"{last}, and `blemish check --faces` lists them"
            )


def _shared(table: FaceTable, rules: Sequence[RegionRule], taken: np.ndarray) -> Iterator[str]:
    """Tell faces that two rules take, once for each pair of rules."""
    for one in range(len(rules)):
        for other in range(one + 1, len(rules)):
            both = np.flatnonzero(taken[one] & taken[other])
            if not len(both):
                continue
            listed = "; ".join(f"{face} ({table.describe(int(face))})" for face in both[:3])
            more = f"; and {len(both) - 3} more" if len(both) > 3 else ""
            yield (
                f"{_place(rules, one)} and {_place(rules, other)} both take {len(both)} face"
                f"{'s' if len(both) > 1 else ''}: {listed}{more}; narrow one of them, for example by side, radius_mm, "
                "inside_mm or faces"
            )


def _nothing(table: FaceTable, rules: Sequence[RegionRule], index: int, masks: dict[str, np.ndarray]) -> str:
    """Say why a rule takes no face, and what would match nearly."""
    rule, where = rules[index], _place(rules, index)
    if rule.everything_else:
        return f"{where}: everything_else: the other rules leave no face; leave this one out"
    everywhere = np.ones(len(table.kind), dtype=bool)
    near = []
    for key in masks:  # what the faces have that meet all but this one
        others = np.logical_and.reduce([everywhere, *(mask for name, mask in masks.items() if name != key)])
        values = table.values(key, rule, others)
        whose = "the faces that meet the rest have" if len(masks) > 1 else f"{table.part.name} has"
        near += [f"{key} = {_shown(rule.conditions[key])}, but {whose} {values}"] if values else []
    for key, mask in masks.items() if not near else ():  # what is there at all of that which nothing meets
        values = table.values(key, rule, everywhere)
        near += [f"{key} = {_shown(rule.conditions[key])}, but {table.part.name} has {values or 'none'}"] * (
            not mask.any()
        )
    if near:
        return f"{where}: no face matches: {'; or '.join(near)}; change it, or leave the rule out"
    alone = ", ".join(f"{key} = {_shown(rule.conditions[key])}: {int(mask.sum())}" for key, mask in masks.items())
    return f"{where}: no face matches all it asks ({alone} faces on their own); ask for less, or leave the rule out"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_shown(one) for one in value) + "]"
    return f"{value:g}" if isinstance(value, float) else f'"{value}"' if isinstance(value, str) else str(value)
