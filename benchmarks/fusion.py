"""Fusing 106 views of 2448 x 2050 pixels on a part of 500 000 triangles: seconds, memory, and how they grow.

Command: ``python benchmarks/fusion.py [--views 26 53 106] [--patch-mm 0.5]``. The part is a ball of 60 mm, so that what
each pixel sees is known by formula and no renderer is needed; maps and scores are written once for four directions, as
the renderer and the network write them, and read again for every view. Prints, for each number of views, seconds of
reading, of back-projection and of fusing (mean and bayes), and the largest memory of the process; below them one view
put onto the patches by searching the nearest one for every pixel, as is usual, and the ratio. Seconds are those of the
processor, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from figures import tell
from scipy.spatial import cKDTree

from blemish.dataset import png
from blemish.dataset.layers import read_geometry, write_geometry
from blemish.dataset.ply import Geometry
from blemish.frames import look_at
from blemish.inspect.surface.backproject import NOTHING, ViewEvidence, log_odds, optics_of, view_evidence
from blemish.inspect.surface.calibrate import Judged, calibrate
from blemish.inspect.surface.fuse import fuse
from blemish.inspect.surface.fusing import Fusing
from blemish.inspect.surface.patches import Lookup, lookup_of, patches_of, truth_of
from blemish.seeds import stream

WIDTH, HEIGHT = 2448, 2050
RADIUS_MM = 30.0
STEPS = 500
"""Rings of the ball, and half its meridians: two triangles for each cell between them."""
CAMERA = {"focal_length_mm": 25.0, "working_distance_mm": 200.0, "pixel_pitch_um": 3.45, "f_number": 8.0}
OPTICS = optics_of(CAMERA, "the benchmark")
DIRECTIONS = 4
SPOTS = 60
"""Defects on the ball."""


def ball() -> Geometry:
    """A ball of STEPS x STEPS x 2 triangles; its octants are CAD faces, and it has round defects."""
    height, turn = np.meshgrid(np.linspace(-1, 1, STEPS + 1), np.linspace(0, 2 * np.pi, STEPS + 1), indexing="ij")
    flat = np.sqrt(1 - height**2)
    vertices = RADIUS_MM * np.stack([flat * np.cos(turn), flat * np.sin(turn), height], axis=2).reshape(-1, 3)
    corner = (np.arange(STEPS)[:, None] * (STEPS + 1) + np.arange(STEPS)).ravel()
    lower = np.stack([corner, corner + 1, corner + STEPS + 2], axis=1)
    upper = np.stack([corner, corner + STEPS + 2, corner + STEPS + 1], axis=1)
    triangles = np.stack([lower, upper], axis=1).reshape(-1, 3).astype(np.int32)
    middle = vertices[triangles].mean(axis=1)
    face = ((middle > 0) @ np.array([1, 2, 4])).astype(np.int32)
    rng = stream(0, "benchmark", "spots")
    spots = rng.normal(size=(SPOTS, 3))
    spots *= RADIUS_MM / np.linalg.norm(spots, axis=1, keepdims=True)
    distance, nearest = cKDTree(spots).query(middle)
    instance = np.where(distance < 0.8, nearest + 1, 0).astype(np.int32)
    return Geometry(vertices, triangles, face, np.zeros_like(face), instance, ("all",))


def seen_from(direction: np.ndarray, mesh: Geometry) -> dict[str, np.ndarray]:
    """What each pixel of a camera at 200 mm from the ball's near side sees, by formula."""
    pose = look_at(direction * (RADIUS_MM + 200.0), np.zeros(3))
    x = (np.arange(WIDTH) + 0.5 - WIDTH / 2) / OPTICS.focal_length_px
    y = (np.arange(HEIGHT) + 0.5 - HEIGHT / 2) / OPTICS.focal_length_px
    ray = np.stack([*np.broadcast_arrays(x[None, :], y[:, None]), np.ones((HEIGHT, WIDTH))], axis=2) @ pose.rotation.T
    ray /= np.linalg.norm(ray, axis=2, keepdims=True)
    along = ray @ pose.translation_mm
    inside = along**2 - (pose.translation_mm @ pose.translation_mm - RADIUS_MM**2)
    hit = inside > 0
    distance = np.where(hit, -along - np.sqrt(np.maximum(inside, 0)), 0)
    place = pose.translation_mm + distance[..., None] * ray
    normal = place / RADIUS_MM
    ring = (normal[..., 2] + 1) / 2 * STEPS
    turn = np.arctan2(normal[..., 1], normal[..., 0]) % (2 * np.pi) / (2 * np.pi) * STEPS
    i, j = (np.clip(value.astype(np.int64), 0, STEPS - 1) for value in (ring, turn))
    triangle = np.where(hit, 2 * (i * STEPS + j) + (ring - i > turn - j), NOTHING)
    maps = {"depth.Z": np.where(hit, distance * (ray @ pose.rotation[:, 2]), np.inf), "triangle": triangle}
    maps["cosine"] = np.where(hit, -(normal * ray).sum(axis=2), 0)
    maps["face"] = np.where(hit, mesh.face[np.where(hit, triangle, 0)], NOTHING)
    for axis, name in enumerate("XYZ"):
        maps[f"position.{name}"] = np.where(hit, place[..., axis], 0)
        maps[f"normal.{name}"] = np.where(hit, normal[..., axis], 0)
    return maps


