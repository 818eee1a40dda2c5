"""Scores on disk: what the model said, once, and never that of another dataset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from plates import plates
from torch import Tensor, nn

from blemish.dataset.read import Dataset
from blemish.errors import RequestError, WorkError
from blemish.inspect.predictions import FILE, open_predictions, predict_dataset
from blemish.learn import predict
from blemish.learn.checkpoint import Model
from blemish.learn.protocol import Protocol
from blemish.learn.threshold import Threshold


class Brightness(nn.Module):
    """A network without learning: bright is defective."""

    def __init__(self, tell: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.tell = tell
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, image: Tensor) -> Tensor:
        self.tell()
        return image * 8 - 2


def model_of(network: nn.Module, digest: str = "0" * 64) -> Model:
    """Make a model of a network."""
    return Model(network.eval(), Protocol(), Threshold(0.5, "f1", 1.0), "fp32", {}, {}, digest)


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Small plates; the test set has four."""
    return plates(tmp_path / "data", [(50, 60)] * 16)


def test_scores_come_back_as_the_model_gave_them(dataset: Dataset, tmp_path: Path) -> None:
    """Sixteen bits keep a score to a hundred-thousandth."""
    model = model_of(Brightness())
    kept = predict_dataset(model, dataset, "test", tmp_path / "kept")
    assert len(kept.frames) == len(dataset.split("test")) > 0
    assert kept.threshold == 0.5
    for frame in kept.frames:
        np.testing.assert_allclose(kept.scores(frame), predict(model, dataset.image(frame)), atol=1e-5)


def test_the_model_is_asked_once(dataset: Dataset, tmp_path: Path) -> None:
    """Asked again nothing is computed; a frame whose scores are gone is asked about; another model starts anew."""
    asked: list[int] = []
    model = model_of(Brightness(lambda: asked.append(1)))
    kept = predict_dataset(model, dataset, "test", tmp_path / "kept")
    number = len(asked)
    assert number == len(kept.frames)
    predict_dataset(model, dataset, "test", tmp_path / "kept")
    assert len(asked) == number
    frame = kept.frames[0]
    (tmp_path / "kept" / "scores" / frame.specimen / f"{frame.view}.png").unlink()
    predict_dataset(model, dataset, "test", tmp_path / "kept")
    assert len(asked) == number + 1
    predict_dataset(model_of(model.network, "1" * 64), dataset, "test", tmp_path / "kept")
    assert len(asked) == 2 * number + 1


def test_predictions_of_something_else_are_refused(dataset: Dataset, tmp_path: Path) -> None:
    """None at all, those of another dataset, some missing and damaged ones are each told with what to do."""
    folder = tmp_path / "kept"
    with pytest.raises(RequestError, match="blemish inspect"):
        open_predictions(folder, dataset)
    kept = predict_dataset(model_of(Brightness()), dataset, "test", folder)
    other = plates(tmp_path / "other", [(50, 62)] * 16)
    with pytest.raises(RequestError, match="another state"):
        open_predictions(folder, other)
    frame = kept.frames[1]
    path = folder / "scores" / frame.specimen / f"{frame.view}.png"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(WorkError, match="damaged"):
        kept.scores(frame)
    path.unlink()
    with pytest.raises(RequestError, match=rf"1 of {len(kept.frames)} frames are missing.*{frame.name}"):
        open_predictions(folder, dataset)
    (folder / FILE).write_text("{")
    with pytest.raises(WorkError, match="damaged"):
        open_predictions(folder, dataset)
