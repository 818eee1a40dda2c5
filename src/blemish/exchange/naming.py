"""Names that can be folders, for groups and photographs that are called anything at all."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from blemish.errors import ForeignDataError
from blemish.exchange.sample import Sample


@dataclass(frozen=True)
class Gathered:
    """The photographs of one group with the names that they get."""

    id: str
    group: str
    views: dict[str, Sample]


def gather(samples: Iterable[Sample]) -> list[Gathered]:
    """Give every group and every photograph a name that can be a folder; what looks alike is kept apart."""
    groups: dict[str, dict[str, Sample]] = defaultdict(dict)
    for sample in samples:
        if sample.view in groups[sample.group]:
            other = groups[sample.group][sample.view].file
            raise ForeignDataError(
                f"{sample.file} and {other} have the same name in group {sample.group!r}; rename one"
            )
        groups[sample.group][sample.view] = sample
    names = folder_names(groups)
    found = []
    for group, views in sorted(groups.items()):
        view_names = folder_names(views)
        found.append(Gathered(names[group], group, {view_names[view]: views[view] for view in sorted(views)}))
    return found


def folder_names(texts: Iterable[str]) -> dict[str, str]:
    """Turn any texts into names that can be folders everywhere; texts that would get one name get a digest as well."""
    wanted = {text: _plain_name(text) for text in sorted(set(texts))}
    times = Counter(name.lower() for name in wanted.values())
    return {
        text: name
        if times[name.lower()] == 1 and (name == text or len(text) <= 80)
        else f"{name[:80]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        for text, name in wanted.items()
    }


def _plain_name(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9_.\-]+", "_", ascii_only).strip("._-")[:90].rstrip(".")
    return name or "_"
