"""Every test runs with the shapes and types of all signatures checked (jaxtyping with beartype)."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import lagrange  # noqa: F401  before embreex, which brings an older TBB than it needs
import pytest
from jaxtyping import install_import_hook

# Time is never asserted; on a clean clone the examples are always the same ones.
hypothesis.settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("house")

# Before anything of the package is imported: the hook checks only what is imported after it.
install_import_hook("blemish", "beartype.beartype")

SHARED = Path(os.environ.get("BLEMISH_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real photographs and parts beside the project; without it the test is skipped."""
    if not SHARED.is_dir():
        pytest.skip(f"no real data at {SHARED}: set BLEMISH_SHARED to the folder that holds data/")
    return SHARED


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a run folder whose model was never trained."""
    import torch

    from blemish.learn import networks
    from blemish.learn.checkpoint import Model, write_model
    from blemish.learn.protocol import Protocol
    from blemish.learn.threshold import Threshold

    run = tmp_path_factory.mktemp("run")
    torch.manual_seed(0)
    protocol = Protocol(network="small", width=4, precision="fp32")
    network = networks.build("small", 1, 4).eval()
    write_model(run / "model", Model(network, protocol, Threshold(0.5, "f1", 0.5), "fp32", {}, {}, ""), {})
    return run
