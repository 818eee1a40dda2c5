"""Every study that is shipped loads, fits its part, and carries its command in its header."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from blemish.evaluate.transfer import Table
from blemish.settings import read
from blemish.study import load_part, read_study

FOLDER = Path(__file__).resolve().parents[2] / "studies"
FILES = sorted(FOLDER.glob("*.toml"))
TABLES = [path for path in FILES if "target" in tomllib.loads(path.read_text(encoding="utf-8"))]
STUDIES = sorted(set(FILES) - set(TABLES))


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_the_study_loads_and_fits_its_part(path: Path) -> None:
    """No mistake in the file, none against the part; a study of imported photographs has no part to fit."""
    file = read_study(path)
    assert file.study.name == path.stem
    assert f"studies/{path.name}" in file.text
    if file.study.data is None:
        assert load_part(file).regions


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_the_transfer_table_has_no_mistakes(path: Path) -> None:
    """Nothing is wrong in the file itself; its datasets are not part of the project."""
    text = path.read_text(encoding="utf-8")
    table = read(Table, tomllib.loads(text), str(path))
    assert table.name == path.stem
    assert f"studies/{path.name}" in text


def test_the_study_of_a_new_folder_loads(tmp_path: Path) -> None:
    """What ``blemish new`` writes has no mistakes."""
    from blemish.cli.new import new

    new(tmp_path / "my part")
    file = read_study(tmp_path / "my part" / "study.toml")
    assert file.study.name == "my-part"
    assert load_part(file).regions
