"""Our own lights keep the contract that is published for those of other packages."""

from __future__ import annotations

import pytest

from blemish.plan.light import Light, RingLight
from blemish.plan.lights import BarLights, CoaxialLight, DomeLight
from blemish.plan.tunnel import TunnelLight
from blemish.testing import LightContract

OURS: list[Light] = [
    RingLight(inner_radius_mm=30.0, outer_radius_mm=70.0, offset_mm=10.0),
    RingLight(inner_radius_mm=30.0, outer_radius_mm=70.0, offset_mm=10.0, segments=6, lit_segments=(1, 2, 5)),
    BarLights(kind="bars", count=3, first_deg=20.0),
    DomeLight(kind="dome"),
    CoaxialLight(kind="coaxial"),
    TunnelLight(kind="tunnel", radius_mm=80.0, length_mm=120.0, axis_mm=195.0, arc_deg=80.0, hole_radius_mm=20.0),
]


@pytest.mark.parametrize("ours", OURS, scope="class", ids=["ring", "sectors", "bars", "dome", "coaxial", "tunnel"])
class TestOurLights(LightContract):
    """Every kind of ours."""

    @pytest.fixture(autouse=True)
    def made(self, ours: Light) -> None:
        """One of the kind."""
        self.light = ours
