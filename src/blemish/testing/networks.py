"""The contract of a network: what goes in and comes out, a few steps of learning, and the way to disk and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from blemish.learn.checkpoint import Model, load_model
from blemish.learn.fit import train
from blemish.learn.networks import CATALOGUE, MULTIPLE
from blemish.learn.prediction import predict
from blemish.learn.protocol import Protocol
from blemish.testing.contract import Contract
from blemish.testing.lending import offered
from blemish.testing.photographs import SIZES, photograph, photographs

_NAME = "lent-network"
_PICKLED = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
"""How files begin whose reading may run code: what ``torch.save`` and pickle write."""


class NetworkContract(Contract):
    """Give ``build``, the function that the entry point names, as ``build = staticmethod(build)``."""

    build: Callable[..., Any]
    exports: bool = True
    """Whether it is written as ONNX and compared; needs the extra ``deploy``, and is left out without it."""

    def test_it_is_a_builder(self) -> None:
        """It is called with the number of channels alone, and perhaps with a width."""
        fault = CATALOGUE.fault(_NAME, self.build)
        assert not fault, fault

    def test_a_logit_for_every_pixel(self) -> None:
        """Images of any multiple of 32 px and any number of channels give one map of logits of their size."""
        for channels, height, width in ((1, MULTIPLE, 2 * MULTIPLE), (3, 2 * MULTIPLE, MULTIPLE)):
            network = self._made(channels)
            with torch.inference_mode():
                logits = network(torch.randn(2, channels, height, width))
            expected = (2, 1, height, width)
            assert tuple(logits.shape) == expected, f"{tuple(logits.shape)}, not {expected}"
            assert torch.isfinite(logits).all(), "logits are not finite"

    def test_every_weight_learns(self) -> None:
        """A step of training gives each weight a gradient that is finite and not all zero."""
        network = self._made(1).train()
        network(torch.randn(2, 1, 2 * MULTIPLE, 2 * MULTIPLE)).square().mean().backward()
        for name, weight in network.named_parameters():
            assert weight.grad is not None, f"{name} gets no gradient"
            assert torch.isfinite(weight.grad).all(), f"{name} gets a gradient that is not finite"
            assert weight.grad.abs().sum() > 0, f"{name} never learns"

    def test_the_seed_decides_over_its_weights(self) -> None:
        """Fresh weights come from torch's random numbers and from nothing else."""
        one, same = self._made(1).state_dict(), self._made(1).state_dict()
        for name, weight in one.items():
            assert torch.equal(weight, same[name]), f"{name} differs between two networks of one seed"

    def test_in_use_images_do_not_depend_on_each_other(self) -> None:
        """What a trained network says of an image is the same in any batch."""
        network, images = self._made(1).eval(), torch.randn(3, 1, MULTIPLE, MULTIPLE)
        with torch.inference_mode():
            together, alone = network(images), network(images[:1])
        assert torch.allclose(together[:1], alone, atol=1e-4), "an image's logits depend on its neighbours in the batch"

    def test_it_is_trained_kept_and_read_back(self, tmp_path: Path) -> None:
        """Named in a protocol it trains; its files hold numbers, no code; read back, it gives the same scores.

        Images of odd sizes get a score for each pixel, and the record names the package that it came from.
        """
        dataset = photographs(tmp_path / "data")
        with _one_thread(), offered("networks", _NAME, type(self).build):
            protocol = Protocol(
                network=_NAME,
                crop_px=32,
                batch=2,
                steps_per_epoch=2,
                max_epochs=1,
                validation_crops=2,
                precision="fp32",
            )
            done = train(protocol, dataset, tmp_path / "model")
            for path in (path for path in (tmp_path / "model").rglob("*") if path.is_file()):
                assert not path.read_bytes().startswith(_PICKLED), f"{path.name} is a pickle"
            again = load_model(tmp_path / "model", "cpu")
            assert again.digest == done.model.digest
            for number in range(len(SIZES)):
                image, _ = photograph(number, defective=True)
                one, other = (predict(model, image) for model in (done.model, again))
                assert one.shape == image.shape, f"{one.shape} scores for an image of {image.shape}"
                assert ((one >= 0) & (one <= 1)).all()
                np.testing.assert_allclose(one, other, atol=1e-5)
            told = (tmp_path / "model" / "model.json").read_text(encoding="utf-8")
            assert "blemish_lent" in told, "the record does not name its package"
            if self.exports:
                _export(again, tmp_path)

    def _made(self, channels: int) -> Any:
        """A network with fresh weights of one seed."""
        torch.manual_seed(0)
        return type(self).build(channels)


def _export(model: Model, folder: Path) -> None:
    """Write ONNX, which compares scores of several sizes by itself."""
    try:
        import onnxruntime  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError:
        return
    from blemish.learn.deploy import export_onnx

    export_onnx(model, folder)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute on one thread: tensors are so small that several would wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
