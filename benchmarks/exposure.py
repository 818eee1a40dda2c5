"""How well f(x) = x 2^a, the exposure that networks and annotators are given, agrees with a camera's own exposures.

    python benchmarks/exposure.py FOLDER [--series 200]

FOLDER holds the magnetic tile photographs (``MT_*/Imgs/exp<1-6>_num_<N>.jpg``): most tiles were photographed at six
exposures. Each tile's first exposure is laid over each of its others (they were cropped by hand, so the shift is found
by correlation), a is fitted, and the distance between f of the first and the real other one is printed in grey levels
(root of the mean square over the common area, after a blur of 1.5 pixels that takes the noise of the pixels away).
Beside it stands what else could have been: nothing (a = 0), a straight line with an offset, a gamma curve.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
from figures import tell

from blemish.exchange.importers import mtd
from blemish.learn.exposure import WHITE, expose

BLUR_PX = 1.5
MARGIN = 0.15
"""Share of the first picture at each edge that may be missing in the other."""
ALIKE = 0.8
"""Correlation below which two pictures are not believed to show the same place."""


def photographs(folder: Path) -> list[mtd.Photograph]:
    """List what the folder holds."""
    found = []
    for path in sorted(folder.glob("MT_*/Imgs/exp*_num_*.jpg")):
        exposure, number = path.stem.removeprefix("exp").split("_num_")
        height, width = grey(path).shape
        kind = path.parent.parent.name.removeprefix("MT_")
        found.append(mtd.Photograph(int(number), int(exposure), width, height, kind, str(path)))
    return found


def grey(path: Path | str) -> np.ndarray:
    """Read a picture as grey levels, float32."""
    return cv2.imread(str(path), cv2.IMREAD_GRAYSCALE).astype(np.float32)


def overlaid(first: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Cut the middle of the first picture, find it in the other, and give both; None if it is not to be found."""
    height, width = first.shape
    top, left = int(MARGIN * height), int(MARGIN * width)
    middle = first[top : height - top, left : width - left]
    if middle.shape[0] > other.shape[0] or middle.shape[1] > other.shape[1]:
        return None
    likeness = cv2.matchTemplate(other, middle, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(likeness)
    if best < ALIKE:
        return None
    return middle, other[y : y + middle.shape[0], x : x + middle.shape[1]]


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """Give the root of the mean squared difference of two pictures, blurred, away from their edges."""
    edge = 5
    difference = cv2.GaussianBlur(one - other, (0, 0), BLUR_PX)[edge:-edge, edge:-edge]
    return float(np.sqrt(np.mean(difference**2)))


def fitted_stops(x: np.ndarray, y: np.ndarray) -> float:
    """Give the a of the least distance between f(x) and y, by trying hundredths of a stop."""
    tried = np.arange(-1.0, 3.0, 0.01)
    x, y = x.ravel()[::7], y.ravel()[::7]
    errors = [np.mean((expose(x[None], stops) - y) ** 2) for stops in tried]
    return float(tried[int(np.argmin(errors))])


def rivals(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give y as a straight line of x, and as a gamma curve of x, where neither is clipped."""
    inside = (y < WHITE - 1) & (x > 1) & (y > 1)
    line = np.polyfit(x[inside], y[inside], 1)
    power = np.polyfit(np.log(x[inside]), np.log(y[inside]), 1)
    straight = np.clip(np.polyval(line, x), 0, WHITE)
    return straight, np.minimum(np.exp(np.polyval(power, np.log(np.maximum(x, 1)))), WHITE)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--series", type=int, default=200)
    given = parser.parse_args()
    if given.folder is None or not given.folder.is_dir():
        print("no photographs of magnetic tiles: give the folder that holds MT_Blowhole and its neighbours")
        return 0
    tiles = [{one.exposure: one for one in some} for some in mtd.series(photographs(given.folder))]
    tiles = [tile for tile in tiles if set(tile) >= set(range(1, 7))][: given.series]
    rows: dict[int, list[tuple[float, ...]]] = {exposure: [] for exposure in range(2, 7)}
    lines: dict[int, list[float]] = {exposure: [] for exposure in range(2, 7)}
    for tile in tiles:
        first = grey(tile[1].file)
        for exposure, row in rows.items():
            pair = overlaid(first, grey(tile[exposure].file))
            if pair is None:
                continue
            x, y = pair
            stops = fitted_stops(x, y)
            straight, power = rivals(x, y)
            candidates = (expose(x, stops), x, straight, power)
            row.append((stops, float(y.mean()), *(distance(one, y) for one in candidates)))
            lines[exposure].append(float((y >= WHITE - 1).mean()))
    print(f"{len(tiles)} tiles at six exposures; medians over tiles, distances in grey levels of 255")
    print("exposure  tiles      a (quartiles)      mean grey  clipped   f(x)  nothing   line  gamma   f / mean grey")
    for exposure, found in rows.items():
        table = np.array(found)
        low, stops, high = np.percentile(table[:, 0], [25, 50, 75])
        mean, ours, nothing, straight, power = np.median(table[:, 1:], axis=0)
        print(
            f"1 -> {exposure}    {len(found):5}   {stops:5.2f} ({low:.2f} to {high:.2f})   {mean:8.1f}   "
            f"{np.mean(lines[exposure]):6.2%} {ours:6.2f} {nothing:8.2f} {straight:6.2f} {power:6.2f}   "
            f"{np.median(table[:, 2] / table[:, 1]):8.1%}"
        )
        tell(f"exposure 1 to {exposure}: a", float(stops), "stops")
        tell(f"exposure 1 to {exposure}: apart", float(ours), "grey levels", ratio=float(ours / nothing))
        for rival, apart in (("doing nothing", nothing), ("a straight line", straight), ("a gamma curve", power)):
            tell(f"exposure 1 to {exposure}: {rival}", float(apart), "grey levels")
    return 0


if __name__ == "__main__":
    sys.exit(main())
