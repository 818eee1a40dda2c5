"""What several looks are worth: ``python docs/figures/effective.py`` draws ``looks-together.png``."""

from __future__ import annotations

import numpy as np
from drawing import canvas, save

from blemish.sensitivity import Sensitivity, evidence

figure, axes = canvas(1, 2, width=7.4, height=2.7)
looks = np.arange(1, 11)
for independence in (1.0, 0.5, 0.2, 0.0):
    sensitivity = Sensitivity(intercept=0.0, log_size=1.0, independence=independence)
    one = float(evidence(np.array(0.5)))
    together = [1 - np.exp(-sensitivity.together(one, number * one)) for number in looks]
    axes[0].plot(looks, together, "o-", ms=3, label=f"independence {independence:g}")
axes[0].axhline(0.9, color="#aaaaaa", lw=0.7, ls=":")
axes[0].set(xlabel="looks with p = 0.5 each", ylabel="P of all together", ylim=(0.0, 1.02))
axes[0].legend()

sensitivity = Sensitivity(intercept=-2.0, log_size=3.0, cosine=3.0, log_px_per_mm=1.5)
size_mm = np.exp(np.linspace(np.log(0.1), np.log(2.0), 200))
for angle_deg in (0, 40, 60):
    p = sensitivity.probability(size_mm, np.cos(np.deg2rad(angle_deg)), np.array(12.0))
    axes[1].plot(size_mm, p, label=f"{angle_deg}°, 12 px/mm")
p = sensitivity.probability(size_mm, np.cos(np.deg2rad(40)), np.array(24.0))
axes[1].plot(size_mm, p, ls="--", label="40°, 24 px/mm")
axes[1].set(xlabel="size in mm", ylabel="found by one look", xscale="log", ylim=(-0.02, 1.02))
axes[1].set_xticks([0.1, 0.2, 0.5, 1, 2], ["0.1", "0.2", "0.5", "1", "2"])
axes[1].minorticks_off()
axes[1].legend()
save(figure, "looks-together.png")
