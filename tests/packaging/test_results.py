"""The results page: written from what was recorded, never by hand."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import tomllib
from pathlib import Path
from types import ModuleType

import jinja2
import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "benchmarks"


@pytest.fixture(scope="module")
def runner() -> ModuleType:
    """What ``python benchmarks`` runs."""
    spec = importlib.util.spec_from_file_location("benchmarks_runner", BENCHMARKS / "__main__.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def a_record(**changes: object) -> dict[str, object]:
    """Give a record as a run leaves it."""
    row = {"name": "a step", "figure": 0.25, "unit": "s", "ratio": 1.2, "goal": "at most 1.1"}
    common = {"name": "x", "command": "python x.py", "day": "2026-11-23", "commit": "0", "changed": False}
    return {**common, "machine": "m", "load_before": 0.1, "seconds": 2.0, "figures": [row], **changes}


def test_pages_are_what_the_records_make_of_them(runner: ModuleType) -> None:
    """Each is its template filled with the records; edit that, then ``python benchmarks --render``."""
    for page in runner.PAGES:
        assert (ROOT / page).read_text(encoding="utf-8") == runner.render(page, runner.kept()), page


@pytest.mark.parametrize(
    ("page", "words", "figure"),
    [
        ("README.md", "In the demo {:.0f} % of them do not", "demo: labelled pixels below noise and texture"),
        ("docs/tour.md", "to an F1 of {:.1f} %", "demo: f1"),
        ("studies/clutch-small.toml", "F1 {:.1f} % on held-out specimens", "demo: f1"),
        ("studies/mtd.toml", "F1 {:.1f} % on held-out tiles", "photographs: f1"),
    ],
)
def test_other_pages_name_what_was_recorded(runner: ModuleType, page: str, words: str, figure: str) -> None:
    """A figure that stands elsewhere too is the same there."""
    benchmark, name = figure.split(": ")
    (told,) = (one["figure"] for one in runner.kept()[benchmark]["figures"] if one["name"] == name)
    assert words.format(told) in " ".join((ROOT / page).read_text(encoding="utf-8").split())


def test_every_benchmark_of_the_catalogue_is_there() -> None:
    """Each command starts a script that exists and that tells figures."""
    catalogue = tomllib.loads((BENCHMARKS / "catalogue.toml").read_text(encoding="utf-8"))
    scripts = [ROOT / shlex.split(one["command"])[1] for one in catalogue.values()]
    assert not [path for path in scripts if not re.search(r"\btell\w*\(", path.read_text(encoding="utf-8"))]
    assert {path.stem for path in (BENCHMARKS / "results").glob("*.json")} <= catalogue.keys()


def test_what_a_benchmark_tells_is_recorded(runner: ModuleType, tmp_path: Path) -> None:
    """Lines of figures are kept with machine, day and commit; words are not; a failure leaves nothing."""
    script = tmp_path / "told.py"
    script.write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(BENCHMARKS)!r})\n"
        "from figures import tell\n"
        "print('words')\n"
        "print('{not a figure}')\n"
        "tell('a step', 2.0, 's', ratio=0.5, goal='at most 1')\n"
        "sys.exit(int(sys.argv[1]))\n"
    )
    record = runner.measure("told", f"python {script} {{code}}", {"code": "0"})
    assert record.keys() == a_record().keys()
    assert record["figures"] == [{"name": "a step", "figure": 2.0, "unit": "s", "ratio": 0.5, "goal": "at most 1"}]
    assert runner.measure("told", f"python {script} {{code}}", {"code": "1"}) is None


@pytest.mark.parametrize(
    ("figure", "ratio", "goal", "words"),
    [
        (5.0, 1.0, "at most 1.1", "at most 1.1"),
        (5.0, 1.2, "at most 1.1", "at most 1.1, missed"),
        (5.0, None, "at least 10e6", "at least 10e6, missed"),
        (5.0, None, "", ""),
    ],
)
def test_a_goal_is_held_against_the_ratio_where_there_is_one(
    runner: ModuleType, figure: float, ratio: float | None, goal: str, words: str
) -> None:
    """What is missed is said so."""
    assert runner.reached({"figure": figure, "ratio": ratio, "goal": goal}) == words


def test_a_figure_that_nobody_told_is_not_made_up(runner: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A template that names a figure without a record is an error, not an empty place."""
    template = jinja2.DictLoader({"page.md.j2": '{{ x["a step"] | short }} {{ x["a leap"] }}'})
    monkeypatch.setattr(jinja2, "FileSystemLoader", lambda _folder: template)
    with pytest.raises(jinja2.UndefinedError, match="a leap"):
        runner.render("page.md", {"x": a_record()})


def test_records_are_whole(runner: ModuleType) -> None:
    """Every record that is kept has machine, day, commit, command and figures with all their keys."""
    for record in runner.kept().values():
        assert record.keys() == a_record().keys()
        assert all(one.keys() == runner.KEYS for one in record["figures"])
        json.dumps(record, allow_nan=False)
