"""A curve of detection with its bounds: ``python docs/figures/detection.py`` draws ``detection-curve.png``.

Eighty simulated defects, each looked at ten times by looks that fail together; dots are the share of its looks that
found it. The fit is the one that ``blemish inspect`` makes: once told which looks belong together, once not.
"""

from __future__ import annotations

import numpy as np
from drawing import COLOURS, canvas, save
from scipy.special import expit

from blemish.inspect.pod.hit_miss import fit_hit_miss

DEFECTS, VIEWS = 80, 10
rng = np.random.default_rng(7)
size_mm = np.exp(rng.uniform(np.log(0.1), np.log(2.0), DEFECTS))
own = rng.normal(0.0, 2.5, DEFECTS)  # what a defect's place does to all views of it
chance = expit(4.0 * np.log(size_mm / 0.4)[:, None] + own[:, None])
found = rng.uniform(size=(DEFECTS, VIEWS)) < chance
sizes = np.repeat(size_mm, VIEWS)
which = np.repeat(np.arange(DEFECTS), VIEWS)

figure, axes = canvas(1, 2, width=7.6, height=2.9)
together = {"looks of a defect belong together": which, "taken as independent": np.arange(sizes.size)}
for axis, (title, groups) in zip(axes, together.items(), strict=True):
    curve = fit_hit_miss(sizes, found.ravel(), groups=groups, targets=which, measure="diameter_mm")
    grid = np.exp(np.linspace(np.log(size_mm.min()), np.log(size_mm.max()), 60))
    bounds = np.array([curve.bounds(one) for one in grid])
    axis.fill_between(grid, bounds[:, 0], bounds[:, 1], color=COLOURS[0], alpha=0.18, lw=0)
    axis.plot(grid, [curve.probability(one) for one in grid], color=COLOURS[0])
    share = found.mean(axis=1)
    axis.plot(size_mm, share, ".", color="#555555", ms=3.5, alpha=0.6)
    axis.axhline(0.9, color="#aaaaaa", lw=0.7, ls=":")
    for size, name, colour in ((curve.a90, "a90", COLOURS[0]), (curve.a90_95, "a90/95", COLOURS[1])):
        if size is not None:
            axis.plot([size, size], [0, 0.9], color=colour, lw=0.9)
            side = "right" if name == "a90" else "left"
            axis.annotate(f"{name} {size:.2f} mm", (size, 0.02), rotation=90, fontsize=7, ha=side, color=colour)
    axis.set(title=title, xlabel="diameter in mm", xscale="log", ylim=(-0.03, 1.03))
    axis.set_xticks([0.1, 0.2, 0.5, 1, 2], ["0.1", "0.2", "0.5", "1", "2"], minor=False)
    axis.minorticks_off()
axes[0].set_ylabel("probability of detection")
save(figure, "detection-curve.png")
