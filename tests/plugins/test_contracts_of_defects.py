"""Our own defects keep the contract that is published for those of other packages."""

from __future__ import annotations

from typing import Any

import pytest

from blemish.defects.catalogue import FILMS, SHAPES
from blemish.testing import DefectContract


@pytest.mark.parametrize("kind", [*SHAPES.values(), *FILMS.values()], scope="class", ids=lambda kind: kind.__name__)
class TestOurDefects(DefectContract):
    """Every kind of ours, as its defaults have it."""

    @pytest.fixture(autouse=True)
    def made(self, kind: Any) -> None:
        """One of the kind."""
        self.defect = kind()
