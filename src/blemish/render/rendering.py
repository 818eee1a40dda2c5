"""How frames are computed."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Interval

from blemish.settings import NotNegative, settings
from blemish.vary import population_of


@settings
class Rendering:
    """How exactly a frame is computed, and what surrounds the part."""

    samples_per_pixel: Annotated[int, Interval(ge=1, le=4096)] = 16
    """Places in each pixel that are looked at, for image and mask alike; powers of two are spread best."""
    noise_share: NotNegative = 1.0
    """Pixels whose error exceeds this share of the sensor's own noise get more samples, for the image; 0: none do."""
    max_samples_per_pixel: Annotated[int, Interval(ge=1, le=65536)] = 64
    """How many samples a pixel gets at most."""
    depth_of_field: bool = True
    """Whether the lens blurs what is out of focus, as its f-number says; else the camera is a pinhole."""
    visibility: bool = True
    """Whether each defect is compared with the part without it, for ``visibility.png`` and the frame's record."""
    geometry: Literal[False, True, "nominal"] = False
    """Whether depth, position, normal and ids are written for each pixel, to ``geometry.exr``; ``"nominal"`` adds maps
    of the part as designed, without its defects, which networks may be shown (``learn.geometry``)."""
    bounces: Annotated[int, Interval(ge=1, le=8)] = 1
    """How often light may be reflected on its way: 1 is light that comes straight from the ring or the surroundings."""
    ambient_radiance: NotNegative = 0.04
    """A small constant light from everywhere, in place of what part, robot and room reflect at each other."""
    background_radiance: NotNegative = 0.0
    """What is seen beside the part: 0 is black velvet."""

    def __post_init__(self) -> None:
        if self.samples_per_pixel == 1 and self.noise_share and self.max_samples_per_pixel > 1:
            raise ValueError(
                "a single sample tells nothing of its error, so none can be added where it is large: raise "
                "samples_per_pixel, or set noise_share = 0"
            )


RenderingPopulation = population_of(Rendering)
