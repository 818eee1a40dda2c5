"""Pits: a cluster of flakes that broke out of the surface, as rolling contact fatigue leaves on raceways.

Discs i = 1 ... count of radius r_i lie around places x_i that are drawn inside a circle. Space is warped and the floor
is uneven by sums w(x) and n(x) of a few random waves, about as long as a disc is wide; t = |x + w(x) - x_i| / r_i::

    F(x) = sum over i of (1 - t^2)^2 where t < 1
    height(x) = -depth * S(F / edge) * (1 - roughness (1 + n(x)) / 2) / its largest value,    S: smoothstep

where F passes ``edge`` the floor is reached, so overlapping discs run together into one pit of ragged outline with a
steep wall and a rough floor. All that is random follows from ``pattern`` alone. Sizes are those of fatigue pitting on
ball screws: flakes of a few tenths of a millimetre that grow together over millimetres. Our own design.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

import numpy as np
from annotated_types import Interval

from blemish.defects.furrow import smoothstep
from blemish.defects.kind import Relief
from blemish.defects.waves import Waves
from blemish.seeds import stream
from blemish.settings import Count, Fraction, Positive, settings


@settings
class Pits:
    """Pits: several flakes broken out close together, partly run into one."""

    count: Annotated[int, Interval(ge=1, le=200)] = 12
    """How many flakes."""
    pit_mm: Positive = 0.35
    """Diameter of a flake; they vary between 0.6 and 1.4 times this."""
    spread_mm: Positive = 1.2
    """Diameter of the circle in which their middles lie."""
    depth_mm: Positive = 0.025
    """Depth of the deepest place. Typical 0.01 - 0.1; at most a fifth of ``pit_mm`` times ``edge``."""
    elongation: Annotated[float, Interval(ge=1, le=5)] = 1.0
    """Length over breadth of the cluster (its flakes stay round)."""
    orientation_deg: float = 0.0
    """Direction of its length, from the surface's own direction."""
    edge: Annotated[float, Interval(ge=0.1, le=0.8)] = 0.5
    """How far from its rim the wall of a flake reaches the floor: 0.1 is steep, 0.8 is a bowl."""
    ragged: Annotated[float, Interval(ge=0, le=0.5)] = 0.35
    """How far the outline strays from circles, in parts of a flake's radius."""
    roughness: Fraction = 0.4
    """How much of the depth the floor rises and falls."""
    strength: Fraction = 0.6
    """How much of the metal's shine is lost where its grains broke: 0.6 fresh, 0.9 with oil and paste in it."""
    albedo: Fraction = 0.25
    """How much of what is lost comes back in all directions alike: 0.25 fresh, 0.05 with oil and paste in it."""
    gather: Fraction = 0.4
    """How much the flakes crowd towards the middle: 0 spreads them evenly."""
    pattern: Count = 0
    """Which of the endless arrangements; with 0 each one of a population draws its own."""

    def __post_init__(self) -> None:
        deepest = 0.2 * self.pit_mm * self.edge
        if self.depth_mm > deepest:
            raise ValueError(
                f"pits of {self.pit_mm:g} mm cannot be {self.depth_mm:g} mm deep with a wall as steep as "
                f"{self.edge:g} of their radius; at most {deepest:.3g} mm"
            )

    @cached_property
    def flakes(self) -> np.ndarray:
        """Middle (u, v) and radius of each flake, (count, 3), millimetres."""
        rng = stream(self.pattern, "pits")
        angle = rng.uniform(0, 2 * np.pi, self.count)
        away = rng.random(self.count) ** (0.5 + self.gather)
        radius = self.pit_mm / 2 * rng.uniform(0.6, 1.4, self.count)
        stretch = np.sqrt(self.elongation)
        half = self.spread_mm / 2 * away
        return np.stack([half * np.cos(angle) * stretch, half * np.sin(angle) / stretch, radius], axis=1)

    @cached_property
    def waves(self) -> tuple[Waves, ...]:
        """Three sums of waves: two warp the outline, the third makes the floor uneven."""
        return Waves.drawn(stream(self.pattern, "pits", "waves"), 3, self.pit_mm)

    @property
    def reach_mm(self) -> float:
        """From the middle to the end of the farthest flake, with the warp."""
        warp = np.sqrt(2) * self._warp_mm
        return float(np.max(np.hypot(self.flakes[:, 0], self.flakes[:, 1]) + self.flakes[:, 2])) + warp

    @property
    def _warp_mm(self) -> float:
        """The most by which the sum of waves can shift a point along u or v."""
        return self.ragged * self.pit_mm / 2

    @property
    def half_spine_mm(self) -> float:
        """The spine is one point."""
        return 0.0

    @property
    def feature_mm(self) -> float:
        """The wall of a flake: with edge 1/4, a sixth of its diameter."""
        return 0.6 * self.pit_mm * self.edge

    @property
    def deepest_mm(self) -> float:
        """The depth."""
        return self.depth_mm

    def relief(self, u: np.ndarray, v: np.ndarray) -> Relief:
        """Give height and derivatives; see the head of this file."""
        floor, along, across = self._floor(u, v)
        scale = -self.depth_mm / self._largest
        return Relief(scale * floor, scale * along, scale * across, -scale * floor)

    @cached_property
    def _largest(self) -> float:
        """The depth of the deepest place before scaling: searched on a grid, then around the best of its points."""
        count = int(min(300, np.ceil(16 * self.reach_mm / (0.6 * self.pit_mm))))
        line = np.linspace(-self.reach_mm, self.reach_mm, 2 * count + 1)
        at_u, at_v, step = 0.0, 0.0, line[1] - line[0]
        best = 0.0
        for _ in range(4):
            u, v = (axis.ravel() for axis in np.meshgrid(at_u + line, at_v + line))
            depth = self._floor(u, v)[0]
            deepest = int(np.argmax(depth))
            best, at_u, at_v = float(depth[deepest]), float(u[deepest]), float(v[deepest])
            line, step = np.linspace(-step, step, 9), step / 4
        return best

    def _floor(self, u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give the depth before scaling, and its derivatives."""
        shift_u, u_u, u_v = self.waves[0].at(u, v, self._warp_mm)
        shift_v, v_u, v_v = self.waves[1].at(u, v, self._warp_mm)
        total, along, across = np.zeros_like(u), np.zeros_like(u), np.zeros_like(u)
        for at_u, at_v, radius in self.flakes:
            du, dv = (u + shift_u - at_u) / radius, (v + shift_v - at_v) / radius
            rest = np.maximum(1 - du * du - dv * dv, 0.0)
            total += rest * rest
            along -= 4 * rest * (du * (1 + u_u) + dv * v_u) / radius
            across -= 4 * rest * (du * u_v + dv * (1 + v_v)) / radius
        step, slope = smoothstep(total / self.edge)
        wave, wave_u, wave_v = self.waves[2].at(u, v, self.roughness / 2)
        uneven = 1 - self.roughness / 2 - wave
        slope = slope / self.edge * uneven
        return step * uneven, slope * along - step * wave_u, slope * across - step * wave_v
