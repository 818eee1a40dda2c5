"""What a frame costs: image, mask and both files, against a bare ``mi.render`` of the same scene.

    python benchmarks/frame.py [--rounds 5] [--samples 16] [--width 1224] [--height 512] [--views 3]

Both sides see the same specimen of the built-in clutch (dents and scratches, three kinds of finish), the same ring
light and the same camera, and take turns in one process. The bare side is Mitsuba's ``direct`` integrator with its
``multijitter`` sampler, once with our finishes as its BSDF and once with a built-in rough conductor in their place; it
writes nothing and knows no labels. Our side is what ``blemish make`` does for a frame: ``shoot``, the record, and
``write_frame``, which packs image and mask, proves them, reads them back from the disk and gives them their names.

The goal is at most 1.3 times the bare time of the same scene; above it, the exit code is 1.

The noise of both at equal samples stands beside the times: a renderer that is fast because it is noisier would show.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from figures import tell
from pydantic import TypeAdapter

from blemish.dataset import write
from blemish.dataset.record import FrameRecord, Header, rows
from blemish.defects import DefectPopulation, Specimen, make_specimen
from blemish.engine import facts, start
from blemish.finish import draw_finishes
from blemish.finish.catalogue import FINISHES
from blemish.frames import look_at
from blemish.part import Part, PartSource, load
from blemish.plan import Camera, RingLight, Viewpoint
from blemish.render import Frame, Rendering, Scene, Sensor, build_scene, shoot
from blemish.settings import plain
from blemish.work import beside_the_mask

EYES = [((0, 0, 225), (0, 20, 38)), ((0, -200, 30), (0, 0, 19)), ((150, 60, -120), (15, 15, 5))]
AROUND = 0.04
GOAL = 1.3
"""How many times as long a whole frame may take as bare rendering of the same scene."""


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Time one call."""
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def specimen_and_part(camera: Camera) -> tuple[Specimen, Part]:
    """Make one defective clutch."""
    part = load(PartSource(file="builtin:clutch"))
    tables = ({"kind": "dent", "per_specimen": 20}, {"kind": "scratch", "per_specimen": 15})
    populations = TypeAdapter(tuple[DefectPopulation, ...]).validate_python(tables)
    return make_specimen(part, "d000", True, populations, 1, camera.mm_per_px / 2), part  # noqa: FBT003


def bare(
    scene: Any, camera: Camera, viewpoint: Viewpoint, rendering: Rendering, *, builtin: bool
) -> Callable[..., Any]:
    """Prepare the bare side; what it gives renders one frame for a seed."""
    import mitsuba as mi

    from blemish.render.mitsuba import as_mitsuba

    bsdf = {"type": "roughconductor", "distribution": "ggx", "alpha": 0.2, "eta": 1.077, "k": 6.589}
    replaced = mi.load_dict(bsdf) if builtin else None
    world = as_mitsuba(scene, camera, viewpoint.world_from_camera, rendering, bsdf=replaced)
    return lambda seed: np.array(mi.render(world, seed=seed))[..., 0]


def whole(
    scene: Scene, camera: Camera, viewpoint: Viewpoint, rendering: Rendering, root: Path
) -> Callable[[int], Frame]:
    """Prepare our side; what it gives makes one frame for a seed as ``make`` does, files and all."""
    sensor, light = Sensor(), RingLight()
    write.create(root, Header(name="benchmark", kind="rendered", classes=("dent", "scratch"), camera=plain(camera)))

    def one(seed: int) -> Frame:
        frame = shoot(scene, camera, viewpoint, sensor, rendering, seed)
        record = FrameRecord(
            specimen=scene.specimen,
            view=viewpoint.name,
            digest=str(seed),
            world_from_camera=rows(viewpoint.world_from_camera),
            camera=plain(camera),
            light=plain(light),
            exposure=plain(sensor),
            seeds={"frame": seed},
            defects=beside_the_mask(frame),
        )
        write.write_frame(root, record, frame.image, frame.mask)
        return frame

    return one


