"""The sections of defects: ``python docs/figures/defects.py`` draws ``defect-sections.png`` from their formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
from drawing import canvas, save

from blemish.defects.bump import Bump
from blemish.defects.dent import Dent
from blemish.defects.gouge import Gouge
from blemish.defects.scratch import Scratch


def along(kind: Any, reach_mm: float, label: str, axis: Any) -> None:
    """Draw the height of a defect along its map's ``u`` through the middle, in micrometres."""
    u = np.linspace(-reach_mm, reach_mm, 1200)
    axis.plot(u, 1000 * kind.relief(u, np.zeros_like(u)).height_mm, label=label)


figure, axes = canvas(1, 4, width=8.0, height=2.3)
for shoulder, rim in ((0.15, 0.15), (0.35, 0.08), (0.6, 0.0)):
    along(Dent(shoulder=shoulder, rim=rim), 0.75, f"shoulder {shoulder:g}, rim {rim:g}", axes[0])
for foot in (0.15, 0.3, 0.6):
    along(Bump(foot=foot), 0.55, f"foot {foot:g}", axes[1])
for variation, broken in ((0.0, 0.0), (0.8, 0.0), (0.8, 0.35)):
    scratch = Scratch(pressure_variation=variation, broken=broken)
    along(scratch, 3.6, f"variation {variation:g}, broken {broken:g}", axes[2])
for entry in (0.45, 0.7):
    along(Gouge(entry=entry), 1.7, f"entry {entry:g}", axes[3])
for axis, title in zip(axes, ("dent", "bump", "scratch, along it", "gouge, along it"), strict=True):
    axis.set(title=title, xlabel="mm")
    axis.axhline(0, color="#bbbbbb", lw=0.6, zorder=0)
    low, high = axis.get_ylim()
    axis.set_ylim(low, high + 0.45 * (high - low))
    axis.legend(fontsize=6.5, loc="upper center")
axes[0].set_ylabel("height in µm")
save(figure, "defect-sections.png")
