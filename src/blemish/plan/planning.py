"""What a plan has to achieve and where views may stand: the settings of inspection planning."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

import numpy as np
from annotated_types import Interval, Len
from pydantic import Field

from blemish.plan.finding import Finding
from blemish.plan.sources import Offset, Sphere, Turntable
from blemish.settings import AtLeastOne, Count, NotNegative, Positive, settings

Source = Annotated[Offset | Sphere | Turntable, Field(discriminator="kind")]
"""One way of proposing views; ``kind`` tells them apart in a study."""
Angle = Annotated[float, Interval(gt=0, lt=90)]
Direction = tuple[float, float, float]


@settings
class Table:
    """A support that the part lies on: nothing is seen through it and no view stands under it."""

    up: Direction = (0.0, 0.0, 1.0)
    """The direction, in the axes of the CAD file, that points up when the part lies on the table."""

    def __post_init__(self) -> None:
        if np.linalg.norm(self.up) < 1e-9:
            raise ValueError("the direction that points up from the table has no length")


@settings
class Reach:
    """Where a robot can bring the camera: a box for the lens and a limit on its tilt."""

    low_mm: Direction = (-1e4, -1e4, -1e4)
    """The corner of the box with the smallest x, y and z, in the axes of the CAD file."""
    high_mm: Direction = (1e4, 1e4, 1e4)
    """The opposite corner."""
    up: Direction = (0.0, 0.0, 1.0)
    """The direction from which a camera with no tilt looks down."""
    max_tilt_deg: Annotated[float, Interval(gt=0, le=180)] = 180.0
    """The largest angle between straight down and the line of sight; 90 still looks sideways, 180 allows everything."""

    def __post_init__(self) -> None:
        if any(low >= high for low, high in zip(self.low_mm, self.high_mm, strict=True)):
            raise ValueError(
                f"the reach is empty: low_mm {self.low_mm} must be below high_mm {self.high_mm} on each axis"
            )
        if np.linalg.norm(self.up) < 1e-9:
            raise ValueError("the direction that points up has no length")


@settings
class Planning:
    """What counts as inspected, how much of the part must be, and which views may be used for it.

    The part's surface is replaced by evenly spread samples. A view inspects a sample if the sample lies in its image,
    faces it, is sharp, is seen at enough pixels a millimetre, is lit, and nothing stands between the two.
    """

    regions: Annotated[tuple[str, ...], Len(min_length=1)] = ("*",)
    """Names of the regions to inspect; ``*`` is all of them."""
    sample_spacing_mm: Positive = 1.0
    """One surface sample stands for a square of this edge; every CAD face has at least one."""
    candidates: Annotated[tuple[Source, ...], Len(min_length=1)] = (Offset(), Sphere())
    """Where views are proposed; the cover chooses among the proposals of all sources together."""
    max_angle_deg: Angle = 60.0
    """The steepest angle between the line of sight and the surface normal at which a sample still counts."""
    min_px_per_mm: NotNegative = 10.0
    """Pixels a millimetre of surface must have, along the direction in which the slant compresses it most."""
    max_blur_px: Positive = 3.0
    """The largest blur circle of a sample that is out of focus; the lens's f-number turns it into a range of depths."""
    lighting: Literal["any", "bright", "dark"] = "any"
    """Which light counts: ``bright`` where the finish throws the ring into the lens, ``dark`` where it does not."""
    lobe_deg: Angle = 12.0
    """The slope up to which the finish of the inspected regions scatters light; it widens the bright field."""
    border_px: Count = 8
    """Samples nearer than this to the edge of an image do not count: a defect there would be cut off."""
    target_coverage: Annotated[float, Interval(gt=0, le=1)] = 0.99
    """Stop when this fraction of the inspectable area is covered; what no view can see is not asked for."""
    views_per_point: AtLeastOne = 1
    """How many views must see a sample before it is covered (fewer where fewer can)."""
    views_per_region: dict[str, AtLeastOne] = field(default_factory=dict)
    """Regions that need another number of views than ``views_per_point``, by name: a sealing face twice, say."""
    overlap_mm: NotNegative = 0.0
    """How far views overlap: an object of this diameter lies whole in one view, where any view can show it whole."""
    max_views: AtLeastOne = 200
    """Never choose more views than this, covered or not."""
    bound_rounds: Count = 3000
    """Most rounds to spend on a lower bound of the number of views, which tells how good the plan is; 0 is none."""
    improve_rounds: Count = 4000
    """Most rounds of exchanging views to spend on a plan with fewer of them; 0 leaves the greedy plan."""
    improve_s: NotNegative = 0.0
    """Seconds of integer programming on top; with it the plan depends on how fast the machine is."""
    clearance_mm: NotNegative = 10.0
    """Free space that camera and ring keep from the part and from the table."""
    rig_length_mm: Positive = 150.0
    """How far the camera's housing reaches behind the lens; it is as wide as the ring light."""
    table: Table | None = None
    """The support that the part lies on; without one the part is held in free space and seen from all sides."""
    reach: Reach | None = None
    """Where the camera can be brought; without one it can stand anywhere."""

    finding: Finding | None = None
    """Count what is found instead of what is seen: a size of defects, how surely, and what one look finds."""

    def views_of(self, region: str) -> int:
        """Give how many views must see each sample of a region."""
        return self.views_per_region.get(region, self.views_per_point)

    def __post_init__(self) -> None:
        if self.finding is not None and (self.views_per_point > 1 or self.views_per_region or self.overlap_mm):
            raise ValueError(
                "finding asks for as many views as it takes to find a defect: leave out views_per_point, "
                "views_per_region and overlap_mm, or finding"
            )
        for name in self.views_per_region:
            if name == "*":
                raise ValueError("views_per_region names single regions; what holds for all of them is views_per_point")
            if "*" not in self.regions and name not in self.regions:
                raise ValueError(
                    f"views_per_region asks for views of {name}, which is not among the regions to inspect "
                    f"({', '.join(self.regions)}): add it there or leave it out here"
                )
