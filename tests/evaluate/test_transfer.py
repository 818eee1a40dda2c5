"""The transfer table: told mistakes, its rows, filled cell by cell, killed and gone on with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from plates import plates

from blemish.errors import RequestError, StudyError
from blemish.evaluate import transfer_table
from blemish.evaluate.cell import Cell
from blemish.evaluate.comparison import Comparison, compare, read_comparison
from blemish.evaluate.filling import CELLS, UNFINISHED
from blemish.evaluate.rows import protocol_of, rows_of
from blemish.evaluate.transfer import read_table
from blemish.report.transfer import write_page
from blemish.study import read_study

TABLE = """
name = "tiny"
networks = ["small"]
width = 4
fine_tuning_epochs = 1

[target]
data = "target"
variants = ["source", "stacked"]

[sources.planar]
data = "planar"
rotation_deg = 90
variants = ["source", "fine-tuned", "stacked fine-tuned"]

[learn]
crop_px = 32
batch = 2
learning_rate = 1e-2
steps_per_epoch = 2
max_epochs = 2
validation_crops = 2
precision = "fp32"
"""


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> object:
    """Compute on one thread, here only."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small datasets and a table about them."""
    root = tmp_path_factory.mktemp("tables")
    plates(root / "target", [(64, 80), (48, 64)] * 4)
    plates(root / "planar", [(64, 64)] * 8, marks=2)
    (root / "tiny.toml").write_text(TABLE)
    return root


@pytest.fixture(scope="module")
def filled(folder: Path) -> Comparison:
    """Fill the table once without any trouble."""
    return compare(read_table(folder / "tiny.toml"), folder / "out", devices=("cpu",))


def test_rows_come_as_the_paper_prints_them(folder: Path) -> None:
    """The target's own, sources alone, fine-tuned, with the stack; each with what distinguishes its training."""
    table = read_table(folder / "tiny.toml").table
    rows = list(rows_of(table))
    assert [row.title for row in rows] == ["target", "target (EX)", "planar", "planar + FT", "planar (EX + FT)"]
    alone, tuned = (protocol_of(table, rows[2], "small", 3, tuning=tuning) for tuning in (False, True))
    assert (alone.augmentation.rotation_deg, alone.max_epochs, alone.seed) == (90, 2, 3)
    assert (tuned.augmentation.rotation_deg, tuned.max_epochs) == (30, 1)
    assert protocol_of(table, rows[4], "small", 0).exposure_stack == (0, 1, 2)


def test_every_cell_is_filled_and_the_rest_is_gone(filled: Comparison) -> None:
    """A cell for each row; the one that a fine-tuned one starts from is made too, though no row asks for it."""
    assert len(filled.cells) == 5
    names = sorted(path.name.rpartition("-")[0] for path in (filled.folder / CELLS).iterdir())
    assert names == [
        "planar-fine-tuned.small.0",
        "planar-stacked-fine-tuned.small.0",
        "planar-stacked.small.0",
        "planar.small.0",
        "target-stacked.small.0",
        "target.small.0",
    ]
    here = sorted(path.name for path in filled.folder.iterdir() if path.name != "table.html")
    assert here == [CELLS, "table.json", "table.md", "table.tex", "table.toml"]


def test_a_cell_holds_what_repeats_it(filled: Comparison) -> None:
    """Its study reads back as the very protocol of its training; its facts name data, start and programs."""
    tuned = next(one for one in filled.cells if one.cell.row.title == "planar + FT")
    assert read_study(tuned.folder / "study.toml").study.learn == tuned.cell.protocol
    facts = json.loads((tuned.folder / "cell.json").read_text())
    assert facts["learned"]["digests"] == facts["target"]["digests"]
    assert (filled.folder / CELLS / facts["start"] / "model/model.json").is_file()
    assert "torch" in facts["software"]


