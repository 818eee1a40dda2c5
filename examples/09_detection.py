"""Probability of detection: from a list of defects, found or missed, to the size that one may sign for.

``python examples/09_detection.py [FOLDER]`` writes ``detection.png``. The records are made up: an inspection that
finds half of all dents of 0.6 mm, so the truth is known. Look at the lower edge of the
band: a90/95 is where it, and not the curve, reaches 90 %. With four times as many defects the band is half as wide.
"""

import matplotlib as mpl
import numpy as np
from course import folder

from blemish.inspect.pod.hit_miss import fit_hit_miss
from blemish.seeds import stream

mpl.use("Agg")
import matplotlib.pyplot as plt


def truth(size_mm: np.ndarray) -> np.ndarray:
    """Give how surely a dent is really found."""
    return 1 / (1 + np.exp(-5 * np.log(size_mm / 0.6)))


figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
for axis, defects in zip(axes, (100, 400), strict=True):
    rng = stream(2, "records", defects)
    size_mm = np.exp(rng.uniform(np.log(0.2), np.log(3.0), defects))
    found = rng.random(defects) < truth(size_mm)
    curve = fit_hit_miss(size_mm, found, measure="diameter_mm")
    sizes = f"a50 {curve.a50:.2f}, a90 {curve.a90:.2f}, a90/95 {curve.a90_95:.2f} mm"
    print(f"{defects} defects, {found.sum()} found: {sizes}")

    at = np.linspace(0.2, 3.0, 200)
    low, high = curve.bounds(at)
    axis.fill_between(at, 100 * low, 100 * high, color="#3b6ea5", alpha=0.2, label="bounds, 95 % each")
    axis.plot(at, 100 * curve.probability(at), color="#3b6ea5", label="fitted")
    axis.plot(at, 100 * truth(at), color="0.3", linestyle=":", label="truth")
    axis.plot(size_mm, np.where(found, 103, -3), "|", color="#c0392b", alpha=0.6, label="found; missed")
    axis.axvline(curve.a90_95, color="#c0392b", linestyle="--", label=f"a90/95 = {curve.a90_95:.2f} mm")
    axis.set(xlabel="diameter, mm", title=f"{defects} defects", ylim=(-7, 107))
    axis.legend(frameon=False, loc="lower right", fontsize=8)
axes[0].set_ylabel("found, %")
figure.savefig(folder() / "detection.png", dpi=110)
print(f"a90 is in truth {0.6 * 9**0.2:.2f} mm; the picture is {folder() / 'detection.png'}")
