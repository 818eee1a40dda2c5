"""The clutch by region: ``python docs/figures/regions.py`` draws ``regions.png``."""

from __future__ import annotations

from drawing import canvas, save

from blemish.part import PartSource, load
from blemish.report.figures import FROM_ABOVE, FROM_BELOW, REGION_COLOURS
from blemish.report.splat import splat

part = load(PartSource())
colours = REGION_COLOURS[part.region_of_triangle % len(REGION_COLOURS)]
figure, axes = canvas(1, 2, width=6.8, height=3.6)
for axis, direction in zip(axes, (FROM_ABOVE, FROM_BELOW), strict=True):
    axis.imshow(splat(part.vertices_mm, part.triangles, colours, direction, size=460).image)
    axis.set_axis_off()
for region, colour in zip(part.regions, REGION_COLOURS, strict=False):
    axes[0].plot([], [], "s", color=colour, markersize=7, label=region.name)
figure.legend(loc="outside lower center", ncols=len(part.regions))
save(figure, "regions.png")
