"""A folder of photographs and the labelme files beside them: what the page shows, and how its drawings are kept.

A file that is there already is changed, never made anew: whatever in it is not understood here (flags, an embedded
image, keys of other programs) stays to the letter. What is to be written says which version of the file it began with;
if the file has become another one since, nothing is written.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import json
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property, lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from blemish.dataset import png
from blemish.disk import write_whole
from blemish.errors import ForeignDataError, RequestError
from blemish.exchange import decode
from blemish.exchange.foreign import IMAGES, Folder
from blemish.exchange.shapes import points_of

KINDS = ("polygon", "rectangle", "circle", "line", "linestrip", "point", "points", "mask")
MAX_SHAPES = 10_000
"""Of one photograph; nobody draws more by hand."""


class ChangedError(RequestError):
    """An annotation file has become another one since it was read."""


class Photographs:
    """The photographs directly in a folder, each with the annotation file of its stem."""

    def __init__(self, root: Path, labels: tuple[str, ...] = ()) -> None:
        self.folder = Folder(Path(root))
        self._given = labels
        names = self.folder.files()
        stems = Counter(PurePosixPath(name).stem for name in names)
        if not names:
            raise ForeignDataError(f"{root}: there are no photographs in this folder ({', '.join(IMAGES)})")
        for name in names:
            if stems[PurePosixPath(name).stem] > 1:
                raise ForeignDataError(
                    f"{root}/{name}: another photograph has the same name but for its ending, so both would share one "
                    "annotation file; rename one"
                )
        self.names = tuple(names)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels that were asked for, then those in the first thousand annotation files."""
        found: Counter[str] = Counter()
        for name in [name for name in self.names if self.folder.has(annotation_of(name))][:1000]:
            try:
                found.update(shape["label"] for shape in _shapes(self._document(name)[0]) if _is_known(shape))
            except ForeignDataError:
                continue  # told when this photograph is opened
        return tuple(dict.fromkeys((*self._given, *(label for label, _ in found.most_common())))) or ("defect",)

    def listing(self) -> list[dict[str, Any]]:
        """Name every photograph and whether it has an annotation file."""
        return [{"name": name, "annotated": self.folder.has(annotation_of(name))} for name in self.names]

    def opened(self, name: str) -> dict[str, Any]:
        """Give what the page needs to show a photograph: its size, its shapes, the version of their file."""
        image = self._image(name)
        document, version = self._document(name)
        shapes = [_shown(shape) for shape in _shapes(document)]
        height, width = image.shape[:2]
        told = (document.get("imageHeight", height), document.get("imageWidth", width))
        if told != (height, width) and None not in told:
            raise ForeignDataError(
                f"{self.folder.path(annotation_of(name))}: drawn on an image of {told[1]} x {told[0]} pixels, "
                f"this one has {width} x {height}"
            )
        bits = 8 * image.dtype.itemsize
        return {"name": name, "width": width, "height": height, "bits": bits, "version": version, "shapes": shapes}

    def picture(self, name: str, exposure: float = 0.0) -> bytes:
        """Give a photograph as a PNG of 8 bits; of 16 bits, x 2^a of it, with what is too bright cut off."""
        from PIL import Image

        image = self._image(name)
        if image.dtype == np.uint16:
            scaled = image.astype(np.float32) * np.float32(2.0 ** min(max(exposure, -8.0), 8.0) / 257)
            image = np.minimum(scaled + 0.5, 255).astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(image).save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()

    def save(self, name: str, version: str, shapes: Any) -> dict[str, Any]:
        """Write the shapes of a photograph into its file; give the file's new version.

        A shape that came from a file brings as ``held`` the text of all that stood there; its label and points are
        those given, the rest stays. Raises :class:`ChangedError` if the file is no longer of this version.
        """
        document, found = self._document(name)
        path = self.folder.path(annotation_of(name))
        if found != version:
            raise ChangedError(f"{path}: another program has changed this file; open the photograph again")
        height, width = self._image(name).shape[:2]
        document["shapes"] = [_kept(shape, f"{name}: shape {n}") for n, shape in enumerate(_listed(shapes), 1)]
        document.setdefault("imageHeight", height)
        document.setdefault("imageWidth", width)
        data = (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")
        write_whole(path, data)
        return {"version": hashlib.sha256(data).hexdigest()}

    def _document(self, name: str) -> tuple[dict[str, Any], str]:
        """Read an annotation file, or what a new one begins with; with it, its version, "" where there is none."""
        self._known(name)
        file = annotation_of(name)
        if not self.folder.has(file):
            new: dict[str, Any] = {"version": "5.4.1", "flags": {}, "shapes": [], "imagePath": name, "imageData": None}
            return new, ""
        version = hashlib.sha256(self.folder.read(file)).hexdigest()
        document = self.folder.json(file)
        if not isinstance(document, dict) or not isinstance(document.get("shapes"), list):
            raise ForeignDataError(f"{self.folder.path(file)}: this is no labelme file: it has no list of shapes")
        return document, version

    def _image(self, name: str) -> np.ndarray:
        self._known(name)
        path = self.folder.path(name)
        return _unpacked(self.folder, name, path.stat().st_mtime_ns)

    def _known(self, name: str) -> None:
        if name not in self.names:
            raise RequestError(f"{name[:200]!r}: there is no such photograph in {self.folder.root}")


def annotation_of(name: str) -> str:
    """Name the annotation file of a photograph."""
    return f"{PurePosixPath(name).stem}.json"


@lru_cache(maxsize=3)
def _unpacked(folder: Folder, name: str, _changed: int) -> np.ndarray:
    return decode.colours(folder.read(name), str(folder.path(name)))


def _shapes(document: Mapping[str, Any]) -> list[Any]:
    return list(document["shapes"])


def _is_known(shape: Any) -> bool:
    """Say whether a shape can be drawn; any other is kept as it is and not shown."""
    if not isinstance(shape, dict) or not isinstance(shape.get("label"), str):
        return False
    if (shape.get("shape_type") or "polygon") not in KINDS:
        return False
    try:
        points_of(shape.get("points"), "")
    except ForeignDataError:
        return False
    return True


def _shown(shape: Any) -> dict[str, Any]:
    """Give a shape as the page gets it; one that cannot be drawn is only held."""
    if not _is_known(shape):
        return {"held": json.dumps(shape)}
    kind = shape.get("shape_type") or "polygon"
    mask = {"mask": shape.get("mask")} if kind == "mask" else {}
    held = json.dumps({**shape, **dict.fromkeys(mask)})
    return {"label": shape["label"], "shape_type": kind, "points": shape["points"], **mask, "held": held}


def _listed(shapes: Any) -> list[Any]:
    if not isinstance(shapes, list) or len(shapes) > MAX_SHAPES:
        raise RequestError(f"a list of at most {MAX_SHAPES} shapes belongs here")
    return shapes


def _kept(shape: Any, where: str) -> Any:
    """Give a shape as the file is to hold it."""
    if not isinstance(shape, dict):
        raise RequestError(f"{where}: a shape is a table")
    base = _held(shape, where)
    if "points" not in shape and base is not None:
        return base
    if not isinstance(base, dict):
        base = {"group_id": None, "description": "", "flags": {}, "mask": None}
    label, kind = shape.get("label"), shape.get("shape_type")
    if not isinstance(label, str) or (
        label != base.get("label") and not (label[:201].isprintable() and 0 < len(label) <= 200)
    ):
        raise RequestError(f"{where}: a label of up to 200 printable letters belongs here")
    if kind not in KINDS:
        raise RequestError(f"{where}: shapes of kind {str(kind)[:40]!r} are not known; known are {', '.join(KINDS)}")
    points = points_of(shape.get("points"), where)
    if not points:
        raise RequestError(f"{where}: a shape without points")
    new = {**base, "label": label}
    if base.get("points") != shape["points"]:
        new["points"] = shape["points"]
    if (base.get("shape_type") or "polygon") != kind or "held" not in shape:
        new["shape_type"] = kind
    if kind == "mask":
        new["mask"] = _repacked(shape.get("mask"), where)
    return new


def _held(shape: dict[str, Any], where: str) -> Any:
    if "held" not in shape:
        return None
    try:
        return json.loads(shape["held"])
    except (ValueError, TypeError, RecursionError):
        raise RequestError(f"{where}: what was held of it is damaged") from None


def _repacked(text: Any, where: str) -> str:
    """Turn the PNG that a browser made of a brushed mask into a grey one of 0 and 255, as labelme reads it.

    A mask that is grey already stays as it is.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise RequestError(f"{where}: its mask is damaged") from None
    piece = decode.levels(data, f"{where}: its mask") > 0
    if not piece.any():
        raise RequestError(f"{where}: its mask is empty")
    with suppress(png.DamagedError):
        png.header(data)
        return str(text)
    return base64.b64encode(png.encode(np.where(piece, np.uint8(255), np.uint8(0)))).decode()
