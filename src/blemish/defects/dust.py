"""Dust: specks that lie on the surface, scattered over a patch.

The patch is laid out in square cells, each with at most one speck. With rho the distance from the middle of the patch
in parts of its radius, a cell has one with the probability ``fill * (1 - rho^2)``, somewhere in the cell; its diameter
lies between 0.4 and 1.6 times ``speck_mm``, its outline is ragged. A speck is a grey diffuser that hides the metal
under it: bright where a dark-field ring leaves the metal dark, dark where the metal shines. Workshop dust has 0.02 to
0.2 mm. Our own design.
"""

from __future__ import annotations

from typing import Annotated

from annotated_types import Interval

from blemish.defects.film import Film
from blemish.settings import Count, Fraction, Positive, settings


@settings
class Dust(Film):
    """Dust: a patch of small diffuse specks."""

    patch_mm: Positive = 6.0
    """Diameter of the patch. Typical 2 - 20."""
    speck_mm: Positive = 0.07
    """Diameter of the specks, on the average. Typical 0.02 - 0.2."""
    cell_mm: Positive = 0.5
    """Side of the cells in which there is at most one speck; at least twice ``speck_mm``."""
    fill: Fraction = 0.7
    """The part of the cells that have a speck, in the middle of the patch."""
    albedo: Annotated[float, Interval(ge=0.02, le=0.95)] = 0.4
    """How much light a speck returns: 0.1 is soot or swarf oxide, 0.4 grey dust, 0.8 lint."""
    orientation_deg: float = 0.0
    """Direction of the cells, from the surface's own direction."""
    pattern: Count = 0
    """Which of the endless arrangements; with 0 each one of a population draws its own."""

    def __post_init__(self) -> None:
        if self.cell_mm < 2 * self.speck_mm:
            raise ValueError(
                f"specks of {self.speck_mm:g} mm do not fit into cells of {self.cell_mm:g} mm; "
                f"at least {2 * self.speck_mm:g} mm"
            )
        if self.patch_mm < 2 * self.cell_mm:
            raise ValueError(
                f"a patch of {self.patch_mm:g} mm has no room for cells of {self.cell_mm:g} mm; "
                f"at most half the patch, {self.patch_mm / 2:g} mm"
            )

    @property
    def half_axes_mm(self) -> tuple[float, float]:
        """A circle."""
        return self.patch_mm / 2, self.patch_mm / 2
