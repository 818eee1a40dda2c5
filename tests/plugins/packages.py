"""Packages as if they were installed, for tests: a folder with what an installer would have written there."""

from __future__ import annotations

import tomllib
from pathlib import Path

EXAMPLE = Path(__file__).parent / "example_package"


def install_example(site: Path) -> list[str]:
    """Make the example package known in ``site``; give the folders that a search path needs."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told = {group: dict(entries) for group, entries in project["entry-points"].items()}
    install(site, project["name"], told, version=project["version"])
    return [str(site), str(EXAMPLE / "src")]


def install(site: Path, name: str, offers: dict[str, dict[str, str]], version: str = "0.1") -> None:
    """Write the metadata of a package that offers things by entry points."""
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    sections = [
        "\n".join([f"[{group}]", *(f"{key} = {value}" for key, value in entries.items())])
        for group, entries in offers.items()
    ]
    (folder / "entry_points.txt").write_text("\n\n".join(sections) + "\n")
