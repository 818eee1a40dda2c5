"""Parts that these tests read once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from blemish.part import Part, PartSource, load

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of small STEP files; ``author.py`` there made them."""
    return DATA


@pytest.fixture(scope="session")
def clutch() -> Part:
    """The built-in part at its usual tolerances."""
    return load(PartSource())


@pytest.fixture(scope="session")
def mixed() -> Part:
    """A block with a ball on it, a hole through it and a round groove: planes, a cylinder, a sphere, a torus."""
    return load(PartSource(file="mixed.step"), base=DATA)


COARSE = PartSource(linear_tolerance_mm=0.05, angular_tolerance_deg=20.0)


@pytest.fixture(scope="session")
def ctc(shared: Path) -> Part:
    """NIST's combined test case 1: 800 mm long, drawn in millimetres, with a point among its solids."""
    return load(replace(COARSE, file="nist_ctc_01_asme1_ap242.stp"), base=shared / "parts")


@pytest.fixture(scope="session")
def ftc(shared: Path) -> Part:
    """NIST's fully toleranced test case 6: drawn in inches, with balls and fillets, and curves for annotations."""
    return load(replace(COARSE, file="nist_ftc_06_asme1_rd.stp"), base=shared / "parts")


REAL = pytest.mark.shared


@pytest.fixture(
    scope="session", params=["clutch", "mixed", pytest.param("ctc", marks=REAL), pytest.param("ftc", marks=REAL)]
)
def part(request: pytest.FixtureRequest) -> Part:
    """Each of four parts; the two NIST test cases only where the real data is."""
    return request.getfixturevalue(request.param)
