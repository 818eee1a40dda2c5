"""An inspection in words, for the command line."""

from __future__ import annotations

import json

from blemish.inspect.inspection import Inspection, worth_improving
from blemish.settings import plain


def in_words(found: Inspection) -> str:
    """Say what an inspection found, as a few paragraphs with a table."""
    more = f" and {found.scattered} specimens made on top" if found.scattered else ""
    head = (
        f"{found.network} on {found.dataset}/{found.split}: {found.specimens} specimens, {found.frames} frames{more}; "
        f"{found.defects} defects, sighted {found.sightings} times"
    )
    lines = [
        head,
        "",
        *_fused(found),
        "",
        f"probability of detection, one look no steeper than {found.asked.max_angle_deg:g} deg:",
        *(f"  {line}" for line in _curves(found)),
        f"  {found.false_calls.sentence()}",
        f"  {found.loss.sentence()}",
        "",
        "effective coverage, all views of the plan:",
        *(f"  {line}" for line in _coverage(found)),
        *(f"  {line}" for line in _next(found)),
    ]
    return "\n".join(lines)


def _fused(found: Inspection) -> list[str]:
    heads = f"{'views':<8}{'precision':>10}{'recall':>8}{'F1':>7}{'defects of the parts':>22}{'false calls a part':>20}"
    rows = [heads]
    for one in found.fused:
        chosen = "  <- chosen on the validation set" if one.how == found.fusion else ""
        share = f"{one.defects_of_part.found} of {one.defects_of_part.total}"
        rows.append(
            f"{one.how:<8}{100 * one.precision:>10.1f}{100 * one.recall:>8.1f}{100 * one.f1:>7.1f}{share:>22}"
            f"{one.false_calls_per_part:>20.1f}{chosen}"
        )
    return rows


def _curves(found: Inspection) -> list[str]:
    lines = []
    first = {one.kind: one.measure for one in reversed(found.curves)}
    for one in found.curves:
        if one.among == "all" and one.measure == first[one.kind]:
            told = one.curve.sentence() if one.curve is not None else f"no {one.model} curve by {one.measure}"
            lines.append(f"{one.kind}: {told}" + (f" ({one.why_not})" if one.why_not else ""))
    kept = [one for one in found.curves if one.among != "all" or one.measure != first[one.kind]]
    if kept:
        drawn = sum(one.curve is not None for one in kept)
        lines.append(f"by other measures, finish and angle of view: {drawn} curves of {len(kept)} are supported")
    return lines


def _coverage(found: Inspection) -> list[str]:
    lines = [f"{one.kind}: {one.refused}" for one in found.sensitivities if one.sensitivity is None]
    lines += [
        f"{one.kind}: sighted from {one.smallest_mm:.2g} to {one.largest_mm:.2g} mm; other sizes are not guessed at"
        for one in found.sensitivities
        if one.sensitivity is not None and len(one.within(found.asked.sizes_mm)) < len(found.asked.sizes_mm)
    ]
    lines += [row.sentence() for row in found.coverage if row.region == "*"]
    blind = sum(one.area_mm2 for one in found.unseen)
    lines.append(f"{blind:.0f} mm2 are looked at by no view at {found.asked.max_angle_deg:g} deg or less")
    return lines


def _next(found: Inspection) -> list[str]:
    lines = []
    for one in found.next_views:
        x, y, z = (row[3] for row in one.world_from_camera[:3])
        lines.append(
            f"one more view, from ({x:.0f}, {y:.0f}, {z:.0f}) mm, would raise the area that finds {one.kind} defects "
            f"of {one.size_mm:g} mm from {one.found:.1%} to {one.found + one.gained:.1%}"
        )
    return lines


def finding_lines(found: Inspection) -> str:
    """Give the lines of a study whose plan shall find what this model can, one table for each kind of defects."""
    tables = ["# Lines for a study: its plan then counts what this model finds. Take one of these tables."]
    for one in found.sensitivities:
        if one.sensitivity is None:
            continue
        numbers = {name: value for name, value in plain(one.sensitivity).items() if name != "of_region"}
        inside = ", ".join(f"{name} = {json.dumps(value)}" for name, value in numbers.items())
        if one.sensitivity.of_region:
            regions = ", ".join(f"{json.dumps(name)} = {value!r}" for name, value in one.sensitivity.of_region.items())
            inside += f", of_region = {{ {regions} }}"
        size = worth_improving(found, one.kind)
        if size is None:
            continue
        tables.append(
            f"\n[plan.finding]\nsize_mm = {size!r}\nprobability = {found.asked.probability!r}\n"
            f"sensitivity = {{ {inside} }}"
        )
    return "\n".join(tables) + "\n"
