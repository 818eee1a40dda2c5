"""Annotations and photographs made to do harm: refused by name, and nothing outside the folder is touched."""

from __future__ import annotations

import base64
import json
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from troubles import files

from blemish.annotate import Photographs, Server
from blemish.errors import ForeignDataError, RequestError
from blemish.exchange import bring_in
from blemish.exchange.sample import MOST_MARKS
from blemish.exchange.shapes import MOST_POINTS

TRIANGLE = [[1, 1], [30, 2], [9, 30]]


def document(**changes: Any) -> dict[str, Any]:
    """A labelme file with one shape, with changes to that shape."""
    return {"shapes": [{"label": "pit", "shape_type": "polygon", "points": TRIANGLE, **changes}]}


def chunk(kind: bytes, data: bytes) -> bytes:
    """Spell a piece of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be large."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(999))) + chunk(b"IEND", b"")


ANNOTATIONS: dict[str, tuple[str, str]] = {
    "half a character": (json.dumps(document(label="\ud800")), "surrogates not allowed"),
    "a key twice": ('{"shapes": [], "shapes": [{"label": "pit", "points": []}]}', "'shapes' is there twice"),
    "nested without end": ("[" * 99_999 + "]" * 99_999, "recursion"),
    "a number of 9999 digits": (json.dumps(document(points=[[1, 2]])).replace("2]", "9" * 9999 + "]"), "digits"),
    "nan": (json.dumps(document(points=[*TRIANGLE, [float("nan"), 1]])), "two finite numbers"),
    "far away": (json.dumps(document(points=[*TRIANGLE, [1e300, 1]])), "two finite numbers"),
    "very many points": (json.dumps(document(points=[[1, 1]] * (MOST_POINTS + 1))), "no shape has more than"),
    "very many shapes": (json.dumps({"shapes": [{"label": "pit"}] * (MOST_MARKS + 1)}), "at most 65535 are read"),
    "another size": (json.dumps({**document(), "imageWidth": 10**9, "imageHeight": 1}), "drawn on an image"),
    "a mask that is a bomb": (
        json.dumps(document(shape_type="mask", mask=base64.b64encode(bomb(60_000, 60_000)).decode())),
        "more than 80 million pixels",
    ),
}


@pytest.mark.parametrize("case", ANNOTATIONS)
def test_a_hostile_annotation_is_refused_by_name(here: Path, case: str) -> None:
    """One error that names the file and the trouble; nothing is left of the import."""
    text, words = ANNOTATIONS[case]
    (here / "pics/a.json").write_text(text)
    before = files(here)
    with pytest.raises(ForeignDataError, match=r"a\.json") as caught:
        bring_in("labelme", here / "pics", here / "out")
    assert words in str(caught.value)
    assert len(str(caught.value)) < 1000
    assert files(here) == before


@pytest.mark.parametrize(
    "named", ["../secret.png", "/etc/passwd", "..\\secret.png", "c:\\secret.png", "sub/../../secret.png"]
)
def test_an_annotation_cannot_name_what_lies_elsewhere(here: Path, named: str) -> None:
    """Of the path of an image only its last name counts, and only beside the annotation."""
    Image.fromarray(np.full((40, 50), 7, np.uint8)).save(here / "secret.png")
    (here / "pics/lost.json").write_text(json.dumps({**document(), "imagePath": named}))
    with pytest.raises(ForeignDataError, match=r"lost\.json: the embedded image is missing"):
        bring_in("labelme", here / "pics", here / "out")


def test_a_coco_file_cannot_name_what_lies_elsewhere(here: Path) -> None:
    """The same for the names of images in COCO."""
    Image.fromarray(np.full((40, 50), 7, np.uint8)).save(here / "secret.png")
    image = {"id": 1, "file_name": "../secret.png", "width": 50, "height": 40}
    (here / "pics/all.json").write_text(json.dumps({"images": [image], "categories": [], "annotations": []}))
    with pytest.raises(ForeignDataError, match=r"there is no image '\.\./secret\.png'"):
        bring_in("coco", here / "pics", here / "out")


@pytest.mark.parametrize("name", ["a.png", "a.json"])
def test_a_link_out_of_the_folder_is_refused(here: Path, name: str) -> None:
    """Photographs and annotations alike."""
    (here / "secret").write_text("{}")
    (here / "pics" / name).unlink(missing_ok=True)
    (here / "pics" / name).symlink_to(here / "secret")
    with pytest.raises(ForeignDataError, match="this link leads out of"):
        bring_in("labelme", here / "pics", here / "out")


def test_a_photograph_that_is_no_photograph_is_refused(here: Path) -> None:
    """A pipe would be waited for, a bomb would fill the memory; labels that are paths name no folder."""
    (here / "pics/a.png").write_bytes(bomb(60_000, 60_000))
    with pytest.raises(ForeignDataError, match=r"a\.png: .*more than 80 million pixels"):
        bring_in("labelme", here / "pics", here / "out")
    (here / "pics/a.png").unlink()
    os.mkfifo(here / "pics/a.png")
    with pytest.raises(ForeignDataError, match=r"a\.png: this is no file"):
        bring_in("labelme", here / "pics", here / "out")
    (here / "pics/a.png").unlink()
    (here / "pics/b.json").write_text(json.dumps(document(label="../../../x")))
    before = {path for path in here.iterdir() if path.name != "out"}
    assert bring_in("labelme", here / "pics", here / "out").marks == {"../../../x": 1}
    assert {path for path in here.iterdir() if path.name != "out"} == before


@pytest.mark.parametrize(
    ("host", "port"), [("127.0.0.1", 99_999), ("127.0.0.1", -1), ("0.0.0.0", 0), ("::", 0), ("", 0)]
)
def test_the_page_is_served_at_one_address_only(here: Path, host: str, port: int) -> None:
    """Every address at once, and ports that are none, are refused in words."""
    with pytest.raises(RequestError, match=r"name the one|nothing can be served there"):
        Server(Photographs(here / "pics"), host, port)


def test_servers_listen_on_this_machine_unless_told_otherwise() -> None:
    """The presets of ``annotate`` and ``view``, and of what they call."""
    import inspect

    from blemish.cli.annotate import annotate
    from blemish.cli.view import view
    from blemish.viewer.window import Window

    for served in (annotate, view, Window.__init__, Server.__init__):
        assert inspect.signature(served).parameters["host"].default == "127.0.0.1"
