"""One training on two processes: the same samples, the same rule, nearly the same numbers."""

from __future__ import annotations

import dataclasses
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from blemish.dataset.read import Dataset
from blemish.errors import RequestError
from blemish.learn import curves, load_model
from blemish.learn.fit import train
from blemish.learn.protocol import Protocol
from blemish.learn.team import Team
from blemish.settings import canonical

WORKER = """
import json, sys
from pathlib import Path
import torch
from blemish.dataset.read import open_dataset
from blemish.learn.fit import train
from blemish.learn.protocol import Protocol
from blemish.settings import read

torch.set_num_threads(1)
told = []
training = train(read(Protocol, json.loads(sys.argv[3]), "test"), open_dataset(Path(sys.argv[1])), Path(sys.argv[2]),
                 progress=told.append, device="cpu")
print(len(told), training.model.digest)
"""


def test_shares_together_are_the_batch() -> None:
    """Every sample of an epoch is some process's, once; in a step the processes share one batch."""
    teams = [Team(rank, 4) for rank in range(4)]
    places = [[team.place(index, 8) for index in range(6)] for team in teams]
    assert sorted(place for some in places for place in some) == list(range(24))
    assert sorted(place for some in places for place in some[:2]) == list(range(8))
    assert [Team().place(index, 8) for index in range(9)] == list(range(9))
    with pytest.raises(RequestError, match="cannot be shared by 4"):
        Team(0, 4).share(6)


def test_two_processes_train_one_model(dataset: Dataset, tiny: Protocol, tmp_path: Path) -> None:
    """Both end with the model that the leader wrote; losses follow those of one process, and only the leader tells."""
    protocol = dataclasses.replace(tiny, max_epochs=2, batch=4)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-c", WORKER, str(dataset.root), str(tmp_path / "team"), canonical(protocol)]
    place = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    processes = [
        subprocess.Popen(
            command,
            env={**os.environ, **place, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    told = [process.communicate(timeout=120)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert [count for count, _ in told] == ["6", "0"]
    assert {digest for _, digest in told} == {load_model(tmp_path / "team").digest}
    train(protocol, dataset, tmp_path / "alone", device="cpu")
    together, alone = ([row["loss"] for row in curves.read(tmp_path / name)] for name in ("team", "alone"))
    # Each process normalises over its own share, so the numbers are near, not equal.
    np.testing.assert_allclose(together, alone, rtol=0.3)
