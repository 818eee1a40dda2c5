"""``blemish predict``."""

from __future__ import annotations

from pathlib import Path

ENDINGS = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"}


def predict(run: Path, images: Path, *, out: Path | None = None) -> None:
    """Mark the defects on photographs.

    Parameters
    ----------
    run
        The run folder that holds the model.
    images
        A photograph, or a folder of them.
    out
        The folder for masks (0 and 255); without it ``predictions`` in the run folder.
    """
    import cv2
    import numpy as np

    from blemish.dataset.atomic import storing
    from blemish.errors import ForeignDataError
    from blemish.learn import load_model
    from blemish.learn import predict as score

    paths = [images] if images.is_file() else sorted(p for p in images.glob("*") if p.suffix.lower() in ENDINGS)
    if not paths:
        raise ForeignDataError(f"{images}: no image is here; name a photograph, or a folder that holds some directly")
    model = load_model(run / "model")
    folder = out or run / "predictions"
    with storing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_ANYDEPTH)
        if image is None or image.dtype not in (np.uint8, np.uint16):
            raise ForeignDataError(f"{path}: this is no image of 8 or 16 bits, or it is damaged; remove or replace it")
        mask = (score(model, image) >= np.float32(model.threshold.value)).astype(np.uint8) * 255
        with storing(folder):
            (folder / f"{path.stem}.png").write_bytes(cv2.imencode(".png", mask)[1].tobytes())
        print(f"{path.name}: {np.count_nonzero(mask)} defect pixels", flush=True)
    print(f"masks of {len(paths)} images are in {folder}")
