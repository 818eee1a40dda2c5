"""Reading binary glTF as cascadio writes it: triangles, colours, and the B-rep extension that names CAD faces.

A GLB file is a 12 byte header, a JSON chunk and a binary chunk; accessors in the JSON say which bytes are which array
(glTF 2.0, sections 4.4 and 3.6). Only what cascadio uses is read. Lengths in the file are metres; here they become
millimetres.

The extension ``TM_brep_faces`` holds ``faceIndices`` (one per triangle) and ``faces``: a plane, cylinder, cone, sphere
or torus each, or null for a freeform face.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

MM_PER_M = 1000.0
TRIANGLES = 4
"""glTF's number for the primitive mode "triangles"; points are 0, lines 1."""
DTYPES = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}


@dataclass(frozen=True, eq=False)
class Primitive:
    """Triangles of one colour in one body, placed in the world."""

    vertices_mm: np.ndarray
    """(n, 3)"""
    normals: np.ndarray
    """(n, 3), from the tessellator."""
    triangles: np.ndarray
    """(m, 3)"""
    colour: tuple[float, float, float] | None
    """sRGB in [0, 1]."""
    face: np.ndarray | None
    """(m,) index into ``descriptors``, or None where the file holds no B-rep data."""
    descriptors: list[dict[str, Any] | None]
    """What the extension says of each face, in metres and before the placement."""
    placement: np.ndarray
    """(4, 4) in metres; it has been applied to the triangles, not to the descriptors."""


def read_glb(data: bytes) -> list[Primitive]:
    """Read all triangle primitives of a GLB file; points and lines (a CAD file's annotations) are left out."""
    document, binary = _chunks(data)
    primitives = []
    for placement, mesh in _placed_meshes(document):
        for raw in document["meshes"][mesh]["primitives"]:
            if raw.get("mode", TRIANGLES) == TRIANGLES and "indices" in raw and "NORMAL" in raw["attributes"]:
                primitives.append(_primitive(document, binary, raw, placement))  # noqa: PERF401
    return primitives


def _primitive(document: dict[str, Any], binary: bytes, raw: dict[str, Any], placement: np.ndarray) -> Primitive:
    def array(index: int) -> np.ndarray:
        return _accessor(document, binary, index)

    vertices = array(raw["attributes"]["POSITION"]).astype(np.float64)
    normals = array(raw["attributes"]["NORMAL"]).astype(np.float64) @ placement[:3, :3].T
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    brep = raw.get("extensions", {}).get("TM_brep_faces")
    return Primitive(
        vertices_mm=(vertices @ placement[:3, :3].T + placement[:3, 3]) * MM_PER_M,
        normals=np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0),
        triangles=array(raw["indices"]).reshape(-1, 3).astype(np.int64),
        colour=_colour(document, raw.get("material")),
        face=array(brep["faceIndices"]).astype(np.int64).ravel() if brep else None,
        descriptors=brep["faces"] if brep else [],
        placement=placement,
    )


def _chunks(data: bytes) -> tuple[dict[str, Any], bytes]:
    magic, _, total = struct.unpack_from("<4sII", data) if len(data) >= 20 else (b"", 0, 0)
    if magic != b"glTF" or total > len(data):
        raise ValueError("this is no complete GLB file")
    json_length = struct.unpack_from("<I", data, 12)[0]
    document = json.loads(data[20 : 20 + json_length])
    start = 20 + json_length + 8
    return document, data[start:]


def _accessor(document: dict[str, Any], binary: bytes, index: int) -> np.ndarray:
    accessor = document["accessors"][index]
    view = document["bufferViews"][accessor["bufferView"]]
    dtype = np.dtype(DTYPES[accessor["componentType"]])
    width = WIDTHS[accessor["type"]]
    stride = view.get("byteStride", dtype.itemsize * width)
    start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    shape, strides = (accessor["count"], width), (stride, dtype.itemsize)
    return np.ndarray(shape, dtype, binary, offset=start, strides=strides).copy()


def _placed_meshes(document: dict[str, Any]) -> list[tuple[np.ndarray, int]]:
    """Walk the scene and give each mesh with the product of the transforms above it."""
    found: list[tuple[np.ndarray, int]] = []
    nodes = document.get("nodes", [])
    scene = document.get("scenes", [{}])[document.get("scene", 0)]
    pending = [(np.eye(4), node) for node in scene.get("nodes", [])]
    while pending:
        above, index = pending.pop()
        node = nodes[index]
        placement = above @ transform_of(node)
        if "mesh" in node:
            found.append((placement, node["mesh"]))
        pending += [(placement, child) for child in reversed(node.get("children", []))]
    return found


def nodes_of(data: bytes) -> list[Any]:
    """List the nodes that a GLB file has; ``ValueError`` if it is none."""
    document, _ = _chunks(data)
    nodes = document.get("nodes", []) if isinstance(document, dict) else None
    if not isinstance(nodes, list):
        raise ValueError("its description is damaged")  # noqa: TRY004  of the file, not of our types
    return nodes


def transform_of(node: dict[str, Any]) -> np.ndarray:
    """Give a node's 4 x 4 matrix, said directly or as quaternion, scale and translation (glTF 2.0, section 3.5.3)."""
    if "matrix" in node:
        return np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T  # column by column in the file
    x, y, z, w = node.get("rotation", (0.0, 0.0, 0.0, 1.0))
    turn = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    transform = np.eye(4)
    transform[:3, :3] = turn * np.array(node.get("scale", (1.0, 1.0, 1.0)))
    transform[:3, 3] = node.get("translation", (0.0, 0.0, 0.0))
    return transform


def _colour(document: dict[str, Any], material: int | None) -> tuple[float, float, float] | None:
    """Give a material's base colour as sRGB; glTF keeps it linear (IEC 61966-2-1 turns it back)."""
    if material is None:
        return None
    metallic = document["materials"][material].get("pbrMetallicRoughness", {})
    linear = np.clip(metallic.get("baseColorFactor", (1.0, 1.0, 1.0, 1.0))[:3], 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = (round(float(value), 4) for value in encoded)
    return red, green, blue
