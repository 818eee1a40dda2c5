"""Whole evaluations: of a network that is right, of one that is wrong, and on disk."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from plates import plates
from torch import Tensor, nn

from blemish.dataset.read import Dataset
from blemish.errors import RequestError, WorkError
from blemish.evaluate import as_latex, as_markdown, as_text, evaluate, read_evaluation
from blemish.evaluate.evaluation import FILE, Evaluation
from blemish.evaluate.pixels import PixelCounts
from blemish.evaluate.seeds import Spread, over_seeds
from blemish.evaluate.table import bootstrap_of
from blemish.learn.checkpoint import Model
from blemish.learn.protocol import Protocol
from blemish.learn.threshold import Threshold


class Formula(nn.Module):
    """A network without learning: a formula of the grey level gives the logit."""

    def __init__(self, formula: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.formula = formula
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, image: Tensor) -> Tensor:
        return self.formula((image + 1) * 127.5)


def model_of(formula: Callable[[Tensor], Tensor]) -> Model:
    """Make a model of a formula."""
    return Model(Formula(formula).eval(), Protocol(), Threshold(0.5, "f1", 1.0), "fp32", {}, {}, "0" * 64)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Plates of two sizes; four of them are in the test set."""
    return plates(tmp_path_factory.mktemp("plates") / "data", [(150, 180), (120, 200)] * 8, marks=2)


@pytest.fixture(scope="module")
def bright(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> tuple[Evaluation, Path]:
    """Evaluate "what is very bright is a scratch", which is partly right."""
    folder = tmp_path_factory.mktemp("run") / "evaluation"
    return evaluate(model_of(lambda grey: (grey - 190) / 10), dataset, "test", folder, examples=3), folder


def test_what_is_counted_is_what_is_in_the_images(dataset: Dataset, bright: tuple[Evaluation, Path]) -> None:
    """Pixel counts equal a direct count over images and masks, and those of the specimens add up to them."""
    evaluation, _ = bright
    expected = np.zeros(3, int)
    for frame in dataset.split("test"):
        called, there = dataset.image(frame) >= 190, dataset.mask(frame) > 0
        expected += ((called & there).sum(), (called & ~there).sum(), (~called & there).sum())
    counts = evaluation.pixels
    assert (counts.true_positive, counts.false_positive, counts.false_negative) == tuple(expected)
    assert 0 < evaluation.f1 < 1
    assert evaluation.best_f1 >= evaluation.f1
    assert sum(one.true_positive for one in evaluation.by_specimen.values()) == counts.true_positive
    assert set(evaluation.objects.by_kind) == {"scratch", "dent"}
    assert evaluation.objects.by_kind["scratch"].recall > evaluation.objects.by_kind["dent"].recall


def test_an_evaluation_comes_back_from_disk(bright: tuple[Evaluation, Path]) -> None:
    """Written and read, it is the same value."""
    evaluation, folder = bright
    assert read_evaluation(folder) == evaluation


def test_examples_are_pictures_of_the_frames(dataset: Dataset, bright: tuple[Evaluation, Path]) -> None:
    """Image and mask are the frame's, in 8 bits; scores are bright where the model is sure, calls are its own."""
    evaluation, folder = bright
    assert len(evaluation.examples) == 3
    for example in evaluation.examples:
        frame = next(one for one in dataset.frames if one.name == example.frame)
        image, mask, scores = (
            cv2.imread(str(folder / path), cv2.IMREAD_UNCHANGED)
            for path in (example.image, example.mask, example.scores)
        )
        np.testing.assert_array_equal(image, dataset.image(frame))
        np.testing.assert_array_equal(mask, (dataset.mask(frame) > 0) * 255)
        called = cv2.imread(str(folder / example.called), cv2.IMREAD_UNCHANGED)
        np.testing.assert_array_equal(called > 0, image >= 190)
        np.testing.assert_array_equal((scores > 127)[image != 190], (image > 190)[image != 190])
    assert sorted(path.name for path in folder.iterdir()) == [FILE, "predictions"]


def test_a_model_that_calls_nothing_scores_zero(dataset: Dataset, tmp_path: Path) -> None:
    """No calls: all metrics 0 and no false call, without a division by zero."""
    evaluation = evaluate(model_of(lambda grey: grey * 0 - 9), dataset, "test", tmp_path)
    assert (evaluation.precision, evaluation.recall, evaluation.f1) == (0, 0, 0)
    assert evaluation.objects.all.found == evaluation.objects.false_calls_per_image == 0


def test_progress_counts_every_frame(dataset: Dataset, tmp_path: Path) -> None:
    """It is told after each frame, of how many."""
    told: list[tuple[int, int]] = []
    evaluate(model_of(lambda grey: grey * 0), dataset, "val", tmp_path, lambda done, total: told.append((done, total)))
    total = len(dataset.split("val"))
    assert told == [(done + 1, total) for done in range(total)]


def test_the_tables_hold_the_numbers(bright: tuple[Evaluation, Path]) -> None:
    """Terminal, Markdown and LaTeX show the same cells; special characters do not break them."""
    evaluation, _ = bright
    named = {"small_run|1": evaluation, "b": evaluation}
    for table in (as_text(named), as_markdown(named), as_latex(named)):
        assert table.count(f"{100 * evaluation.f1:.1f}") >= 2
    assert len({len(line) for line in as_text(named).splitlines()}) == 1
    assert all(line.replace("\\|", "").count("|") == 9 for line in as_markdown(named).splitlines())
    assert r"small\_run|1" in as_latex(named)


def test_an_interval_over_few_defective_specimens_is_told_to_be_too_narrow(bright: tuple[Evaluation, Path]) -> None:
    """Correct specimens do not help: those with defects are counted."""
    evaluation, _ = bright
    defective, correct = PixelCounts(1, 0, 1, 9), PixelCounts(0, 1, 0, 9)
    for count, words in ((9, "bootstrap over 14 specimens, 9 of them with defects, too narrow"), (10, "10 of them")):
        some = {f"d{n}": defective for n in range(count)} | {f"c{n}": correct for n in range(5)}
        told = bootstrap_of(dataclasses.replace(evaluation, by_specimen=some))
        assert words in told
        assert told.endswith("defects") == (count == 10)


def test_seeds_give_mean_and_spread(bright: tuple[Evaluation, Path]) -> None:
    """Equal trainings have no spread, a single one has none to tell, different ones have the sample's."""
    evaluation, _ = bright
    other = dataclasses.replace(evaluation, f1=evaluation.f1 + 0.2)
    assert over_seeds([evaluation])["f1"] == Spread(evaluation.f1, None, 1)
    assert over_seeds([evaluation] * 3)["f1"].deviation == 0
    both = over_seeds([evaluation, other])["f1"]
    assert (both.mean, both.deviation) == (pytest.approx(evaluation.f1 + 0.1), pytest.approx(0.2 / 2**0.5))
    assert str(Spread(0.405, 0.012, 3)) == "40.5 ± 1.2"


def test_bad_input_is_told_in_words(dataset: Dataset, tmp_path: Path) -> None:
    """An unknown set, no evaluation, and one that is damaged each give one clear error."""
    with pytest.raises(RequestError, match="no set is named"):
        evaluate(model_of(lambda grey: grey), dataset, "tset", tmp_path)
    with pytest.raises(WorkError, match="no evaluation here"):
        read_evaluation(tmp_path)
    (tmp_path / FILE).write_text('{"f1": 2}')
    with pytest.raises(WorkError, match="evaluate again"):
        read_evaluation(tmp_path)
