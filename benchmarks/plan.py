"""Visibility of 20 000 samples from 1000 candidates, and how the time grows with the candidates.

Command: ``python benchmarks/plan.py`` (needs the ``make`` extra). The part is a slab with posts on it, so that most
rays are blocked. For two cameras, the usual one and one that has nearly all of the part in its picture and in focus,
it prints the seconds of the whole matrix, those of them that went into rays (making them, tracing them, and getting
the answers back), and rays a second of that time, on the clock and on the processor: where other work keeps the machine
busy only the latter tells anything. Below, two million rays alone, as the matrix orders them and in no
order: ends named by index, ends written out as arrays, and Embree called directly (``pip install embreex``; one ray at
a time on one core). Best of three; the first call compiles and does not count. At the end the built-in clutch is
planned as `blemish plan` does it with nothing set.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from figures import tell

from blemish.engine import RayCaster
from blemish.part import PartSource, load
from blemish.part.model import Part, Region, Surface
from blemish.plan.camera import Camera
from blemish.plan.candidates import propose
from blemish.plan.light import RingLight
from blemish.plan.make import make_plan
from blemish.plan.planning import Planning
from blemish.plan.samples import Samples, sample_surface
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


COUNTS = (125, 250, 500, 1000)


class Timed:
    """A ray caster that adds up how long it took."""

    def __init__(self, caster: RayCaster) -> None:
        self.caster, self.seconds, self.processor_s = caster, 0.0, 0.0
        self.first_hit = caster.first_hit

    def occluded(self, *ends: Any, **of: Any) -> np.ndarray:
        """Ask the caster, and note the time."""
        start, worked = time.perf_counter(), time.process_time()
        hidden = self.caster.occluded(*ends, **of)
        self.seconds += time.perf_counter() - start
        self.processor_s += time.process_time() - worked
        return hidden


def main() -> None:
    part = posts()
    caster = RayCaster(part.vertices_mm, part.triangles)
    spacing_mm = float(np.sqrt(part.areas_mm2.sum() / 20_000))
    samples = sample_surface(part, spacing_mm, ("*",), 0)
    print(f"{len(samples)} samples on {part.size_mm.round()} mm, {len(part.triangles)} triangles")
    wide = Camera(width_px=3000, height_px=3000, f_number=64.0)
    for name, camera in (("the usual camera", Camera()), ("a camera that sees most of the part", wide)):
        _matrix(name, part, samples, camera, caster)
    _rays_alone(part, samples, caster)
    _clutch()


PLANNING = Planning(candidates=(Offset(spacing_mm=6.0), Sphere(count=400)))


def _matrix(name: str, part: Part, samples: Samples, camera: Camera, caster: RayCaster) -> None:
    candidates, light = propose(part, samples, Camera(), PLANNING, caster=caster, seed=0), RingLight()
    chosen = np.random.default_rng(0).permutation(len(candidates))
    see(samples, candidates.take(chosen[:50]), camera, light, PLANNING, caster=caster)  # compiles the kernels
    print(f"{name}\ncandidates  seconds  of them rays       rays   rays/s of that  per processor second")
    for count in COUNTS:
        few, timed = candidates.take(chosen[:count]), Timed(caster)
        start = time.perf_counter()
        seen = see(samples, few, camera, light, PLANNING, caster=timed)
        seconds = time.perf_counter() - start
        print(
            f"{count:10d} {seconds:8.2f} {timed.seconds:13.2f} {seen.num_rays:10d} "
            f"{seen.num_rays / timed.seconds:16.3g} {seen.num_rays / timed.processor_s:21.3g}"
        )
        tell(f"{name}, {count} candidates", seconds, "s", goal="at most 60" if count == COUNTS[-1] else "")
        if count == COUNTS[-1]:
            tell(f"{name}, rays", seen.num_rays / timed.seconds, "a second", goal="at least 10e6")
            tell(f"{name}, rays by the processor", seen.num_rays / timed.processor_s, "a processor second")


def _rays_alone(part: Part, samples: Samples, caster: RayCaster) -> None:
    """Cast two million of the matrix's rays with nothing around them, in three ways."""
    candidates = propose(part, samples, Camera(), PLANNING, caster=caster, seed=0)
    points, cameras = samples.positions_mm, candidates.positions_mm
    owner, row = np.divmod(np.arange(6_000_000), len(points))
    facing = np.flatnonzero(((cameras[owner] - points[row]) * samples.normals[row]).sum(axis=1) > 0)[:2_000_000]
    owner, row = owner[facing], row[facing]
    for order in ("candidate by candidate", "in no order"):
        if order == "in no order":
            mixed = np.random.default_rng(1).permutation(len(row))
            owner, row = owner[mixed], row[mixed]
        begins, ends = points[row], cameras[owner]
        ways: dict[str, Callable[[], Any]] = {
            "engine, by index": lambda row=row, owner=owner: caster.occluded(
                points, cameras, 0.01, point_of=row, target_of=owner
            ),
            "engine, written out": lambda begins=begins, ends=ends: caster.occluded(begins, ends, 0.01),
        }
        embree = _embree(part, begins, ends)
        if embree is not None:
            ways["Embree on one core"] = embree
        blocked = np.mean(ways["engine, by index"]())
        print(f"{len(row)} rays {order}, {blocked:.0%} blocked")
        for way, cast in ways.items():
            wall, processor = min(_timed(cast) for _ in range(3))
            print(f"  {way:20s} {len(row) / wall:9.3g} a second, {len(row) / processor:9.3g} a processor second")
            tell(f"rays {order}, {way}", len(row) / processor, "a processor second")


def _clutch() -> None:
    """Plan the clutch that comes along, with preset settings."""
    part = load(PartSource())
    start = time.process_time()
    made = make_plan(part, Camera(), RingLight(), Planning(), 0)
    seconds = time.process_time() - start
    print(f"the built-in clutch, {seconds:.1f} processor seconds\n{made.in_words()}")
    tell("the clutch, views", len(made.viewpoints), "")
    tell("the clutch, of the inspectable area", 100 * made.asked_coverage, "%", goal="at least 99")
    tell("the clutch, of the area", 100 * made.coverage, "%")
    tell("the clutch, no plan of the same candidates has fewer", made.lower_bound or 0, "views")
    if made.gap is not None:
        tell("the clutch, gap", 100 * made.gap, "%", goal="at most 10")
    tell("the clutch", seconds, "processor s")


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def _embree(part: Part, begins: np.ndarray, ends: np.ndarray) -> Callable[[], Any] | None:
    try:
        from embreex.mesh_construction import TriangleMesh
        from embreex.rtcore_scene import EmbreeScene
    except ImportError:
        return None
    scene = EmbreeScene()
    TriangleMesh(scene=scene, vertices=part.vertices_mm.astype(np.float32), indices=part.triangles)
    along = (ends - begins) / np.linalg.norm(ends - begins, axis=1, keepdims=True)
    first = (begins + 0.01 * along).astype(np.float32)
    along = along.astype(np.float32)
    return lambda: scene.run(first, along, query="OCCLUDED")


if __name__ == "__main__":
    main()
