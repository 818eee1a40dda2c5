"""``part.ply``: the triangles that were rendered, each knowing its CAD face, its region and its defect.

Binary little-endian PLY, so that any mesh viewer opens it and colours it by property. Vertices are float32, as the
renderer had them. Only this layout is read back; it is no general PLY reader.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blemish.arrays import PerTriangle, Points, Triangles

_VERTEX = np.dtype([("position", "<f4", (3,))])
_FACE = np.dtype([("corners", "u1"), ("vertex", "<i4", (3,)), ("face", "<i4"), ("region", "<i4"), ("instance", "<i4")])
_HEADER = """ply
format binary_little_endian 1.0
comment millimetres; face: CAD face, region: index into the regions below, instance: defect id, 0 is none
{regions}element vertex {vertices}
property float x
property float y
property float z
element face {faces}
property list uchar int vertex_indices
property int face
property int region
property int instance
end_header
"""


@dataclass(frozen=True, eq=False)
class Geometry:
    """A specimen's mesh with what is known of each of its triangles."""

    vertices_mm: Points
    triangles: Triangles
    face: PerTriangle
    region: PerTriangle
    instance: PerTriangle
    regions: tuple[str, ...] = ()
    """The names that ``region`` counts through."""


def pack(geometry: Geometry) -> bytes:
    """Write a mesh as the bytes of a PLY file."""
    vertices = np.zeros(len(geometry.vertices_mm), _VERTEX)
    vertices["position"] = geometry.vertices_mm
    faces = np.zeros(len(geometry.triangles), _FACE)
    faces["corners"] = 3
    faces["vertex"] = geometry.triangles
    for name in ("face", "region", "instance"):
        faces[name] = getattr(geometry, name)
    regions = "".join(f"comment region {index} {_line(name)}\n" for index, name in enumerate(geometry.regions))
    header = _HEADER.format(regions=regions, vertices=len(vertices), faces=len(faces))
    return header.encode() + vertices.tobytes() + faces.tobytes()


def unpack(data: bytes) -> Geometry:
    """Read such a file back; ``ValueError`` when it is damaged or of another layout."""
    head, mark, body = data.partition(b"end_header\n")
    if not mark:
        raise ValueError("it is no PLY file, or its header is cut off")
    lines = head.decode().splitlines()
    counts = {words[1]: int(words[2]) for words in map(str.split, lines) if words[:1] == ["element"]}
    regions = tuple(line.split(" ", 3)[3] for line in lines if line.startswith("comment region "))
    wanted = _HEADER.format(
        regions="".join(f"comment region {index} {name}\n" for index, name in enumerate(regions)),
        vertices=counts.get("vertex", -1),
        faces=counts.get("face", -1),
    )
    if (head + mark).decode() != wanted:
        raise ValueError("its header is not the one that this dataset's format has")
    edge = counts["vertex"] * _VERTEX.itemsize
    if len(body) != edge + counts["face"] * _FACE.itemsize:
        raise ValueError(f"it is truncated or too long: {len(body)} bytes follow its header")
    vertices = np.frombuffer(body[:edge], _VERTEX)["position"].astype(np.float64)
    faces = np.frombuffer(body[edge:], _FACE)
    return Geometry(
        vertices_mm=vertices,
        triangles=faces["vertex"].copy(),
        face=faces["face"].copy(),
        region=faces["region"].copy(),
        instance=faces["instance"].copy(),
        regions=regions,
    )


_COLOURED = np.dtype([("position", "<f4", (3,)), ("colour", "u1", (3,))])
_CORNERS = np.dtype([("corners", "u1"), ("vertex", "<i4", (3,))])
_COLOURED_HEADER = """ply
format binary_little_endian 1.0
comment millimetres; one colour for each defect, grey for none
element vertex {vertices}
property float x
property float y
property float z
property uchar red
property uchar green
property uchar blue
element face {faces}
property list uchar int vertex_indices
end_header
"""


def pack_coloured(geometry: Geometry) -> bytes:
    """Write a mesh to be looked at: grey, each defect in its own colour.

    Vertices on the border of a defect are doubled, so that colours end there sharply in every viewer.
    """
    size = int(geometry.instance.max(initial=0)) + 1
    keys = geometry.triangles.astype(np.int64) * size + geometry.instance[:, None]
    used, triangles = np.unique(keys, return_inverse=True)
    vertices = np.zeros(len(used), _COLOURED)
    vertices["position"] = geometry.vertices_mm[used // size]
    vertices["colour"] = colours_of(used % size, GREY)
    faces = np.zeros(len(geometry.triangles), _CORNERS)
    faces["corners"] = 3
    faces["vertex"] = triangles.reshape(-1, 3)
    header = _COLOURED_HEADER.format(vertices=len(vertices), faces=len(faces))
    return header.encode() + vertices.tobytes() + faces.tobytes()


GREY = 170


def colours_of(instances: np.ndarray, background: int = 0) -> np.ndarray:
    """Give a colour to each id, RGB in 0 - 255, one more axis; 0 is grey of the given brightness.

    Hues are a golden section of the circle apart, so neighbouring ids never look alike.
    """
    hue = (instances * 0.618034) % 1.0
    wave = np.abs((hue[..., None] * 6 + np.array([0.0, 4.0, 2.0])) % 6 - 3) - 1
    bright = 0.35 + 0.65 * np.clip(wave, 0, 1)
    return np.where(instances[..., None] > 0, np.round(255 * bright), background).astype(np.uint8)


def _line(name: str) -> str:
    return " ".join(name.split()) or "unnamed"
