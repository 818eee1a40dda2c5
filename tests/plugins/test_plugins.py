"""Kinds of other packages: found late, told clearly, and part of a study like our own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from packages import install, install_example

from blemish import doctor, plugins
from blemish.dataset import open_dataset
from blemish.dataset.verify import verify
from blemish.errors import PluginError, StudyError
from blemish.exchange import bring_in, give_out
from blemish.exchange.exporters import exporter
from blemish.farm import Crew
from blemish.finish.catalogue import FINISHES
from blemish.learn.protocol import Protocol
from blemish.recipe import Recipe, makers, software
from blemish.settings import canonical, plain, read
from blemish.study import load_part, make_dataset, read_study, train_model

STUDY = """
name = "elsewhere"

[part]
file = "builtin:clutch"
linear_tolerance_mm = 0.1

[camera]
width_px = 96
height_px = 80
pixel_pitch_um = 86.0

[light]
kind = "strip"
length_mm = 150.0

[plan]
sample_spacing_mm = 4.0
min_px_per_mm = 0.5
max_views = 2
improve_rounds = 50
bound_rounds = 50

[specimens]
correct = 1
defective = 2

[[defects]]
kind = "crater"
per_specimen = 3
diameter_mm = { uniform = [1.5, 2.5] }
depth_mm = 0.1

[[finishes]]
kind = "knurled"
height_mm = 0.01

[render]
samples_per_pixel = 4

[split]
shares = { train = 1, val = 1, test = 1 }
stratified = false

[learn]
network = "plain3"
width = 4
batch = 2
crop_px = 32
max_epochs = 1
steps_per_epoch = 1
"""


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example package, as if it were installed; gives the folder of what is known of packages."""
    site = tmp_path / "site"
    for folder in install_example(site):
        monkeypatch.syspath_prepend(folder)
    return site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder on the search path, for packages and modules of a test."""
    before = set(sys.modules)
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    yield folder
    for name in set(sys.modules) - before:
        if name.startswith("acme"):
            del sys.modules[name]


def told(table: dict[str, object]) -> str:
    """What is said of a recipe with one table of defects."""
    with pytest.raises(StudyError) as caught:
        read(Recipe, {"defects": [table]}, "study.toml")
    return str(caught.value)


def test_a_study_names_kinds_of_another_package(example: Path, tmp_path: Path) -> None:
    """Checked, made by two processes, trained and given out, a study of others' kinds says what package made it."""
    path = tmp_path / "study.toml"
    path.write_text(STUDY)
    file = read_study(path)
    part = load_part(file)
    made = make_dataset(file, tmp_path, part=part, crew=Crew(workers=2))
    assert made.frames == made.shot >= 3
    dataset = open_dataset(tmp_path / "dataset")
    assert verify(dataset.root).ok
    assert dataset.header.classes == ("crater",)
    assert dataset.header.software["blemish-example"] == "1.2.0"
    record = dataset.specimen("d000")
    assert {finish["kind"] for finish in record.finishes.values()} == {"knurled"}
    assert all(1.5 <= defect.parameters["diameter_mm"] <= 2.5 for defect in record.defects)
    assert any(frame.defective for frame in dataset.frames)
    assert make_dataset(file, tmp_path, part=part).shot == 0, "what is there is found again"

    train_model(file, tmp_path)
    assert json.loads((tmp_path / "model" / "model.json").read_text())["software"]["blemish-example"] == "1.2.0"

    exported = give_out("runs", dataset, tmp_path / "out")
    assert exported.frames == len(dataset.frames)
    bring_in("runs", tmp_path / "out", tmp_path / "again")
    again = open_dataset(tmp_path / "again")
    assert again.header.software["blemish-example"] == "1.2.0"
    assert sum(frame.defective for frame in again.frames) == sum(frame.defective for frame in dataset.frames)


def test_another_version_of_the_package_makes_other_frames(example: Path) -> None:
    """The digest of what is made follows the package's version, and only that of packages that the recipe names."""
    ours = read(Recipe, {"defects": [{"kind": "dent"}]}, "study.toml")
    theirs = read(Recipe, {"defects": [{"kind": "crater"}], "light": {"kind": "strip"}}, "study.toml")
    assert "blemish-example" not in makers(ours)
    assert software(makers(theirs))["blemish-example"] == "1.2.0"
    assert read(Recipe, json.loads(canonical(theirs)), "copy") == theirs


def test_its_settings_are_checked_in_the_words_of_a_study(example: Path) -> None:
    """Mistakes in a table of another package stand beside our own, each with its place, value and cure."""
    defects = [
        {"kind": "crater", "depht_mm": 1.0, "diameter_mm": -1.0},
        {"kind": "crater", "diameter_mm": 0.1, "depth_mm": 0.2},
        {"kind": "dent", "depth_mm": 0},
    ]
    with pytest.raises(StudyError) as caught:
        read(Recipe, {"defects": defects, "light": {"kind": "strip", "width_mm": "wide"}}, "study.toml")
    for expected in (
        "defects[1].depht_mm: no such setting (value 1.0); did you mean depth_mm?",
        "defects[1].diameter_mm: must be greater than 0, not -1.0",
        "defects[3].depth_mm: must be greater than 0, not 0",
        "light.width_mm: must be a number, not 'wide'",
    ):
        assert expected in caught.value.mistakes


