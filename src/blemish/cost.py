"""What making would cost, told before the first ray; a disk that is too small is refused."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from blemish.errors import StorageError
from blemish.recipe import Recipe, drawn

BYTES_A_PIXEL = 0.75
"""Disk for image and mask; measured on the built-in clutch, whose noise hardly compresses."""

BYTES_OF_GEOMETRY = 18.0
"""Disk for ``geometry.exr``, a pixel."""

BYTES_OF_NOMINAL = 1.0
"""Disk for the maps of the part as designed in it; measured on the clutch."""

SHARE_OF_MORE = 0.9
"""Of the samples that a pixel may get beyond the first round, how many it gets; measured on the clutch."""

BYTES_A_SPECIMEN = 4e6
"""Disk for ``part.ply`` of a simple part; with dozens of defects it is five times as much, which those specimens tell
that are there already."""

SAMPLES_A_SECOND = 5e6
"""What two processor cores reach on the built-in clutch (``benchmarks/frame.py``), a bounce; more cores and GPUs reach
more."""

SHARE_OF_TWINS = 0.3
"""How much longer a frame takes whose defects are compared with the part without them: a tenth on the built-in clutch,
eight tenths on a spindle that is worn all over."""


@dataclass(frozen=True)
class Cost:
    """What some frames need."""

    frames: int
    disk_bytes: int
    seconds: float
    """On two processor cores."""

    def in_words(self) -> str:
        """Say it in half a sentence."""
        hours, minutes = self.seconds / 3600, max(1, round(self.seconds / 60))
        time = f"{hours:.1f} hours" if hours >= 2 else f"{minutes} minute{'s' if minutes > 1 else ''}"
        return f"about {self.disk_bytes / 1e9:.2f} GB of disk and {time} on two cores"


def cost_of(recipe: Recipe, frames: int, root: Path | None = None) -> Cost:
    """Estimate what so many frames of a recipe need, with the geometry of those specimens that ``root`` has not yet."""
    pixels = recipe.camera.width_px * recipe.camera.height_px
    sensor, rendering = drawn(recipe, "sensor", "cost"), drawn(recipe, "render", "cost")
    layers = BYTES_OF_GEOMETRY if rendering.geometry else 0.0
    layers += BYTES_OF_NOMINAL if rendering.geometry == "nominal" else 0.0
    disk = frames * pixels * (sensor.bits / 8 * BYTES_A_PIXEL + layers)
    there = [path.stat().st_size for path in root.glob("specimens/*/part.ply")] if root else []
    each = sum(there) / len(there) if there else BYTES_A_SPECIMEN
    geometry = max(0, len(recipe.specimens.names) - len(there)) * each if frames else 0
    most = max(rendering.samples_per_pixel, rendering.max_samples_per_pixel if rendering.noise_share else 0)
    samples = rendering.samples_per_pixel + SHARE_OF_MORE * (most - rendering.samples_per_pixel)
    ways = rendering.bounces + (SHARE_OF_TWINS if rendering.visibility else 0)
    seconds = frames * pixels * samples * ways / SAMPLES_A_SECOND
    return Cost(frames, int(disk + geometry), seconds)


def refuse_small_disk(cost: Cost, root: Path) -> None:
    """Raise :class:`StorageError` when the disk under ``root`` cannot hold what is still to be made."""
    there = next(folder for folder in [root, *root.resolve().parents] if folder.exists())
    free = shutil.disk_usage(there).free
    if cost.frames and cost.disk_bytes > free:
        raise StorageError(
            f"{root}: {cost.frames} frames need about {cost.disk_bytes / 1e9:.1f} GB and the disk has {free / 1e9:.1f} "
            "GB free; free some space, choose another disk, or ask for fewer specimens or views"
        )
