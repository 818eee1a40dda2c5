"""One page about a transfer table: the figures, and what every model calls a defect in the same few frames."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import cv2
import numpy as np

from blemish.arrays import Grey
from blemish.dataset.atomic import clear, replace_file
from blemish.dataset.read import open_dataset
from blemish.errors import WorkError
from blemish.evaluate.comparison import Comparison, Filled
from blemish.evaluate.table import COLUMNS, cells
from blemish.evaluate.transfer_table import grid_of
from blemish.report.scarcity import curve, lines

PAGE = "table.html"
_GREEN, _RED = (60, 220, 60), (255, 60, 50)
_WIDTH_PX = 720


@dataclass(frozen=True)
class Panel:
    """A small picture with its caption."""

    data: str
    caption: str


@dataclass(frozen=True)
class Shown:
    """One frame: the truth, then what each cell makes of it."""

    frame: str
    pictures: tuple[Panel, ...]


def write_page(comparison: Comparison) -> Path:
    """Write ``table.html`` into the table's folder and give its path; it needs no other file."""
    from jinja2 import Environment

    template = resources.files("blemish.report").joinpath("transfer.html.j2").read_text(encoding="utf-8")
    worth = comparison.cells[0].evaluation
    shown = _one_of_each(comparison)
    page = Environment(autoescape=True).from_string(template)
    text = page.render(
        name=comparison.file.table.name,
        summary=(
            f"Everything is tested on the set \u201ctest\u201d of {comparison.file.table.target.data}: "
            f"{worth.images} frames, "
            f"{worth.images_with_defects} of which show a defect. Each threshold was chosen on the validation set of "
            "what the model was last trained on."
        ),
        grid=grid_of(comparison),
        details=[COLUMNS, *(cells(one.cell.title, one.evaluation) for one in comparison.cells)],
        curves=list(_curves(comparison)),
        examples=list(_examples(shown)),
        text=comparison.file.text,
    )
    path = comparison.folder / PAGE
    replace_file(comparison.folder, path, text.encode())
    clear(comparison.folder)
    return path


def _curves(comparison: Comparison) -> Iterator[Panel]:
    """Draw F1 over the number of real objects for each network, where the table has rows of few of them."""
    table = comparison.file.table
    if table.target.few is None:
        return
    target = open_dataset(comparison.file.folder(table.target.data))
    objects = len(np.unique(target.split("train").column("specimen")))
    for network in table.networks:
        drawn = curve(list(lines(comparison, network)), objects)
        yield Panel(base64.b64encode(drawn).decode(), f"{network}: mean, and each training as a dot")


def _one_of_each(comparison: Comparison) -> list[Filled]:
    """Keep one cell of each row and network: examples of every draw and seed would fill a book."""
    return [comparison.at(row, network)[0] for row in comparison.rows for network in comparison.file.table.networks]


def _examples(shown: list[Filled]) -> Iterator[Shown]:
    """Show the frames that the first cell kept; all cells keep the same ones."""
    first = shown[0]
    for example in first.evaluation.examples:
        image, mask = (_grey(first.folder / "evaluation" / name) for name in (example.image, example.mask))
        panels = [_panel(image, mask, _GREEN, "what is there")]
        for one in shown:
            own = next((some for some in one.evaluation.examples if some.frame == example.frame), None)
            if own is not None:
                called = _grey(one.folder / "evaluation" / own.called)
                panels.append(_panel(image, called, _RED, one.cell.title))
        yield Shown(example.frame, tuple(panels))


def _panel(image: Grey, marked: Grey, colour: tuple[int, int, int], caption: str) -> Panel:
    """Outline what is marked; lines are as thick as they have to be to survive the reduction."""
    scale = min(1.0, _WIDTH_PX / image.shape[1])
    thick = int(np.ceil(2 / scale)) * 2 + 1
    patches = (marked > 0).astype(np.uint8)
    picture = np.repeat(image[..., None], 3, axis=2)
    picture[cv2.dilate(patches, np.ones((thick, thick), np.uint8)) - patches > 0] = colour
    picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    packed = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
    return Panel(base64.b64encode(packed.tobytes()).decode(), caption)


def _grey(path: Path) -> Grey:
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise WorkError(f"{path}: this picture is missing or damaged; remove the folder of its cell and compare again")
    return np.asarray(image, dtype=np.uint8)
