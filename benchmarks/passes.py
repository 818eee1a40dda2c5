"""What the four passes cost together, and how exact the image is for its time.

    python benchmarks/passes.py [--rounds 3] [--samples 16]            (about three minutes on two cores)

Three questions, each answered by all sides in one run on the same specimen of the built-in clutch, camera and ring:

* image, labels, visibility (against the defect-free twin) and geometry, against the bare image: at most 1.4 times;
* the time until the error is the same, against Mitsuba's ``path`` integrator with its ``independent`` and with its
  ``multijitter`` sampler and our finishes as its BSDF: error^2 falls as 1 / time, so the ratio is time x error^2 of
  both. At least 4 times is the goal, against the former. The error is that of the light, from two renderings with other
  random numbers, on the pixels that see the part;
* what other numbers of proposed directions (``render/gather.py``) cost and bring: time x error^2.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from figures import tell
from frame import AROUND, EYES, specimen_and_part

from blemish.engine import start
from blemish.finish import draw_finishes
from blemish.finish.catalogue import FINISHES
from blemish.frames import look_at
from blemish.plan import Camera, RingLight, Viewpoint
from blemish.render import Rendering, Sensor, build_scene, shoot


def main() -> None:
    """Measure both and print ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--samples", type=int, default=16)
    given = parser.parse_args()
    start("cpu")
    camera = Camera(width_px=1224, height_px=1024)
    specimen, part = specimen_and_part(camera)
    populations = (
        FINISHES.of("turned")(regions=("turned", "thread", "drilled")),
        FINISHES.of("milled")(regions=("milled",)),
        FINISHES.of("brushed")(regions=("*",)),
    )
    finishes = draw_finishes(part, populations, 1, "d000")
    scene = build_scene(specimen, part, finishes, "aluminium", RingLight(), with_twin=True)
    views = [
        Viewpoint(f"v{i}", look_at(np.array(eye, float), np.array(at, float), np.array([0.0, 1.0, 0.1])))
        for i, (eye, at) in enumerate(EYES)
    ]
    how = Rendering(samples_per_pixel=given.samples, noise_share=0.0, ambient_radiance=AROUND)
    all_passes(scene, camera, views, how, given.rounds)
    against_path(scene, camera, views[0], how, given.rounds)
    by_proposals(scene, camera, views[0], how, given.rounds)


def all_passes(scene: Any, camera: Camera, views: list[Viewpoint], how: Rendering, rounds: int) -> None:
    """Compare a frame with all passes with a bare image."""
    bare = replace(scene, twin=None, defects=(), significant=())
    labels = replace(scene, twin=None)
    sides: dict[str, Callable[[Viewpoint], Any]] = {
        "image": lambda view: shoot(bare, camera, view, Sensor(), how, 0),
        "image, labels": lambda view: shoot(labels, camera, view, Sensor(), how, 0),
        "image, labels, visibility": lambda view: shoot(scene, camera, view, Sensor(), how, 0),
        "image, labels, visibility, geometry": lambda view: shoot(
            scene, camera, view, Sensor(), replace(how, geometry=True), 0
        ),
    }
    best = _best(sides, views, rounds)
    for name, seconds in best.items():
        print(f"{name:40s} {seconds / len(views):6.3f} s a frame   ratio {seconds / best['image']:5.2f}")
        goal = "at most 1.4" if "geometry" in name else ""
        tell(name, seconds / len(views), "s a frame", ratio=seconds / best["image"], goal=goal)


def against_path(scene: Any, camera: Camera, view: Viewpoint, how: Rendering, rounds: int) -> None:
    """Compare time x error^2 with Mitsuba's default integrator, and its default and its best sampler for this."""
    import mitsuba as mi

    from blemish.render.mitsuba import as_mitsuba

    pinhole = replace(how, depth_of_field=False, background_radiance=AROUND)
    scenes = {
        name: as_mitsuba(scene, camera, view.world_from_camera, pinhole, sampler=name)
        for name in ("independent", "multijitter")
    }
    path = mi.load_dict({"type": "path", "max_depth": 2})
    count = how.samples_per_pixel

    def theirs(sampler: str, seed: int) -> np.ndarray:
        return np.array(mi.render(scenes[sampler], integrator=path, spp=count, seed=seed))[..., 0]

    def ours(seed: int) -> np.ndarray:
        return shoot(replace(scene, twin=None), camera, view, Sensor(), pinhole, seed).radiance

    sides: dict[str, Callable[[int], np.ndarray]] = {f"path, {name}": partial(theirs, name) for name in scenes}
    sides["ours"] = ours
    on_part = ours(0) != AROUND
    cost: dict[str, float] = {}
    for name, render in sides.items():
        render(0)
        taken = []
        for seed in range(1, rounds + 1):
            begin = time.perf_counter()
            image = render(seed)
            taken.append(time.perf_counter() - begin)
        error2 = float(np.mean((image - render(99))[on_part] ** 2) / 2)
        cost[name] = min(taken) * error2
        error = 100 * error2**0.5 / float(image[on_part].mean())
        print(f"{name:24s} {min(taken):6.3f} s   error {error:5.1f} % of the mean")
        tell(f"{name}, a frame", min(taken), "s")
        tell(f"{name}, error", error, "% of the mean")
    for name in scenes:
        times = cost[f"path, {name}"] / cost["ours"]
        print(f"time at equal error, path with {name} over ours: {times:.1f}")
        goal = "at least 4" if name == "independent" else ""
        tell(f"time at equal error, path, {name}", times, "times ours", goal=goal)


def by_proposals(scene: Any, camera: Camera, view: Viewpoint, how: Rendering, rounds: int) -> None:
    """Compare numbers of proposed directions by time x error^2."""
    from blemish.render import gather

    usual, bare = gather.CANDIDATES, replace(scene, twin=None)
    for number in (1, 2, 4, 8):
        gather.CANDIDATES = number

        def radiance(seed: int) -> np.ndarray:
            return shoot(bare, camera, view, Sensor(), how, seed).radiance

        images = [radiance(0)]
        begin = time.perf_counter()
        images += [radiance(seed) for seed in range(1, rounds + 1)]
        seconds = (time.perf_counter() - begin) / rounds
        on_part = images[0] > 0
        error2 = float(np.mean((images[-1] - images[-2])[on_part] ** 2) / 2) if rounds > 1 else float("nan")
        print(f"{number} proposals: {seconds:6.3f} s, error^2 x time {1e6 * error2 * seconds:7.1f} (less is better)")
    gather.CANDIDATES = usual


def _best(sides: dict[str, Callable[[Viewpoint], Any]], views: list[Viewpoint], rounds: int) -> dict[str, float]:
    best = dict.fromkeys(sides, float("inf"))
    for side in sides.values():
        side(views[0])
    for _ in range(rounds):
        for name, side in sides.items():
            begin = time.perf_counter()
            for view in views:
                side(view)
            best[name] = min(best[name], time.perf_counter() - begin)
    return best


if __name__ == "__main__":
    main()
