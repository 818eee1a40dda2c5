"""``blemish predict``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blemish.exchange.foreign import Folder


def predict(run: Path, images: Path, *, out: Path | None = None) -> None:
    """Mark the defects on photographs.

    Parameters
    ----------
    run
        The run folder that holds the model.
    images
        A photograph, or a folder of them.
    out
        The folder for masks (0 and 255), each named after its photograph: a.jpg.png for a.jpg. It may not be, nor
        contain, the folder of the photographs. Without it ``predictions`` in the run folder.
    """
    import numpy as np

    from blemish.dataset import png
    from blemish.dataset.atomic import clear, replace_file
    from blemish.learn import load_model
    from blemish.learn import predict as score

    photographs, names = _photographs(images)
    masks = out or run / "predictions"
    _keep_apart(photographs.root, masks)
    model = load_model(run / "model")
    try:
        for name in names:
            mask = (score(model, photographs.grey(name)) >= np.float32(model.threshold.value)).astype(np.uint8) * 255
            replace_file(masks, masks / f"{name}.png", png.encode(mask))
            print(f"{name}: {np.count_nonzero(mask)} defect pixels", flush=True)
    finally:
        clear(masks)
    print(f"masks of {len(names)} images are in {masks}")


def _photographs(images: Path) -> tuple[Folder, list[str]]:
    """Give the folder that the photographs lie in, and their names."""
    from blemish.errors import ForeignDataError
    from blemish.exchange.foreign import Folder, is_file

    if is_file(images):
        return Folder(images.parent), [images.name]
    folder = Folder(images)
    names = folder.files()
    if not names:
        raise ForeignDataError(f"{images}: no image is here; name a photograph, or a folder that holds some directly")
    return folder, names


def _keep_apart(photographs: Path, masks: Path) -> None:
    """Refuse to write masks where photographs lie."""
    from blemish.errors import RequestError

    if photographs.resolve().is_relative_to(masks.resolve()):
        raise RequestError(f"{masks}: the photographs lie in here, masks would mix with them; choose another --out")