def write_views(folder: Path, mesh: Geometry) -> None:
    """Write maps and scores of each direction; a model that sees most defects, and some that are none."""
    for number in range(DIRECTIONS):
        rng = stream(0, "benchmark", "view", number)
        direction = rng.normal(size=3)
        maps = seen_from(direction / np.linalg.norm(direction), mesh)
        hit = maps["triangle"] != NOTHING
        there = hit & (mesh.instance[np.where(hit, maps["triangle"], 0)] > 0)
        score = 1 / (1 + np.exp(-(6.0 * there - 4 + rng.normal(0, 1.0, there.shape))))
        write_geometry(folder / f"{number}.exr", maps)
        (folder / f"{number}.png").write_bytes(png.encode(np.rint(65535 * score).astype(np.uint16)))


def read_view(folder: Path, number: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Read maps and scores of a view."""
    packed = (folder / f"{number % DIRECTIONS}.png").read_bytes()
    scores = png.decode(packed, WIDTH, HEIGHT, 16).astype(np.float32) / 65535
    return read_geometry(folder / f"{number % DIRECTIONS}.exr"), scores


def searched(maps: dict[str, np.ndarray], scores: np.ndarray, lookup: Lookup) -> np.ndarray:
    """Put one view onto the patches by a search for every pixel; give the mean log-odds of each patch."""
    hit = maps["triangle"] != NOTHING
    places = np.stack([maps[f"position.{axis}"][hit] for axis in "XYZ"], axis=1)
    patch = cKDTree(lookup.patches.centre_mm).query(places)[1]
    count = np.bincount(patch, minlength=len(lookup.patches))
    return np.bincount(patch, log_odds(scores[hit]), minlength=len(count)) / np.maximum(count, 1)


def main() -> None:
    """Measure."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--views", type=int, nargs="+", default=[26, 53, 106])
    ask.add_argument("--patch-mm", type=float, default=0.5)
    asked = ask.parse_args()
    mesh = ball()
    begin = time.process_time()
    patches = patches_of(mesh, asked.patch_mm)
    spread = time.process_time()
    lookup = lookup_of(mesh, patches)
    print(
        f"{len(mesh.triangles)} triangles, {len(patches)} patches: spread in {spread - begin:.1f} s, "
        f"laid under one specimen in {time.process_time() - spread:.1f} s"
    )
    truth = truth_of(mesh, lookup, set(range(1, SPOTS + 1)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with ProcessPoolExecutor(1, get_context("spawn")) as apart:  # its memory is not ours
            apart.submit(write_views, folder, mesh).result()
        print("views   reading   onto the part   fusing    in all   a view   peak memory")
        seconds = []
        for number in asked.views:
            spent, kept = np.zeros(3), []
            for index in range(number):
                start = time.process_time()
                maps, scores = read_view(folder, index)
                read = time.process_time()
                kept.append(view_evidence(scores, maps, lookup, OPTICS, f"v{index:03d}", 0.5))
                spent[:2] += read - start, time.process_time() - read
            start = time.process_time()
            _fuse_all(kept, truth, patches.area_mm2, asked.patch_mm)
            spent[2] = time.process_time() - start
            seconds.append(spent.sum())
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{number:5d} {spent[0]:8.1f} s {spent[1]:13.1f} s {spent[2]:6.1f} s {spent.sum():7.1f} s "
                f"{spent.sum() / number:6.2f} s {peak:8.0f} MiB"
            )
        first, last = asked.views[0], asked.views[-1]
        growth = (seconds[-1] / seconds[0]) / (last / first)
        print(f"from {first} to {last} views a view takes {growth:.2f} times as long (1: linear)")
        maps, scores = read_view(folder, 0)
        start = time.process_time()
        view_evidence(scores, maps, lookup, OPTICS, "v000", 0.5)
        ours = time.process_time()
        searched(maps, scores, lookup)
        theirs = time.process_time() - ours
        print(f"one view by lookup {ours - start:.2f} s, by search {theirs:.2f} s: {theirs / (ours - start):.1f} times")
        tell(f"{last} views", seconds[-1], "processor s")
        tell(f"{last} views, memory", peak, "MiB")
        tell("a view among many against one among few", seconds[-1] / last, "processor s", ratio=growth)
        tell("one view by lookup against search", ours - start, "processor s", ratio=(ours - start) / theirs)


def _fuse_all(views: list[ViewEvidence], truth: object, area_mm2: np.ndarray, patch_mm: float) -> None:
    calibration = calibrate([Judged("ball", views, truth)], area_mm2, patch_mm, Fusing())  # type: ignore[arg-type]
    for how in ("mean", "bayes"):
        fuse(views, how, len(area_mm2), calibration)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
