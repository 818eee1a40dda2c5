"""The split of what was imported: which rule, what the publisher fixed, and whether like photographs were parted."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from blemish.arrays import Grey
from blemish.dataset import png
from blemish.dataset.index import FrameEntry
from blemish.dataset.near import Look, in_words, near_duplicates
from blemish.dataset.record import SpecimenRecord
from blemish.dataset.split import Split, SplitRule, draw_split, members, parse_shares, sets_of_frames
from blemish.errors import RequestError
from blemish.exchange.sample import Foreign


def rule_of(split: str | SplitRule | None, foreign: Foreign, name: str) -> SplitRule | None:
    """Give the rule that is asked for: the importer's own, the published one, shares, or none."""
    if isinstance(split, SplitRule):
        return split
    if split is None:
        return foreign.split
    if split == "none":
        return None
    if split == "paper":
        if foreign.paper_split is None:
            raise RequestError(f"no published split of {name} is known here; give shares like 4:1, or leave it out")
        return foreign.paper_split
    return dataclasses.replace(foreign.split, shares=parse_shares(split), why="shares as asked for")


def deal(
    specimens: Sequence[SpecimenRecord],
    entries: Sequence[FrameEntry],
    official: Mapping[str, str | None],
    rule: SplitRule,
) -> Split:
    """Draw the split; a set that the publisher fixed and that the rule does not deal stays as it is.

    ``official`` gives for a frame's name the set that its publisher put it in.
    """
    fixed = {}
    for entry in entries:
        put = official[entry.name]
        if put is not None and put not in rule.shares:
            fixed[entry.name if rule.by == "frame" else entry.specimen] = put
    return draw_split(members(specimens, entries, rule.by), rule, fixed)


def near(dst: Path, entries: Sequence[FrameEntry], looks: Mapping[str, Look], drawn: Split | None) -> tuple[str, ...]:
    """Say which photographs are nearly one in another set; ``looks`` gives what each looks like, by its name."""
    known = {entry.name: entry for entry in entries}

    def image(name: str) -> Grey:
        entry = known[name]
        data = (dst / "frames" / name / "image.png").read_bytes()
        return png.decode(data, entry.width_px, entry.height_px, entry.bits)

    found = near_duplicates(list(looks), list(looks.values()), sets_of_frames(drawn, entries), image)
    return (in_words(found),) if found else ()
