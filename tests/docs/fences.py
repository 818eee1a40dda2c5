"""The fenced blocks of a page, and what a page says about those that are not to be run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "src/blemish/dataset/FORMAT.md"]

_FENCE = re.compile(
    r"(?:^<!-- not run: (?P<why>[^\n]*?) *-->\n+)?^(?P<fence>```+)(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=fence) *$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Fence:
    """A fenced block: what language it says it is in, what stands in it, and where."""

    page: Path
    line: int
    language: str
    text: str
    why_not_run: str

    @property
    def name(self) -> str:
        """Where it is, as a test is called."""
        return f"{self.page.stem}:{self.line}"


def fences(page: Path) -> Iterator[Fence]:
    """Give the blocks of a page in order."""
    source = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(source):
        line = source.count("\n", 0, found.start("fence")) + 1
        language = (found["info"].split() or [""])[0]
        yield Fence(page, line, language, found["text"], found["why"] or "")


def blocks(*languages: str) -> list[Fence]:
    """Give all blocks in these languages that are to be run."""
    return [one for page in PAGES for one in fences(page) if one.language in languages and not one.why_not_run]
