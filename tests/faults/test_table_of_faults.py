"""The fault table in the docs and the tests that prove it are the same list."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
PAGE = (TESTS.parent / "docs/faults.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`((?:\w+/)+test_\w+\.py::test_\w+)`", PAGE))


def ids_in(path: Path) -> set[str]:
    """Give the ids of the tests in a file, without their parameters."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    where = path.relative_to(TESTS).as_posix()
    return {f"{where}::{one.name}" for one in tree.body if isinstance(one, ast.FunctionDef) and one.name[:5] == "test_"}


def test_the_table_names_only_tests_that_exist() -> None:
    """Each id leads to a function in a file."""
    known = {name for file in {one.split("::")[0] for one in NAMED} for name in ids_in(TESTS / file)}
    assert NAMED
    assert not NAMED - known


def test_every_test_of_a_fault_is_in_the_table() -> None:
    """A fault that is tested is a fault that a person may want to look up; this file speaks of the table itself."""
    here = {name for path in Path(__file__).parent.glob("test_*.py") for name in ids_in(path)}
    own = ids_in(Path(__file__))
    assert not here - own - NAMED


def test_every_row_has_its_proof_and_every_proof_its_row() -> None:
    """Rows are numbered within their chapter's letter; the list of proofs has the same numbers."""
    rows = re.findall(r"^\| ([A-Z]\d+) \|", PAGE, re.MULTILINE)
    proofs = re.findall(r"^\* ([A-Z]\d+): `", PAGE, re.MULTILINE)
    assert len(set(rows)) == len(rows)
    assert rows
    assert rows == proofs
