"""The curves in TensorBoard as well, for those who have it: ``curves.jsonl`` is there in any case."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from blemish.errors import RequestError
from blemish.extras import cure

FOLDER = "tensorboard"
_KEPT = ("loss", "validation_loss", "validation_f1", "learning_rate", "waiting_share")


def writer(folder: Path) -> Callable[[dict[str, Any]], None]:
    """Give a function that writes a row of the curves for TensorBoard into a sub-folder; a resumed one goes on there.

    Raises :class:`RequestError` when TensorBoard is not installed.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise RequestError(
            f"--tensorboard needs TensorBoard, which is not installed; {cure('tensorboard')}; "
            "without it the curves are in curves.jsonl"
        ) from None

    def write(row: dict[str, Any]) -> None:
        # What was written of later epochs before a training was killed is taken back.
        with SummaryWriter(str(folder / FOLDER), purge_step=row["epoch"]) as board:
            for name in _KEPT:
                if row.get(name) is not None:
                    board.add_scalar(name, row[name], row["epoch"])

    return write
