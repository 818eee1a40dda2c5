"""The package as a user has it: a wheel that is built once and unpacked where the source is not."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from blemish.extras import EXTRAS

ROOT = Path(__file__).resolve().parents[2]

HIDING = """
from importlib.machinery import PathFinder

found = PathFinder.find_spec

@staticmethod
def find_spec(name, path=None, target=None):
    return None if name.partition(".")[0] in {names!r} else found(name, path, target)

PathFinder.find_spec = find_spec
"""
"""Makes modules look as if they were not installed, to imports and to those who only ask."""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", folder], cwd=ROOT, check=True, capture_output=True
    )
    return folder


@pytest.fixture(scope="session")
def site(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has put the wheel, and nothing else."""
    folder = tmp_path_factory.mktemp("site")
    (wheel,) = built.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    subprocess.run([*pip, "--target", folder, wheel], check=True, capture_output=True)
    return folder


Shipped = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def shipped(site: Path, tmp_path: Path) -> Shipped:
    """Run a command of the shipped package, as if only some extras were installed."""

    def run(*arguments: object, extras: tuple[str, ...] = tuple(EXTRAS)) -> subprocess.CompletedProcess[str]:
        kept = {module for extra in extras for module in EXTRAS[extra]}
        names = sorted({module for modules in EXTRAS.values() for module in modules} - kept)
        hiding = Path(tempfile.mkdtemp(dir=tmp_path, prefix="hiding"))
        (hiding / "sitecustomize.py").write_text(HIDING.format(names=names))  # in child processes too
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(hiding), str(site)]), "COLUMNS": "1000"}
        python = [sys.executable, *map(str, arguments)]
        return subprocess.run(python, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    return run
