"""Visibility of 20 000 samples from 1000 candidates, and how the time grows with the candidates.

Command: ``python benchmarks/plan.py`` (needs the ``make`` extra). The part is a slab with posts on it, so that most
rays are blocked. Prints seconds and rays a second; below them, rays alone, cast by the engine and by Embree (``pip
install embreex``; one ray at a time on one core).
"""

from __future__ import annotations

import time

import numpy as np

from blemish.engine import RayCaster
from blemish.part.model import Part, Region, Surface
from blemish.plan.camera import Camera
from blemish.plan.candidates import propose
from blemish.plan.light import RingLight
from blemish.plan.planning import Planning
from blemish.plan.samples import sample_surface
from blemish.plan.sources import Offset, Sphere
from blemish.plan.visibility import see

CUBE = np.array([[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]])
OUT = np.array([[0, 0, -1], [0, 0, 1], [0, -1, 0], [0, 1, 0], [-1, 0, 0], [1, 0, 0]], dtype=float)


def posts(per_side: int = 7, edge_mm: float = 5.0, height_mm: float = 8.0) -> Part:
    """A slab with posts on it: many concave corners, every triangle axis-aligned."""
    blocks = [((0.0, 0.0, -10.0), (per_side * edge_mm * 2, per_side * edge_mm * 2, 0.0))]
    for i in range(per_side):
        for j in range(per_side):
            x, y = (2 * i + 0.5) * edge_mm, (2 * j + 0.5) * edge_mm
            blocks.append(((x, y, 0.0), (x + edge_mm, y + edge_mm, height_mm)))
    vertices, triangles, normals = [], [], []
    for low, high in blocks:
        corner = [[(low, high)[bits >> axis & 1][axis] for axis in range(3)] for bits in range(8)]
        first = sum(len(block) for block in vertices)
        vertices.append(np.array(corner))
        for quad, normal in zip(CUBE, OUT, strict=True):
            a, b, c, d = quad + first
            triangles += [(a, b, c), (a, c, d)]
            normals += [[normal] * 3] * 2
    return Part(
        name="posts",
        digest="posts",
        vertices_mm=np.concatenate(vertices),
        triangles=np.array(triangles, dtype=np.int32),
        normals=np.array(normals),
        face=np.arange(len(triangles), dtype=np.int32) // 2,
        surfaces=tuple(Surface("plane", np.zeros(3), normal) for _ in blocks for normal in OUT),
        regions=(Region("all", tuple(range(6 * len(blocks)))),),
    )


def main() -> None:
    part, camera, light = posts(), Camera(), RingLight()
    spacing_mm = float(np.sqrt(part.areas_mm2.sum() / 20_000))
    planning = Planning(candidates=(Offset(spacing_mm=6.0), Sphere(count=400)))
    samples = sample_surface(part, spacing_mm, ("*",), 0)
    caster = RayCaster(part.vertices_mm, part.triangles)
    candidates = propose(part, samples, camera, planning, caster=caster, seed=0)
    chosen = np.random.default_rng(0).permutation(len(candidates))
    see(samples, candidates.take(chosen[:50]), camera, light, planning, caster=caster)  # compiles the kernels
    print(f"{len(samples)} samples on {part.size_mm.round()} mm, {len(part.triangles)} triangles")
    print("candidates   seconds   rays        rays/s     bytes of the matrix")
    for count in (125, 250, 500, 1000):
        few = candidates.take(chosen[:count])
        start = time.perf_counter()
        seen = see(samples, few, camera, light, planning, caster=caster)
        seconds = time.perf_counter() - start
        print(
            f"{count:10d} {seconds:9.2f} {seen.num_rays:10d} {seen.num_rays / seconds:10.3g} {seen.packed.nbytes:10d}"
        )
    _rays_alone(part, samples.positions_mm, candidates.positions_mm, caster)


def _rays_alone(part: Part, points: np.ndarray, cameras: np.ndarray, caster: RayCaster) -> None:
    """Cast two million of the same rays with nothing around them, by the engine and by Embree."""
    rng = np.random.default_rng(1)
    points = points[rng.integers(len(points), size=2_000_000)]
    targets = cameras[rng.integers(len(cameras), size=len(points))]
    casters = {"engine": caster}
    try:
        from embreex.mesh_construction import TriangleMesh
        from embreex.rtcore_scene import EmbreeScene

        scene = EmbreeScene()
        TriangleMesh(scene=scene, vertices=part.vertices_mm.astype(np.float32), indices=part.triangles)
    except ImportError:
        scene = None
    start = time.perf_counter()
    hidden = casters["engine"].occluded(points, targets, 0.01)
    ours = time.perf_counter() - start
    print(f"rays alone, engine: {len(points) / ours:.3g} a second, {hidden.mean():.0%} blocked")
    if scene is not None:
        span = (targets - points) / np.linalg.norm(targets - points, axis=1, keepdims=True)
        start = time.perf_counter()
        scene.run((points + 0.01 * span).astype(np.float32), span.astype(np.float32), query="OCCLUDED")
        theirs = time.perf_counter() - start
        print(f"rays alone, Embree: {len(points) / theirs:.3g} a second; engine / Embree {theirs / ours:.2f}")


if __name__ == "__main__":
    main()
