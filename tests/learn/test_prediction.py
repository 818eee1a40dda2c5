"""Scores of whole images: tiles leave no trace."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from plates import plate

from blemish.learn import networks
from blemish.learn.checkpoint import Model
from blemish.learn.prediction import predict, spans
from blemish.learn.protocol import Protocol
from blemish.learn.threshold import Threshold


@pytest.fixture(scope="module")
def model() -> Model:
    """A small network with weights as they were drawn, its normalisation settled."""
    torch.manual_seed(1)
    network = networks.build("small", 1, 8)
    network.train()
    with torch.no_grad():
        for _ in range(20):
            network(torch.randn(2, 1, 64, 64))
    protocol = Protocol(network="small", width=8)
    return Model(network.eval(), protocol, Threshold(0.5, "f1", 1.0), "fp32", {}, {}, "")


@given(st.integers(1, 3000), st.integers(256, 800), st.integers(0, 96))
def test_tiles_give_each_pixel_once_with_enough_around_it(size: int, tile_px: int, margin_px: int) -> None:
    """Tiles are no longer than asked for, join without gap, and read their margin wherever the image goes on."""
    found = spans(size, tile_px, margin_px)
    assert [span.first for span in found] == [0, *(span.last for span in found[:-1])]
    assert found[-1].last == size
    for span in found:
        assert span.start == 0 or span.first - span.start >= margin_px
        assert span.stop == size or span.stop - span.last >= margin_px
        assert span.stop - span.start <= tile_px


def test_the_size_of_tiles_does_not_matter(model: Model) -> None:
    """Stitched from small tiles with margins as wide as the network sees, the scores are those of the whole image."""
    image, _ = plate((420, 530), np.random.default_rng(0), defective=True)
    whole = predict(model, image, tile_px=1024)
    assert whole.std() > 1e-4
    for tile_px in (320, 384):
        np.testing.assert_allclose(predict(model, image, tile_px=tile_px, margin_px=112), whole, atol=1e-5)


@pytest.mark.parametrize("size", [(33, 65), (1, 1), (64, 100)])
def test_any_size_is_scored_in_full(model: Model, size: tuple[int, int]) -> None:
    """Scores have the image's size and are probabilities, whether or not its sides are multiples of 32."""
    scores = predict(model, np.full(size, 200, np.uint8))
    assert scores.shape == size
    assert ((scores >= 0) & (scores <= 1)).all()


def test_bit_depth_does_not_matter(model: Model) -> None:
    """The same picture in 8 and 16 bits has the same scores."""
    image, _ = plate((64, 96), np.random.default_rng(0), defective=True)
    np.testing.assert_allclose(predict(model, image.astype(np.uint16) * 257), predict(model, image), atol=1e-5)


def test_an_exposure_stack_gives_the_network_its_channels() -> None:
    """Three exposures are three channels."""
    protocol = Protocol(network="small", width=4, exposure_stack=(0.0, 1.0, 2.0))
    network = networks.build("small", 3, 4).eval()
    model = Model(network, protocol, Threshold(0.5, "f1", 1.0), "fp32", {}, {}, "")
    assert predict(model, np.full((32, 32), 9, np.uint8)).shape == (32, 32)
    with pytest.raises(RuntimeError):
        predict(dataclasses.replace(model, protocol=Protocol()), np.full((32, 32), 9, np.uint8))
