"""The account of an import: what was read, kept, merged and dropped, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from blemish.dataset.split import SplitRule


@dataclass(frozen=True)
class Summary:
    """What an import read, kept, merged and dropped, and why."""

    read: int
    kept: int
    with_defects: int
    marks: dict[str, int]
    """Class to number of marks."""
    specimens: int
    dropped: dict[str, int]
    """Reason to number of photographs."""
    notes: tuple[str, ...]
    sets: dict[str, int]
    """Set name to number of photographs."""
    split: SplitRule | None
    format: str = ""
    skipped: tuple[tuple[str, str], ...] = ()
    """Files that could not be used, with the reason; only with ``skip_bad``."""
    options: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    """The source's name, and a digest of where it lies."""
    poses: str = ""
    """A digest of the table of poses and its plan, where there was one."""
    removed: tuple[str, ...] = ()
    """Frames and specimens of an earlier import into the same folder whose photographs are gone; empty on disk."""

    def __str__(self) -> str:
        kept = f"{self.kept} kept, {self.with_defects} of them with defects, as {self.specimens} specimens"
        lines = [f"{self.format}: {self.read} photographs read, {kept}"]
        lines += [f"  {count} marks of class {kind}" for kind, count in self.marks.items()]
        lines += [f"  dropped {count}: {why}" for why, count in self.dropped.items()]
        lines += [f"  {note}" for note in self.notes]
        lines += [f"  left out {why}" for _, why in self.skipped]
        lines += [f"  removed {name}: the source holds it no more" for name in self.removed]
        if self.split is not None:
            sizes = ", ".join(f"{name} {count}" for name, count in self.sets.items())
            lines.append(f"  split by {self.split.by}: {sizes}" + (f" ({self.split.why})" if self.split.why else ""))
        return "\n".join(lines)