def test_a_killed_table_goes_on(folder: Path, filled: Comparison, tmp_path: Path) -> None:
    """Stopped within its third cell, run again: finished cells are not touched and all ends with the same models."""

    def stop(_done: int, _total: int, note: str) -> None:
        if note.startswith("planar, small: epoch 2"):
            raise KeyboardInterrupt

    file = read_table(folder / "tiny.toml")
    with pytest.raises(KeyboardInterrupt):
        compare(file, tmp_path, stop, devices=("cpu",))
    assert list((tmp_path / UNFINISHED).iterdir())
    with pytest.raises(RequestError, match="cells are not filled"):
        read_comparison(file, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / CELLS).rglob("*") if path.is_file()}
    again = compare(file, tmp_path, devices=("cpu",))
    assert all(path.stat().st_mtime_ns == when for path, when in before.items())
    assert [one.evaluation for one in again.cells] == [one.evaluation for one in filled.cells]
    assert not (tmp_path / UNFINISHED).exists()


def test_a_filled_table_takes_no_step(folder: Path, filled: Comparison) -> None:
    """Run again it says that every cell is done, and nothing else."""
    notes: list[str] = []
    compare(read_table(folder / "tiny.toml"), filled.folder, lambda _d, _t, note: notes.append(note), devices=("cpu",))
    assert len(notes) == 6
    assert all(note.endswith(": done") for note in notes)


def test_a_changed_table_makes_new_cells(folder: Path, filled: Comparison) -> None:
    """Another learning rate is another cell; a new name, or a further row, is not."""
    (folder / "other.toml").write_text(TABLE.replace("1e-2", "1e-3"))
    (folder / "wider.toml").write_text(TABLE.replace('"tiny"', '"wider"').replace('"fine-tuned", ', ""))
    with pytest.raises(RequestError, match="5 of 5 cells are not filled"):
        read_comparison(read_table(folder / "other.toml"), filled.folder)
    assert len(read_comparison(read_table(folder / "wider.toml"), filled.folder).cells) == 4


def test_another_rule_judges_the_models_that_are_there(folder: Path, filled: Comparison, tmp_path: Path) -> None:
    """So does a damaged evaluation: nothing is trained, and nothing but the rule and what follows from it differs."""
    shutil.copytree(filled.folder / CELLS, tmp_path / CELLS)
    kept = {path: path.read_bytes() for path in (tmp_path / CELLS).rglob("*") if path.suffix in {".toml", ".json"}}
    made = {path: data for path, data in kept.items() if path.parent.name != "evaluation"}
    (folder / "strict.toml").write_text(TABLE + "\n[rule]\nfound_from = 1.0\nsmallest_call_px = 1\n")
    file, notes = read_table(folder / "strict.toml"), list[str]()
    with pytest.raises(RequestError, match="5 of 5 cells are not filled"):
        read_comparison(file, tmp_path)
    strict = compare(file, tmp_path, lambda _d, _t, note: notes.append(note), devices=("cpu",))
    assert not [note for note in notes if "epoch" in note]
    assert all(path.read_bytes() == data for path, data in made.items())
    assert {path for path in (tmp_path / CELLS).rglob("*") if path.suffix in {".toml", ".json"}} == kept.keys()
    assert not (tmp_path / UNFINISHED).exists()
    for one, other in zip(strict.cells, filled.cells, strict=True):
        assert (one.evaluation.pixels, one.evaluation.model_digest) == (
            other.evaluation.pixels,
            other.evaluation.model_digest,
        )
        assert one.evaluation.objects.rule == strict.file.table.rule != other.evaluation.objects.rule
        assert one.evaluation.objects.all.found <= other.evaluation.objects.all.found
    damaged = strict.cells[0].folder / "evaluation/evaluation.json"
    damaged.write_text("{}")
    again = compare(file, tmp_path, devices=("cpu",))
    assert [one.evaluation for one in again.cells] == [one.evaluation for one in strict.cells]


def test_the_texts_hold_the_figures(filled: Comparison) -> None:
    """Terminal, Markdown and LaTeX give the same F1; the best is marked once a network."""
    grid = transfer_table.grid_of(filled)
    text, markdown, latex = (
        make(grid) for make in (transfer_table.as_text, transfer_table.as_markdown, transfer_table.as_latex)
    )
    for _, figures in grid.rows:
        assert all(figures[2] in table for table in (text, markdown, latex))
    assert text.count("*") == markdown.count("**") / 2 == latex.count(r"\textbf") == 1
    assert latex.count(r"\\") == 2 + len(grid.rows)
    assert len({len(line) for line in text.splitlines()}) == 1


