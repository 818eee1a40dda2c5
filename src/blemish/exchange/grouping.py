"""Which photographs show one object, told by a regular expression over their names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from blemish.errors import ForeignDataError, RequestError


def group_by(pattern: str, preset: str = "") -> Callable[[str], str]:
    """Give a function from a file's name to its group.

    The pattern is searched in the path without its ending; the group is all that its named groups caught, or, without
    named groups, all that it matched. Without a pattern every photograph is a group of its own. A file that the pattern
    does not match is a :class:`ForeignDataError`: it might show an object that others show too.
    """
    pattern = pattern or preset
    if not pattern:
        return lambda file: str(PurePosixPath(file).with_suffix(""))
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise RequestError(f"the grouping {pattern!r} is no regular expression: {error}") from None

    def group(file: str) -> str:
        match = compiled.search(str(PurePosixPath(file).with_suffix("")))
        if match is None:
            raise ForeignDataError(f"{file}: the grouping {pattern!r} does not fit this name; extend it")
        caught = [value for value in match.groupdict().values() if value is not None]
        return "_".join(caught) if match.re.groupindex else match[0]

    return group
