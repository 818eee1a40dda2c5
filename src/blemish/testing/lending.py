"""Offering something for a while, as an installed package would."""

from __future__ import annotations

import itertools
import sys
import tempfile
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from blemish.plugins import GROUPS

_COUNT = itertools.count()


@contextmanager
def offered(group: str, name: str, thing: Any) -> Iterator[None]:
    """Let ``thing`` be found under a name of a group (``"defects"``, say) inside the ``with``, in this process alone.

    What an installed package leaves on disk, its entry points, is written into a folder that is searched meanwhile.
    """
    assert group in GROUPS, f"{group} is none of {', '.join(GROUPS)}"
    module = types.ModuleType(f"blemish_lent_{next(_COUNT)}")
    module.lent = thing  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory(prefix="blemish-") as folder:
        told = Path(folder, f"{module.__name__}-0.dist-info")
        told.mkdir()
        (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module.__name__}\nVersion: 0\n")
        (told / "entry_points.txt").write_text(f"[blemish.{group}]\n{name} = {module.__name__}:lent\n")
        sys.modules[module.__name__] = module
        sys.path.append(folder)
        try:
            yield
        finally:
            sys.path.remove(folder)
            del sys.modules[module.__name__]
