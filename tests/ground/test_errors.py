"""The error tree is drawn in a docstring; the drawing and the code must agree."""

from __future__ import annotations

import pickle
import re

import pytest

from blemish import errors


def test_the_drawing_shows_every_error_under_its_parent() -> None:
    """The tree in the docstring names each class under the class that it derives from."""
    parents: list[str] = []
    drawn = {}
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^ {4}((?:[|` ][- ]{3})*)(\w+Error)\b", line)
        if found:
            depth = len(found.group(1)) // 4
            parents = [*parents[:depth], found.group(2)]
            drawn[found.group(2)] = parents[-2] if depth else "Exception"
    real = {
        name: thing.__bases__[0].__name__
        for name, thing in vars(errors).items()
        if isinstance(thing, type) and issubclass(thing, errors.BlemishError)
    }
    assert drawn == real


@pytest.mark.parametrize("kind", [errors.RequestError, errors.WorkError])
def test_exit_codes_tell_a_wrong_request_from_failed_work(kind: type[errors.BlemishError]) -> None:
    """Everything under RequestError exits with 2, everything under WorkError with 1."""
    for sub in [kind, *kind.__subclasses__()]:
        assert sub.exit_code == (2 if kind is errors.RequestError else 1)


def test_errors_survive_the_way_back_from_a_worker() -> None:
    """A study error that crosses a process border keeps its place and all its mistakes."""
    error = errors.StudyError("study.toml", ["a: wrong", "b: wrong"])
    back = pickle.loads(pickle.dumps(error))
    assert (back.where, back.mistakes, str(back)) == (error.where, error.mistakes, str(error))
