"""A plan: the fewest viewpoints that see the part, and the proof of how few it could be.

``python examples/06_plan.py [FOLDER]`` writes ``plan.png``: the built-in clutch coloured by how many views inspect
each place, and how the coverage grows view by view. Look at the dashed line: no plan of the same candidates has fewer
views.
"""

import matplotlib as mpl
import numpy as np
from course import folder

from blemish.part import PartSource, load
from blemish.plan import Camera, Planning, RingLight
from blemish.plan.make import plan_with_coverage
from blemish.plan.painted import by_count, canvas
from blemish.report.splat import splat

mpl.use("Agg")
import matplotlib.pyplot as plt

part = load(PartSource(file="builtin:clutch"))
camera = Camera(width_px=612, height_px=512, pixel_pitch_um=13.8)
light = RingLight(inner_radius_mm=30.0, outer_radius_mm=110.0, offset_mm=50.0)
wishes = Planning(sample_spacing_mm=2.5, min_px_per_mm=5.0, max_angle_deg=50.0, target_coverage=0.95)
plan, coverage = plan_with_coverage(part, camera, light, wishes, seed=1)
print(plan.in_words())

samples, times = coverage.samples, coverage.times
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
painting = by_count(times, coverage.visibility.furthest)
places = canvas(part.vertices_mm, part.triangles, samples)
drawn = splat(places.vertices_mm, places.triangles, (painting.colours / 255)[places.sample], (1.0, -1.2, 1.1), size=420)
left.imshow(drawn.image, extent=drawn.extent_mm)
for name, colour in painting.legend:
    left.plot([], [], "s", color=np.array(colour) / 255, label=name)
left.legend(title="inspected", frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(-0.12, -0.03))
left.set_axis_off()

seen, shares = np.zeros(len(samples), bool), []
for view in range(len(plan.viewpoints)):
    seen |= coverage.visibility.sees(view)
    shares.append(float(samples.area_mm2[seen].sum() / samples.area_mm2.sum()))
right.plot(range(1, len(shares) + 1), np.multiply(shares, 100), ".-", color="#3b6ea5")
right.axhline(100 * plan.inspectable, color="0.5", linewidth=0.8, label="what any candidate inspects")
if plan.lower_bound:
    right.axvline(plan.lower_bound, color="#c0392b", linestyle="--", label="no plan has fewer views")
right.set(xlabel="views", ylabel="inspected, % of the area", ylim=(0, 102))
right.legend(frameon=False, fontsize=8, loc="lower right", bbox_to_anchor=(0.88, 0.0))
figure.savefig(folder() / "plan.png", dpi=110)
print(f"the picture is {folder() / 'plan.png'}")