def test_the_page_shows_every_cell_on_the_same_frames(filled: Comparison) -> None:
    """Self-contained; as many panels a frame as cells, and one with the truth."""
    page = write_page(filled).read_text()
    frames = len(filled.cells[0].evaluation.examples)
    assert frames > 0
    assert page.count("data:image/jpeg;base64,") == frames * (1 + len(filled.cells))
    assert "http" not in page


def test_maps_of_the_cad_model_must_be_there_for_all(folder: Path) -> None:
    """A table whose networks take them is refused before the first training, with every dataset that has none."""
    (folder / "told.toml").write_text(TABLE.replace("[learn]", '[learn]\ngeometry = ["cosine"]'))
    with pytest.raises(StudyError, match="2 mistakes") as caught:
        read_table(folder / "told.toml")
    assert [mistake.split(":")[0] for mistake in caught.value.mistakes] == ["target.data", "sources.planar.data"]
    assert all("photographs need a network without learn.geometry" in one for one in caught.value.mistakes)


def test_every_mistake_is_told_at_once(folder: Path, tmp_path: Path) -> None:
    """Unknown networks and keys, settings in the wrong place, datasets that are not there or not split."""
    (tmp_path / "bad.toml").write_text(
        'name = "x"\nnetworcs = ["unet"]\n[target]\ndata = "nowhere"\n[sources.a]\ndata = "b"\nvariants = ["fine"]\n'
        '[learn]\nnetwork = "unet"\nseed = 1\nbatch = 0\n'
    )
    with pytest.raises(StudyError) as caught:
        read_table(tmp_path / "bad.toml")
    told = "\n".join(caught.value.mistakes)
    for part in ("networcs", "target.data", "sources.a.data", "fine", "learn.network", "learn.seed", "learn.batch"):
        assert part in told
    assert len(caught.value.mistakes) == 7
    (tmp_path / "net.toml").write_text(f'name = "x"\nnetworks = ["unnet"]\n[target]\ndata = "{folder}/target"\n')
    with pytest.raises(StudyError, match="did you mean unet"):
        read_table(tmp_path / "net.toml")


def test_a_grid_and_several_seeds_fill_each_cell(folder: Path, tmp_path: Path) -> None:
    """Each seed's cell keeps its whole grid and uses the best of it; the table shows mean and deviation."""
    text = TABLE[: TABLE.index("[sources")] + TABLE[TABLE.index("[learn]") :]
    text = text.replace('"source", "stacked"', '"source"').replace("width = 4", "width = 4\nseeds = [0, 1]")
    text = text.replace("max_epochs = 2", "max_epochs = 1") + "\n[grid]\nlearning_rates = [1e30, 1e-2]\n"
    (folder / "grid.toml").write_text(text + "weight_decays = [1e-4]\n")
    comparison = compare(read_table(folder / "grid.toml"), tmp_path, devices=("cpu",))
    assert len(comparison.at(comparison.rows[0], "small")) == 2
    for one in comparison.cells:
        tuned = json.loads((one.folder / "grid/tuned.json").read_text())
        assert [cell["failed"] is None for cell in tuned["cells"]] == [False, True]
        best = one.folder / "grid" / tuned["best_folder"] / "model.safetensors"
        assert best.read_bytes() == (one.folder / "model/model.safetensors").read_bytes()
        assert read_study(one.folder / "study.toml").study.learn.learning_rate == 1e-2
    assert "±" in transfer_table.as_text(transfer_table.grid_of(comparison))


def test_cells_are_named_for_people(filled: Comparison) -> None:
    """Title and folder say row, network and seed."""
    cell: Cell = filled.cells[3].cell
    assert cell.title == "planar + FT, small"
    assert cell.name == f"planar-fine-tuned.small.0-{cell.digest[:8]}"
