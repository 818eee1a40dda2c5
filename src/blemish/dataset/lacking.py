"""What specimens lack: defects that were drawn for them and found no place, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from blemish.dataset.record import SpecimenRecord

_NAMED = 3
"""So many specimens are named; of the others it is said how many."""


@dataclass
class _OfKind:
    there: int = 0
    missing: int = 0
    regions: set[str] = field(default_factory=set)
    specimens: list[str] = field(default_factory=list)
    whys: Counter[str] = field(default_factory=Counter)


def lacking(specimens: Iterable[SpecimenRecord]) -> tuple[str, ...]:
    """Say of each kind how many defects of how many are not there, where, on which specimens, and what to do."""
    kinds: dict[str, _OfKind] = {}
    for specimen in specimens:
        for defect in specimen.defects:
            kinds.setdefault(defect.kind, _OfKind()).there += 1
        for one in specimen.left_out:
            of = kinds.setdefault(one.kind, _OfKind())
            of.missing += one.missing
            of.regions |= set(one.regions)
            of.whys[one.why] += one.missing
            if specimen.id not in of.specimens[-1:]:
                of.specimens.append(specimen.id)
    return tuple(_in_words(kind, of) for kind, of in sorted(kinds.items()) if of.missing)


def _in_words(kind: str, of: _OfKind) -> str:
    where = "the part" if "*" in of.regions else ", ".join(sorted(of.regions))
    more = len(of.specimens) - _NAMED
    named = ", ".join(of.specimens[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return (
        f"{of.missing} of {of.missing + of.there} defects of kind {kind} found no place on {where} and are left out "
        f"(of {named}), mostly because {of.whys.most_common(1)[0][0]}: make them smaller, ask for fewer, or allow more "
        "regions"
    )
