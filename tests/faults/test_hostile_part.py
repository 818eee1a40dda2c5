"""CAD and mesh files made to do harm: one error within the time limit, and the run is not taken along."""

from __future__ import annotations

import json
import os
import re
import resource
import struct
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from blemish.errors import PartError
from blemish.part import PartSource, load, tessellate
from blemish.part import step as reader
from blemish.part.meshfile import MOST_NODES
from blemish.part.names import face_names

WHOLE = (Path(__file__).parents[1] / "part/data/inches.step").read_text()
HUGE = "9" * 5000


def with_point(number: str) -> str:
    """Give the part with another first coordinate of one of its points."""
    return WHOLE.replace("(-12.7,-25.4,-6.35)", f"({number},-25.4,-6.35)", 1)


def in_a_circle() -> str:
    """Give the part whose shell is its own first face."""
    return re.sub(r"(#\d+)( = CLOSED_SHELL\('',\()#\d+", r"\1\2\1", WHOLE, count=1)


STEPS: dict[str, tuple[Callable[[], str], str]] = {
    "nan": (lambda: with_point("NAN"), "busy after|no solid|finds no shape|not closed|no numbers"),
    "beyond all numbers": (lambda: with_point("1.E999"), "no solid|finds no shape|no numbers|not closed|measures"),
    "a circle of references": (in_a_circle, "not closed|no solid|finds no shape|broke down|busy after"),
    "exametres": (
        lambda: re.sub(r"SI_UNIT\(\.\w+\.,\.METRE\.\)", "SI_UNIT(.EXA.,.METRE.)", WHOLE),
        "the unit is most likely wrong",
    ),
    "garbage": (lambda: "ISO-10303-21;\n" + "\x00\x01#=(';" * 5000, "finds no shape"),
}


@pytest.mark.parametrize("case", STEPS)
def test_a_hostile_step_file_is_one_error(tmp_path: Path, case: str) -> None:
    """Whatever the kernel makes of it, in a process of its own and in bounded time."""
    make, words = STEPS[case]
    text = make()
    assert text != WHOLE
    (tmp_path / "part.step").write_text(text, encoding="latin-1")
    with pytest.raises(PartError, match=f"{words}|busy after") as caught:
        load(PartSource(file="part.step", time_limit_s=4.0), base=tmp_path)
    assert str(caught.value).startswith(str(tmp_path / "part.step"))


def test_names_of_faces_are_read_in_bounded_time_and_from_any_text(tmp_path: Path) -> None:
    """Entities that never close, numbers of thousands of digits: no names, and no search that takes for ever."""
    path = tmp_path / "part.step"
    for text in (
        f"#{HUGE}=ADVANCED_FACE('x',(#1),#{HUGE},.T.);",
        "#1=ADVANCED_FACE('',(#" * 20_000,
        "#1=ADVANCED_FACE('" * 20_000,
        "=CLOSED_SHELL('',(#1" * 20_000,
    ):
        path.write_text(text)
        assert face_names(path, []) == ()


def test_a_file_beyond_all_measure_is_not_read(tmp_path: Path) -> None:
    """Its size is looked at before it is opened; a name too long for the disk is told as well."""
    with (tmp_path / "part.step").open("wb") as file:
        file.truncate(import_module("blemish.part.load").MOST_BYTES + 1)
    with pytest.raises(PartError, match=r"part\.step: 1\.1 GB are too much for one part"):
        load(PartSource(file="part.step"), base=tmp_path)
    with pytest.raises(PartError, match="cannot be read"):
        load(PartSource(file=f"{'x' * 999}.step"), base=tmp_path)


def test_a_kernel_that_takes_too_much_memory_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child limits itself before it reads; that it met the limit is said in words."""
    (tmp_path / "part.step").write_text(WHOLE)
    monkeypatch.setattr(reader, "READER", (sys.executable, "-c", f"raise SystemExit({tessellate.UNAFFORDABLE})"))
    with pytest.raises(PartError, match=r"more than 16 GB of memory for this file.*coarser tolerances"):
        load(PartSource(file="part.step"), base=tmp_path)
    set_to = []
    monkeypatch.setattr(resource, "setrlimit", lambda what, limits: set_to.append((what, limits[0])))
    monkeypatch.setitem(sys.modules, "trimesh", sys.modules.get("trimesh"))
    (tmp_path / "words.step").write_text("no part")
    assert tessellate.main([str(tmp_path / "words.step"), str(tmp_path), "0.1", "12"]) == tessellate.UNREADABLE
    assert (resource.RLIMIT_AS, tessellate.MOST_MEMORY_BYTES) in set_to


def glb(**changes: object) -> bytes:
    """A triangle as binary glTF, with changes to its description."""
    corners = np.array([[0, 0, 0], [9, 0, 0], [0, 9, 0]], "<f4").tobytes()
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"}],
        "bufferViews": [{"buffer": 0, "byteLength": 36, "byteOffset": 0}],
        "buffers": [{"byteLength": 36}],
        **changes,
    }
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    pieces = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", 36, b"BIN\0") + corners
    return b"glTF" + struct.pack("<II", 2, 12 + len(pieces)) + pieces


NOTHING = float("nan")
MESHES = {
    "nan.stl": bytes(80) + struct.pack("<I12fH", 1, *[NOTHING] * 12, 0),
    "claims.stl": bytes(80) + struct.pack("<I", 2**32 - 1) + bytes(50),
    "cut.ply": b"ply\nformat ascii 1.0\nelement vertex 4000000000\nproperty float x\nend_header\n0\n",
    "circle.glb": glb(nodes=[{"mesh": 0, "children": [1]}, {"children": [0]}]),
    "chain.glb": glb(nodes=[{"children": [i + 1]} for i in range(MOST_NODES + 1)] + [{"mesh": 0}]),
    "much.glb": glb(accessors=[{"componentType": 5126, "count": 2**40, "type": "VEC3"}]),
    "elsewhere.glb": glb(buffers=[{"byteLength": 36, "uri": "../../../../../etc/passwd"}]),
    "garbage.obj": b"\x00f 1 2 3\nv nan inf 1e999\nf 9 9 9\n",
}


@pytest.mark.parametrize("name", MESHES)
def test_a_hostile_mesh_file_is_one_error(tmp_path: Path, name: str) -> None:
    """Numbers that are none, sizes that are lies, scenes without end, files that lie elsewhere."""
    (tmp_path / name).write_bytes(MESHES[name])
    with pytest.raises(PartError) as caught:
        load(PartSource(file=name, unit="mm"), base=tmp_path)
    assert str(caught.value).startswith(str(tmp_path / name))


def test_a_mesh_file_reads_no_other_file(tmp_path: Path) -> None:
    """What an OBJ file says of materials beside it, or elsewhere, is passed over."""
    os.mkfifo(tmp_path / "colours.mtl")  # reading it would wait for ever
    (tmp_path / "part.obj").write_text("mtllib colours.mtl\nusemtl a\nv 0 0 0\nv 9 0 0\nv 0 9 0\nf 1 2 3\n")
    with pytest.raises(PartError, match="not closed"):
        load(PartSource(file="part.obj", unit="mm"), base=tmp_path)
