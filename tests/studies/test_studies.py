"""Every study that is shipped loads, fits its part, and carries its command in its header."""

from __future__ import annotations

from pathlib import Path

import pytest

from blemish.study import load_part, read_study

STUDIES = sorted((Path(__file__).resolve().parents[2] / "studies").glob("*.toml"))


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_the_study_loads_and_fits_its_part(path: Path) -> None:
    """No mistake in the file, none against the part; a study of imported photographs has no part to fit."""
    file = read_study(path)
    assert file.study.name == path.stem
    assert f"studies/{path.name}" in file.text
    if file.study.data is None:
        assert load_part(file).regions


def test_the_study_of_a_new_folder_loads(tmp_path: Path) -> None:
    """What ``blemish new`` writes has no mistakes."""
    from blemish.cli.new import new

    new(tmp_path / "my part")
    file = read_study(tmp_path / "my part" / "study.toml")
    assert file.study.name == "my-part"
    assert load_part(file).regions
