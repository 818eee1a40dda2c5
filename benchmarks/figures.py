"""How a benchmark tells its figures to the one who records them: a line of JSON each, beside what people read."""

from __future__ import annotations

import json


def tell(name: str, figure: float, unit: str, *, ratio: float | None = None, goal: str = "") -> None:
    """Print one figure for the record.

    ``ratio`` compares it with the other side, measured in the same run; ``goal`` is "at most 1.25" or "at least 20",
    of the ratio where there is one, else of the figure.
    """
    print(json.dumps({"name": name, "figure": figure, "unit": unit, "ratio": ratio, "goal": goal}), flush=True)
