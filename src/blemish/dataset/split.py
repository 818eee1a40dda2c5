"""Who learns, who chooses the threshold, who is tested: drawn by object, never by image.

A split by image is a leak wherever several images show one object. It is here too, because published protocols have
it, but it says of itself what it is.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import MinLen

from blemish.dataset.index import FrameEntry
from blemish.dataset.record import SpecimenRecord
from blemish.errors import RequestError
from blemish.seeds import stream
from blemish.settings import Positive, settings


@dataclass(frozen=True)
class Member:
    """What a split deals out: a specimen, or one frame where images are dealt singly."""

    name: str
    group: str
    """Members of one group stay together."""
    defective: bool


@settings
class SplitRule:
    """How a dataset is dealt into sets."""

    shares: Annotated[dict[str, Positive], MinLen(1)]
    """Set name to its share: ``{train = 28, val = 4, test = 8}`` or ``{train = 0.8, val = 0.2}``; only ratios count."""
    by: Literal["group", "frame"] = "group"
    """By object or stated group, or by single image; the latter leaks wherever several images show one object."""
    stratified: bool = True
    """Deal defective and correct groups separately, so that every set has its share of both."""
    seed: int = 0
    """Names the draw."""
    why: str = ""
    """Where this rule comes from."""


@dataclass(frozen=True)
class Split:
    """Sets of member names, with the rule that dealt them; each list is sorted."""

    rule: SplitRule
    sets: dict[str, tuple[str, ...]]
    fixed: tuple[str, ...] = ()
    """Sets that were not drawn but came with the dataset."""

    def of(self) -> dict[str, str]:
        """Give for each member the name of its set."""
        return {member: name for name, members in self.sets.items() for member in members}


def members(specimens: Iterable[SpecimenRecord], frames: Iterable[FrameEntry], by: str = "group") -> list[Member]:
    """List what a split deals out: the specimens, or the frames where images are dealt singly."""
    if by == "frame":
        return [Member(frame.name, frame.name, frame.defective) for frame in frames]
    return [Member(one.id, one.stays_with, one.defective) for one in specimens]


def sets_of_frames(split: Split | None, frames: Iterable[FrameEntry]) -> dict[str, str]:
    """Give for each frame's name the set that it is in, set by set; frames in none are left out."""
    if split is None:
        return {}
    home = split.of()
    order = {name: place for place, name in enumerate(split.sets)}
    dealt = [(one.name, home.get(one.name if split.rule.by == "frame" else one.specimen)) for one in frames]
    return dict(sorted(((name, put) for name, put in dealt if put is not None), key=lambda pair: order[pair[1]]))


def parse_shares(text: str) -> dict[str, float]:
    """Read ``28-4-8`` or ``4:1`` as shares of train, val and, where there is a third, test."""
    words = re.split(r"[-:/,]", text.strip())
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        numbers = []
    if len(numbers) not in (2, 3) or not all(0 < number < 1e9 for number in numbers):
        raise RequestError(f"a split is written like 4:1 (train, val) or 28-4-8 (train, val, test), not {text!r}")
    return dict(zip(("train", "val", "test"), numbers, strict=False))


def draw_split(members: Iterable[Member], rule: SplitRule, fixed: Mapping[str, str] | None = None) -> Split:
    """Deal members into sets so that no group is in two of them.

    Each stratum is shuffled by its own named stream and dealt by largest remainder, so ``28-4-8`` of 20 defective and
    20 correct specimens gives 14-2-4 of each. A stratum with at least as many groups as there are sets reaches every
    set. ``fixed`` puts members into a set beforehand (the test set that a public dataset comes with), with the whole
    of their group.
    """
    sets: dict[str, list[str]] = {name: [] for name in rule.shares}
    groups: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        groups[member.group].append(member)
    fixed = fixed or {}
    given = {one.group: fixed[one.name] for some in groups.values() for one in some if one.name in fixed}
    strata: dict[str, list[str]] = defaultdict(list)
    for group, some in sorted(groups.items()):
        if group in given:
            sets.setdefault(given[group], []).extend(member.name for member in some)
        else:
            defective = rule.stratified and any(member.defective for member in some)
            strata["defective" if defective else "correct"].append(group)
    for stratum, names in strata.items():
        order = stream(rule.seed, "split", stratum).permutation(len(names))
        for name, part in zip(rule.shares, _deal(order, list(rule.shares.values())), strict=True):
            for index in part:
                sets[name].extend(member.name for member in groups[names[index]])
    return Split(rule, {name: tuple(sorted(some)) for name, some in sets.items()}, tuple(sorted(set(given.values()))))


def _deal(order: np.ndarray, shares: Sequence[float]) -> list[np.ndarray]:
    """Cut a shuffled list into pieces in the ratio of ``shares``; none is empty where there is enough for all."""
    total = len(order)
    exact = np.array(shares) * total / sum(shares)
    counts = np.floor(exact + 1e-9).astype(int)
    # What is left goes to the largest remainders; equal ones in the order of the sets.
    for index in np.argsort(-(exact - counts), kind="stable")[: total - counts.sum()]:
        counts[index] += 1
    while total >= len(shares) and counts.min() == 0:
        counts[np.argmax(counts)] -= 1
        counts[np.argmin(counts)] += 1
    return np.split(order, np.cumsum(counts)[:-1])


def leaks(split: Split, members: Iterable[Member]) -> list[str]:
    """List every group that is in more than one set, and every member that is in several sets or in none."""
    found = []
    homes: dict[str, set[str]] = defaultdict(set)
    everyone = list(members)
    set_of = split.of()
    for member in everyone:
        if member.name in set_of:
            homes[member.group].add(set_of[member.name])
        else:
            found.append(f"{member.name} is in no set")
    found += [
        f"group {group} is in {' and '.join(sorted(sets))}" for group, sets in sorted(homes.items()) if len(sets) > 1
    ]
    times = Counter(name for some in split.sets.values() for name in some)
    found += [f"{name} is named {count} times" for name, count in sorted(times.items()) if count > 1]
    strangers = sorted(set(times) - {member.name for member in everyone})
    return found + [f"{name} is not in the dataset" for name in strangers]
