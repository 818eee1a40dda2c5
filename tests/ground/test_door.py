"""The package's own door: every public name is there, and opening it costs nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

import blemish


@pytest.mark.parametrize("name", blemish.__all__)
def test_every_public_name_is_found(name: str) -> None:
    """A name in ``__all__`` can be had, and is in ``dir``."""
    assert getattr(blemish, name) is not None
    assert name in dir(blemish)


def test_importing_the_package_loads_nothing_heavy() -> None:
    """Neither the renderer nor torch nor even numpy comes with ``import blemish``; ``--help`` needs none of them."""
    code = (
        "import sys, blemish, contextlib\n"
        "from blemish.cli import main\n"
        "assert not {'numpy', 'torch', 'mitsuba'} & set(sys.modules)\n"
        "with contextlib.suppress(SystemExit):\n"
        "    main(['--help'])\n"
        "print(sorted({'numpy', 'torch', 'mitsuba', 'trimesh', 'pydantic'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
