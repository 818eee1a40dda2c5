"""Command lines as they stand in pages: each is held against the program that it calls, without being carried out."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Callable, Iterator
from itertools import dropwhile, pairwise
from pathlib import Path

import pytest

from blemish.cli import app

ROOT = Path(__file__).resolve().parents[2]
HARMLESS = ("cd", "mkdir", "ls", "git", "source")
"""Programs of the shell whose arguments nothing here could prove."""


def lines(text: str) -> Iterator[list[str]]:
    """Give each command line in words: continued lines are one, comments and variables before the program go."""
    for line in text.replace("\\\n", " ").splitlines():
        words = [word for word in shlex.split(line, comments=True) if word != "&"]
        while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
            words = words[1:]
        if words:
            yield words


def prove(words: list[str]) -> None:
    """Fail where a program would not understand its command line, or where nothing is known of the program."""
    program, *arguments = words
    if program in HARMLESS:
        return
    proof = PROOFS.get(program)
    if proof is None:
        pytest.fail(f"a call of {program} cannot be proved: teach tests/docs/commands.py, or say why it is not run")
    proof(arguments)


def _blemish(arguments: list[str]) -> None:
    """Cyclopts reads the arguments as it would, and calls nothing."""
    if arguments not in (["--help"], ["--version"]):
        app().parse_args(arguments, exit_on_error=False, print_error=False)


def _make(arguments: list[str]) -> None:
    """The Makefile has the targets."""
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(arguments) <= set(targets)


def _python(arguments: list[str]) -> None:
    """A script lies in the repository; a module is one of those known here."""
    if arguments[0] == "-m":
        assert arguments[1] in ("blemish", "venv", "pytest", "pip"), arguments
        if arguments[1] == "blemish":
            _blemish(arguments[2:])
    elif arguments[0] != "-c":
        assert (ROOT / arguments[0]).is_file(), f"there is no {arguments[0]} in the repository"


def _pip(arguments: list[str]) -> None:
    """Extras of blemish that are installed are in pyproject.toml; files that are named are there."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for word in arguments:
        wanted = re.search(r"(?:^\.|^blemish|\.whl)\[([\w,-]+)\]$", word)
        assert not wanted or set(wanted[1].split(",")) <= set(extras), word
    for option, value in pairwise(arguments):
        assert option not in ("-c", "-r", "--constraint") or (ROOT / value).is_file(), value


def _torchrun(arguments: list[str]) -> None:
    """What torchrun starts on every process is a command of ours."""
    at = arguments.index("-m")
    assert all(one.startswith(("--nproc", "--nnodes")) for one in arguments[:at])
    _python(arguments[at:])


def _srun(arguments: list[str]) -> None:
    """Slurm starts what stands after its own options."""
    prove(list(dropwhile(lambda one: one.startswith("-"), arguments)))


def _sleep(arguments: list[str]) -> None:
    """It is told how many seconds."""
    assert len(arguments) == 1
    assert arguments[0].isdigit()


def _dask(arguments: list[str]) -> None:
    """Dask's own commands read the arguments and call nothing."""
    from distributed.cli import dask_scheduler, dask_worker

    commands = {"scheduler": dask_scheduler.main, "worker": dask_worker.main}
    verb, *rest = arguments
    commands[verb].make_context(verb, [one for one in rest if one != "..."])


PROOFS: dict[str, Callable[[list[str]], None]] = {
    "blemish": _blemish,
    "make": _make,
    "python": _python,
    "python3": _python,
    "pip": _pip,
    "torchrun": _torchrun,
    "dask": _dask,
    "srun": _srun,
    "sleep": _sleep,
}
