"""Small parts as meshes of specimens, and views of them made by hand."""

from __future__ import annotations

import numpy as np
from builders import box, rod

from blemish.dataset.ply import Geometry
from blemish.inspect.surface.backproject import NOTHING, Optics, ViewEvidence
from blemish.part.model import Part

PINHOLE = Optics(focal_length_px=100.0, blur_px_mm=0.0, focus_mm=200.0)


def mesh_of(part: Part, instance: np.ndarray | None = None) -> Geometry:
    """The mesh of a specimen of a part, with some of its triangles declared to be defects."""
    return Geometry(
        vertices_mm=part.vertices_mm,
        triangles=part.triangles,
        face=part.face,
        region=part.region_of_face[part.face].astype(np.int32),
        instance=np.zeros(len(part.triangles), dtype=np.int32) if instance is None else instance,
        regions=tuple(region.name for region in part.regions),
    )


def finer(mesh: Geometry, times: int = 1) -> Geometry:
    """The same surface in four times as many triangles, as often as asked for, each knowing what it came from."""
    for _ in range(times):
        corners = mesh.vertices_mm[mesh.triangles]
        a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        parts = np.stack([(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]).transpose(2, 0, 1, 3)
        kept = {name: np.repeat(getattr(mesh, name), 4) for name in ("face", "region", "instance")}
        triangles = np.arange(parts.size // 3, dtype=np.int32).reshape(-1, 3)
        mesh = Geometry(parts.reshape(-1, 3), triangles, regions=mesh.regions, **kept)
    return mesh


def marked(mesh: Geometry, centre: tuple[float, float, float], radius_mm: float, number: int) -> Geometry:
    """The same mesh with the triangles of a face around a place declared to be a defect."""
    middle = mesh.vertices_mm[mesh.triangles].mean(axis=1)
    distance = np.linalg.norm(middle - np.array(centre), axis=1)
    inside = (distance < radius_mm) & (mesh.face == mesh.face[distance.argmin()])
    instance = np.where(inside, number, mesh.instance).astype(np.int32)
    return Geometry(mesh.vertices_mm, mesh.triangles, mesh.face, mesh.region, instance, mesh.regions)


def looked_at(mesh: Geometry, shape: tuple[int, int], seed: int) -> dict[str, np.ndarray]:
    """The maps of a view whose pixels look at random places of the mesh; one row in eight sees nothing."""
    rng = np.random.default_rng(seed)
    count = shape[0] * shape[1]
    corners = mesh.vertices_mm[mesh.triangles]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(cross, axis=1)
    triangle = rng.choice(len(area), count, p=area / area.sum())
    u, v = rng.random((2, count))
    u, v = np.where(u + v > 1, (1 - u, 1 - v), (u, v))
    a, b, c = np.moveaxis(corners[triangle], 1, 0)
    place = a + u[:, None] * (b - a) + v[:, None] * (c - a)
    maps = {f"position.{axis}": place[:, k].astype(np.float32) for k, axis in enumerate("XYZ")}
    maps["cosine"] = rng.uniform(0.2, 1, count).astype(np.float16)
    maps["depth.Z"] = rng.uniform(180, 220, count).astype(np.float32)
    maps["triangle"] = triangle.astype(np.uint32)
    maps["face"] = mesh.face[triangle].astype(np.uint32)
    maps = {name: values.reshape(shape) for name, values in maps.items()}
    maps["triangle"][::8] = NOTHING
    return maps


def view(name: str, patch: np.ndarray, log_odds: np.ndarray, cosine: float = 0.9) -> ViewEvidence:
    """A view that sees some patches and says something of each."""
    ones = np.ones(len(patch), dtype=np.float32)
    return ViewEvidence(
        view=name,
        patch=patch.astype(np.int32),
        pixels=np.full(len(patch), 9, dtype=np.int32),
        cosine=ones * np.float32(cosine),
        px_per_mm=10 * ones,
        blur_px=0 * ones,
        log_odds=log_odds.astype(np.float32),
        called=(log_odds > 0).astype(np.float32),
    )


BOX, ROD = mesh_of(box((20.0, 20.0, 1.0))), mesh_of(rod(10.0, 20.0))
"""A thin plate, and a cylinder of long triangles."""
