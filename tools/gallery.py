"""Runs the course of examples and makes the pictures of the README and of the pages from what they write.

    python tools/gallery.py [FOLDER]        (default: runs/examples)

An example whose picture is in FOLDER is not run again. Writes ``docs/images/strip.jpg`` (the first example) and,
for each of the others, ``docs/images/course/NAME.jpg``, together below a megabyte.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2

ROOT = Path(__file__).resolve().parents[1]
PICTURES = {
    "01_first_frames.py": "strip",
    "02_finishes.py": "finishes",
    "03_lights.py": "lights",
    "04_defects.py": "defects",
    "05_visibility.py": "visibility",
    "06_plan.py": "plan",
    "07_learn.py": "learned",
    "08_exposure_stack.py": "exposure-stack",
    "09_detection.py": "detection",
    "10_fuse.py": "fused",
}
WIDEST_PX = 1000
LARGEST_BYTES = 180_000


def main(folder: Path) -> None:
    """Run what has not been run, and write each picture as small as a page needs it."""
    for script, name in PICTURES.items():
        picture = folder / f"{name}.png"
        if not picture.is_file():
            subprocess.run([sys.executable, ROOT / "examples" / script, folder], check=True)
        place = ROOT / "docs/images" / (f"{name}.jpg" if name == "strip" else f"course/{name}.jpg")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(small(picture))
        print(f"{place.relative_to(ROOT)}: {place.stat().st_size / 1000:.0f} kB")


def small(picture: Path) -> bytes:
    """Give a picture as a JPEG file that is no wider and no larger than a page needs."""
    image = cv2.imread(str(picture))
    if image.shape[1] > WIDEST_PX:
        image = cv2.resize(image, None, fx=WIDEST_PX / image.shape[1], fy=WIDEST_PX / image.shape[1], interpolation=3)
    for quality in range(92, 40, -4):
        packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        if len(packed) <= LARGEST_BYTES:
            break
    return packed


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "runs/examples"))