def main() -> int:
    """Measure and print; 1 if a frame takes longer than the goal allows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("rounds", 5), ("samples", 16), ("width", 1224), ("height", 512), ("views", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    start()
    camera = Camera(width_px=given.width, height_px=given.height)
    rendering = Rendering(
        samples_per_pixel=given.samples,
        noise_share=0.0,
        depth_of_field=False,
        ambient_radiance=AROUND,
        background_radiance=AROUND,
    )
    specimen, part = specimen_and_part(camera)
    populations = [
        FINISHES.of("turned")(regions=("turned", "thread")),
        FINISHES.of("brushed")(regions=("brushed", "milled")),
        FINISHES.of("plain")(),
    ]
    finishes = draw_finishes(part, populations, 0, specimen.name)
    built, scene = seconds(lambda: build_scene(specimen, part, finishes, "aluminium", RingLight()))
    print(f"{facts()['variant']}, {len(specimen.triangles)} triangles, scene built in {built:.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        ratios = compare(scene, camera, rendering, Path(folder) / "dataset", given.views, given.rounds)
    same_scene, conductor, noise = np.mean(ratios, axis=0)
    missed = same_scene > GOAL
    tell("a whole frame against mi.render", float(same_scene), "times", goal=f"at most {GOAL}")
    tell("a whole frame against a built-in conductor", float(conductor), "times")
    tell("its noise against mi.render", float(noise), "times")
    print(
        f"mean ratio {same_scene:.2f} to the same scene (goal: {GOAL}, {'missed' if missed else 'met'}), "
        f"{conductor:.2f} to a built-in conductor"
    )
    return int(missed)


def compare(  # noqa: PLR0917
    scene: Scene, camera: Camera, rendering: Rendering, root: Path, views: int, rounds: int
) -> list[tuple[float, float, float]]:
    """Let both sides take turns on some views; give the ratios of whole to bare time of each, and of their noise."""
    ratios = []
    for number, (eye, target) in enumerate(EYES[:views]):
        viewpoint = Viewpoint(f"v{number:03d}", look_at(np.array(eye, dtype=float), np.array(target, dtype=float)))
        same = bare(scene, camera, viewpoint, rendering, builtin=False)
        builtin = bare(scene, camera, viewpoint, rendering, builtin=True)
        ours = whole(scene, camera, viewpoint, rendering, root)
        sides = (same, builtin, ours)
        first = [seconds(lambda: side(0))[0] for side in sides]  # noqa: B023
        print(f"view {number}: first frames (compiling) {first[0]:.2f} | {first[1]:.2f} | {first[2]:.2f} s")
        times = [[seconds(lambda: side(r))[0] for side in sides] for r in range(1, rounds + 1)]  # noqa: B023
        a, b, c = np.median(times, axis=0)
        frame = ours(1)
        print(
            f"  mi.render, our finishes {a:.2f} s | mi.render, roughconductor {b:.2f} s | whole frame {c:.2f} s "
            f"({frame.samples / c / 1e6:.1f} M samples/s, {(frame.mask > 0).sum()} px labelled)"
        )
        print(f"  ratio {c / a:.2f} to the same scene, {c / b:.2f} to a built-in conductor")
        ratios.append((c / a, c / b, _noise(same, lambda seed: ours(seed).radiance)))  # noqa: B023
    return ratios


def _noise(same: Callable[..., Any], ours: Callable[..., Any]) -> float:
    """Print the error per pixel of both sides, from the differences of independent frames; give ours over theirs."""
    told = []
    for side in (same, ours):
        one, other = side(101), side(202)
        told.append(float(np.sqrt(((one - other) ** 2).mean() / 2)))
    print(f"  noise per pixel (radiance) {told[0]:.4f} of mi.render, {told[1]:.4f} of ours")
    return told[1] / told[0]


if __name__ == "__main__":
    sys.exit(main())