def test_nothing_is_looked_for_while_all_kinds_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A study of our own kinds reads no metadata of packages; a name that is none of ours does."""

    def looked(*_: object) -> None:
        raise RuntimeError("looked for")

    monkeypatch.setattr(plugins, "offers", looked)
    recipe = read(Recipe, {"defects": [{"kind": "dent"}], "finishes": [{"kind": "plain"}]}, "study.toml")
    assert makers(recipe)
    assert Protocol(network="small").network == "small"
    assert plain(recipe)
    with pytest.raises(RuntimeError, match="looked for"):
        read(Recipe, {"defects": [{"kind": "crater"}]}, "study.toml")


def test_an_unknown_kind_is_told_with_all_that_there_are(example: Path) -> None:
    """The message lists our kinds and those of packages, each with where it is from, and the nearest name."""
    said = told({"kind": "creater"})
    assert "'creater' is none of dent" in said
    assert "crater (from blemish-example 1.2.0)" in said
    assert said.endswith("did you mean crater?")
    with pytest.raises(StudyError, match=r"plain3 \(from blemish-example"):
        read(Protocol, {"network": "plain4"}, "study.toml")
    with pytest.raises(PluginError, match=r"runs \(from blemish-example"):
        exporter("runz")


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("", "AttributeError"),
        ("this is no Python", "SyntaxError"),
    ],
)
def test_a_package_that_cannot_be_loaded_is_one_line(site: Path, code: str, cause: str) -> None:
    """Whatever its code does: package, entry point and cause are named, and there is no traceback."""
    (site / "acme_broken.py").write_text(code + "\n")
    install(site, "acme-broken", {"blemish.defects": {"groove": "acme_broken:Groove"}})
    lines = told({"kind": "groove"}).splitlines()
    assert len(lines) == 2
    assert "defects[1]: 'groove' of the package acme-broken 0.1 cannot be loaded from acme_broken:Groove" in lines[1]
    assert cause in lines[1]


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("Thing = 3", "it is no class made by @settings"),
        ("from blemish.settings import settings\n@settings\nclass Thing:\n    size_mm: float", "size_mm has none"),
        ("from blemish.settings import settings\n@settings\nclass Thing:\n    map: int = 1", "may not be called map"),
        ("from blemish.settings import settings\n@settings\nclass Thing:\n    size_mm: float = 1.0", "none of them"),
        ("from blemish.finish.plain import Plain as Thing", "none of them"),
    ],
)
def test_what_is_no_defect_is_refused_when_it_is_named(site: Path, code: str, fault: str) -> None:
    """An entry point that gives something else is told with what is missing."""
    (site / "acme_wrong.py").write_text(f"from __future__ import annotations\n{code}\n")
    install(site, "acme-wrong", {"blemish.defects": {"thing": "acme_wrong:Thing"}})
    said = told({"kind": "thing"})
    assert "acme_wrong:Thing of the package acme-wrong 0.1 is no defect (blemish.defects)" in said
    assert fault in said


def test_a_name_that_two_packages_claim_belongs_to_neither(site: Path, example: Path) -> None:
    """Both are named, so that one of them can be removed."""
    install(site, "acme-craters", {"blemish.defects": {"crater": "acme_craters:Crater"}})
    said = told({"kind": "crater"})
    assert "claimed by acme-craters 0.1 (acme_craters:Crater)" in said
    assert "blemish-example 1.2.0 (blemish_example.crater:Crater)" in said


def test_a_name_of_ours_stays_ours(site: Path) -> None:
    """A package cannot take the place of a built-in kind; what it offers under that name is known to be hidden."""
    (site / "acme_plain.py").write_text("raise RuntimeError('never loaded')\n")
    install(site, "acme-plain", {"blemish.finishes": {"plain": "acme_plain:Plain"}})
    recipe = read(Recipe, {"finishes": [{"kind": "plain"}]}, "study.toml")
    assert recipe.finishes[0].thing.__module__ == "blemish.finish.plain"
    assert [offer.package for offer in FINISHES.catalogue.hidden()] == ["acme-plain"]
    assert "acme_plain" not in sys.modules


def test_the_doctor_lists_what_packages_offer(example: Path) -> None:
    """Each kind with its package; one that cannot be used, and one that is hidden by ours, with a cure."""
    install(example, "acme-broken", {"blemish.exporters": {"groove": "acme_broken:Groove", "coco": "acme:Coco"}})
    found = {finding.topic: finding for finding in doctor._offered(missing={"torch", "mitsuba"})}
    assert found["importer runs"].fact == "runs (from blemish-example 1.2.0)"
    assert not found["importer runs"].cure
    assert "No module named 'acme_broken'" in found["exporter groove"].fact
    assert found["exporter groove"].cure == "mend or remove that package"
    assert "hidden by ours" in found["exporter coco"].fact
