"""Licences: all that is installed for the package may be used by anyone for anything."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

FREE = re.compile(
    r"\b(MIT|MIT-CMU|MIT-0|BSD|0BSD|[23]-Clause|BSD-[23]-Clause|Apache|Apache-2\.0|ISC|FreeBSD|Zlib|BSL-1\.0|CC0-1\.0|Unlicense|HPND"
    r"|Python Software Foundation|PSF|PSF-2\.0|MPL-2\.0|Mozilla Public License 2\.0|The Unlicense)\b"
)
"""The Mozilla licence holds for its own files alone; packages under it may be used, not copied from."""
BOUND = re.compile(
    r"\b(A?GPL\w*|GNU (Affero )?General Public|Non-?Commercial|CC-BY-NC\S*|Proprietary|SSPL)\b", re.IGNORECASE
)
NEVER = {
    "albumentationsx", "bpy", "blenderproc", "gdist", "gmsh", "labelme", "meshlib", "pymeshfix", "pymeshlab",
    "trueform", "ultralytics",
}  # fmt: skip
READ_BY_HAND = {
    "openexr": "BSD-3-Clause, as its LICENSE.md says; its metadata names none",
    "embreex": "BSD-2-Clause, as its LICENSE says; around Embree, Apache-2.0",
    "docutils": "public domain and BSD; one file for Emacs, which is not used, under the GPL",
}
"""Packages whose metadata says nothing, or names a licence of something in them that does not matter here."""


def key(name: str) -> str:
    """Give a package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def direct() -> Iterator[Requirement]:
    """Give what pyproject.toml asks for: always, and with every extra."""
    for texts in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()):
        yield from (one for one in map(Requirement, texts) if one.name != "blemish")


def with_all_they_need() -> dict[str, Distribution]:
    """Give every package that is installed for this one, however far down."""
    found: dict[str, Distribution] = {}
    waiting = [(one.name, frozenset(one.extras)) for one in direct()]
    done = set()
    while waiting:
        name, extras = waiting.pop()
        if (key(name), extras) in done:
            continue
        done.add((key(name), extras))
        try:
            found[key(name)] = distribution(name)
        except PackageNotFoundError:
            continue
        needed = [Requirement(text) for text in found[key(name)].requires or []]
        waiting += [
            (one.name, frozenset(one.extras))
            for one in needed
            if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras))
        ]
    return found


def licence_of(package: Distribution) -> str:
    """Give what a package's metadata says of its licence; the beginning, where it holds the whole text."""
    said = package.metadata
    classes = [text for text in said.get_all("Classifier", []) if text.startswith("License ::")]
    return said.get("License-Expression") or "; ".join(classes) or (said.get("License") or "")[:400]


INSTALLED = with_all_they_need()


@pytest.mark.parametrize("name", sorted(INSTALLED))
def test_the_licence_lets_everyone_use_it(name: str) -> None:
    """Nothing that is needed is under the GPL or forbids commercial use; what says nothing was read by hand."""
    if name in READ_BY_HAND:
        return
    said = licence_of(INSTALLED[name])
    assert FREE.search(said), f"{name}: {said!r} is no licence known to be free"
    assert not BOUND.search(said), f"{name}: {said!r}"


def test_nothing_is_asked_for_that_never_may_be() -> None:
    """Packages whose licences reach over are not named, not even in an extra."""
    assert not NEVER & {key(one.name) for one in direct()}
    assert not NEVER & INSTALLED.keys()


def test_the_notice_names_what_is_installed() -> None:
    """NOTICE tells every package that a user's installation asks for."""
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for_users = {name for name in PROJECT["optional-dependencies"] if name not in ("dev", "interop", "docs", "all")}
    asked = [*PROJECT["dependencies"], *(text for name in for_users for text in PROJECT["optional-dependencies"][name])]
    assert not [one.name for one in map(Requirement, asked) if not re.search(rf"\b{one.name}\b", notice)]
