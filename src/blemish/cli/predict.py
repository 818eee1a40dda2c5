"""``blemish predict``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from blemish.exchange.foreign import Folder


def predict(
    run: Path,
    *images: Path,
    out: Path | None = None,
    backend: Literal["torch", "onnxruntime", "openvino"] = "torch",
    half: bool = False,
    smallest_px: int = 1,
    overlays: bool = True,
) -> None:
    """Mark the defects on photographs: masks, overlays, and a table of every mark.

    Parameters
    ----------
    run
        The run folder that holds the model.
    images
        Photographs, folders of them, or patterns like ``line3/*.png``.
    out
        The folder for masks (0 and 255), each named after its photograph: a.jpg.png for a.jpg; overlays, with marks
        outlined in red, in the folder ``overlays`` in it; objects.csv with place, area and score of every mark. It may
        not be, nor contain, a folder of the photographs. Without it ``predictions`` in the run folder.
    backend
        torch; or onnxruntime or openvino, which run what ``blemish deploy`` exported.
    half
        Let OpenVINO compute in bf16.
    smallest_px
        Marks with fewer pixels are left out of objects.csv; masks show them.
    overlays
        Whether to draw overlays.
    """
    from blemish.dataset.atomic import clear, replace_file
    from blemish.disk import alone
    from blemish.learn.geometry import refuse_without_maps
    from blemish.learn.marks import CSV_HEAD

    photographs = _photographs(images)
    place = out or run / "predictions"
    for folder, _ in photographs:
        _keep_apart(folder.root, place)
    model = _model(run, backend, half=half)
    refuse_without_maps(run, model.geometry if backend != "torch" else model.protocol.geometry)
    rows = [CSV_HEAD]
    with alone(place.absolute(), tidy=True):
        try:
            for folder, name in photographs:
                rows += _marked(model, folder.grey(name), name, place, smallest_px, overlays=overlays)
            replace_file(place, place / "objects.csv", "".join(row + "\r\n" for row in rows).encode())
        finally:
            clear(place)
    print(f"masks of {len(photographs)} images and objects.csv with {len(rows) - 1} marks are in {place}")


def _marked(model: Any, image: Any, name: str, place: Path, smallest_px: int, *, overlays: bool) -> list[str]:
    """Write the mask of a photograph, and its overlay; give the rows of its marks."""
    import cv2
    import numpy as np

    from blemish.dataset import png
    from blemish.dataset.atomic import replace_file
    from blemish.learn import predict as score
    from blemish.learn.marks import csv_row, find_marks, overlay

    scores, threshold = score(model, image), model.threshold.value
    marks = find_marks(scores, threshold, smallest_px)
    mask = (scores >= np.float32(threshold)).astype(np.uint8) * 255
    replace_file(place, place / f"{name}.png", png.encode(mask))
    if overlays:
        packed = cv2.imencode(".png", overlay(image, scores, threshold))[1].tobytes()
        replace_file(place, place / "overlays" / f"{name}.png", packed)
    print(f"{name}: {np.count_nonzero(mask)} defect pixels, {len(marks)} marks", flush=True)
    return [csv_row(name, mark) for mark in marks]


def _model(run: Path, backend: Literal["torch", "onnxruntime", "openvino"], *, half: bool) -> Any:
    from blemish.errors import RequestError
    from blemish.learn import load_deployed, load_model

    if backend != "torch":
        return load_deployed(run, backend, half=half)
    if half:
        raise RequestError("--half is for the backend openvino; torch computes as the model was trained")
    return load_model(run)


def _photographs(images: tuple[Path, ...]) -> list[tuple[Folder, str]]:
    """Give each photograph as the folder that it lies in and its name; two of one name are refused."""
    from blemish.errors import ForeignDataError, RequestError

    if not images:
        raise RequestError("name at least one photograph, folder of them, or pattern like 'line3/*.png'")
    found = [one for path in images for one in _expanded(path)]
    known: dict[str, Path] = {}
    for folder, name in found:
        if known.setdefault(name, folder.root) != folder.root:
            raise ForeignDataError(
                f"{folder.root / name}: there is a {name} in {known[name]} too, and their masks would be one file; "
                "predict one folder at a time, each with its own --out"
            )
    return list({(folder.root, name): (folder, name) for folder, name in found}.values())


def _expanded(path: Path) -> list[tuple[Folder, str]]:
    from blemish.errors import ForeignDataError
    from blemish.exchange.foreign import Folder, is_file

    if is_file(path):
        return [(Folder(path.parent), path.name)]
    if set("*?[") & set(path.name) and not path.is_dir():
        folder = Folder(path.parent)
        names = [name for name in folder.files() if Path(name).match(path.name)]
        what = "no image fits this pattern; it is searched in one folder, not in those inside it"
    else:
        folder = Folder(path)
        names = folder.files()
        what = "no image is here; name a photograph, or a folder that holds some directly"
    if not names:
        raise ForeignDataError(f"{path}: {what}")
    return [(folder, name) for name in names]


def _keep_apart(photographs: Path, masks: Path) -> None:
    """Refuse to write masks where photographs lie."""
    from blemish.errors import RequestError

    if photographs.resolve().is_relative_to(masks.resolve()):
        raise RequestError(f"{masks}: the photographs lie in here, masks would mix with them; choose another --out")
