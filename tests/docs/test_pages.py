"""What stands in the pages is true: every fenced block is run or read by the program that it is meant for.

=============  =====================================================================================================
``python``     is run; the blocks of a page share their names, in a folder with a study, photographs, data, a model
``console``    after ``$`` a command that is run there; the lines below it must be what it prints, ``...`` is anything
``sh``         command lines that take long or need another machine: read by the programs that they call, not run
``toml``       is read as a part of a study, as the file of a transfer table, or as a part of a pyproject.toml
``json``       is read
``text``       is neither code nor a command
=============  =====================================================================================================

Where none of this can be, ``<!-- not run: REASON -->`` stands above the block.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from commands import lines, prove
from fences import PAGES, Fence, blocks, fences
from workshop import furnish

from blemish.cli import main
from blemish.evaluate.transfer import Table
from blemish.settings import read
from blemish.study import Study

LANGUAGES = ("python", "console", "sh", "toml", "json", "text")


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder that the pages speak of, made once."""
    return furnish(tmp_path_factory.mktemp("workshop"))


@pytest.fixture
def standing_there(workshop: Path) -> Iterator[Path]:
    """Stand in that folder."""
    before = Path.cwd()
    os.chdir(workshop)
    yield workshop
    os.chdir(before)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_says_what_it_is(page: Path) -> None:
    """Each names a language that is proved here, or is a directive of the pages; a reason not to run is a reason."""
    for fence in fences(page):
        known = fence.language in LANGUAGES or (fence.language.startswith("{") and fence.language.endswith("}"))
        assert known, f"{fence.name}: {fence.language!r} is none of {', '.join(LANGUAGES)}"
        assert not fence.why_not_run or len(fence.why_not_run.split()) > 3, f"{fence.name}: say why it is not run"
    marks = re.findall(r"^<!-- not run:", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(marks) == sum(bool(fence.why_not_run) for fence in fences(page)), "a reason stands above no block"


@pytest.mark.parametrize("page", sorted({fence.page for fence in blocks("python")}), ids=lambda page: page.stem)
def test_python_runs(page: Path, standing_there: Path) -> None:
    """The blocks of a page run one after the other, as a reader would type them."""
    names: dict[str, Any] = {"__name__": "__page__"}
    for fence in blocks("python"):
        if fence.page == page:
            # Its lines are where they are in the page, so that a traceback leads there.
            code = compile("\n" * fence.line + fence.text, str(page), "exec", dont_inherit=True)
            with contextlib.redirect_stdout(io.StringIO()):
                exec(code, names)


@pytest.mark.parametrize("fence", blocks("console"), ids=lambda fence: fence.name)
def test_commands_print_what_the_page_shows(fence: Fence, standing_there: Path) -> None:
    """Each command ends well; where the page shows what it prints, that is what it prints."""
    for command, shown in _sessions(fence.text):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            code = _run(shlex.split(command, comments=True))
        assert code == 0, f"{command}\n{printed.getvalue()}"
        assert _matches(shown, printed.getvalue()), f"{command}\nprinted\n{printed.getvalue()}\nnot\n{shown}"


@pytest.mark.parametrize("fence", blocks("sh"), ids=lambda fence: fence.name)
def test_commands_are_understood(fence: Fence) -> None:
    """Each command line is one that its program takes."""
    for words in lines(fence.text):
        prove(words)


@pytest.mark.parametrize("fence", blocks("toml"), ids=lambda fence: fence.name)
def test_tables_can_be_read(fence: Fence) -> None:
    """Each is a part of a study, the file of a transfer table, or a part of a pyproject.toml, without a mistake."""
    values = tomllib.loads(fence.text)
    if "target" in values:
        read(Table, {"name": "page", **values}, fence.name)
    elif not values.keys() <= {"project", "build-system"}:
        read(Study, {"name": "page", **values}, fence.name)


@pytest.mark.parametrize("fence", blocks("json"), ids=lambda fence: fence.name)
def test_json_can_be_read(fence: Fence) -> None:
    """It is JSON."""
    assert json.loads(fence.text) is not None


def _run(words: list[str]) -> int:
    assert words[0] == "blemish", f"only blemish is run here, not {words[0]}"
    try:
        main(words[1:])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _sessions(text: str) -> Iterator[tuple[str, str]]:
    """Give each command with what is shown below it."""
    starts = [found.start() for found in re.finditer(r"^\$ ", text, re.MULTILINE)]
    for start, end in pairwise([*starts, len(text)]):
        command, _, shown = text[start + 2 : end].replace("\\\n", " ").partition("\n")
        yield command, shown.strip("\n")


def _matches(shown: str, printed: str) -> bool:
    """Hold what is shown against what is printed: spaces do not count, nor what stands where ``...`` is."""
    wanted = ".*".join(re.escape(" ".join(piece.split())) for piece in shown.split("..."))
    return not shown or re.search(wanted.replace("\\ ", " *"), " ".join(printed.split()), re.DOTALL) is not None
