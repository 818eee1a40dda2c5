"""What a surface that was inspected is coloured by: evidence, what was missed, detection probability, views."""

from __future__ import annotations

import numpy as np

from blemish.plan.painted import COUNTS, NEVER, PLAIN, Colour, Painting, painted
from blemish.viewer.inspected import Inspected, Result

EVIDENCE, TRUTH, MISSED, VIEWS = "evidence", "truth", "found and missed", "views that saw it"
RESULTS = (EVIDENCE, TRUTH, MISSED, VIEWS)
"""What there is to see of an inspected specimen."""
DETECTION = "detection probability"
"""What there is to see of the plan with the model, whatever the specimen."""

LIMIT = 6.0
"""The log-odds at which colours are full."""
SOUND, EVEN, DEFECT = (np.array(colour, dtype=float) for colour in ((196, 203, 210), (250, 214, 110), (185, 20, 35)))
SHARES: tuple[Colour, ...] = (PLAIN, (190, 226, 170), (90, 176, 90), (15, 105, 45))
VERDICTS: tuple[Colour, ...] = (PLAIN, (40, 150, 70), (214, 40, 40), (240, 160, 40), (120, 30, 140), NEVER)
SURE: tuple[Colour, ...] = (NEVER, (214, 69, 65), (244, 165, 100), (250, 224, 150), (60, 140, 190))


def by_evidence(result: Result) -> Painting:
    """Colour by the log-odds that the views left together."""
    share = np.clip(result.evidence / LIMIT, -1, 1)
    colours = _between(np.nan_to_num(share))
    colours[np.isnan(result.evidence)] = NEVER
    told = ((-1.0, f"sound (log-odds -{LIMIT:.0f})"), (0.0, "undecided (0)"), (1.0, f"defect (+{LIMIT:.0f})"))
    return Painting(
        colours, (*((text, _colour(_between(np.array([at]))[0])) for at, text in told), ("not seen", NEVER))
    )


def by_truth(result: Result) -> Painting:
    """Colour by the share of a patch that significant defects really cover."""
    names = ["no defect", "up to a third defective", "up to two thirds", "more"]
    return painted(np.ceil(np.clip(result.truth, 0, 1) * 3).astype(np.int64), names, SHARES)


def by_verdict(result: Result) -> Painting:
    """Colour by what was found, missed, called falsely and not seen."""
    names = ["sound, not called", "found", "missed", "false call", "defect that no view saw", "not seen"]
    true, seen = result.truth > 0, result.views > 0
    kind = np.where(true, np.where(result.called, 1, np.where(seen, 2, 4)), np.where(result.called, 3, 0))
    return painted(np.where((kind == 0) & ~seen, 5, kind), names, VERDICTS)


def by_views(result: Result) -> Painting:
    """Colour by how many views saw a patch."""
    names = ["no view", "1 view", "2", "3", "4 or more"]
    return painted(np.clip(result.views, 0, 4), names, COUNTS)


def by_detection(inspected: Inspected, size: int) -> Painting:
    """Colour by the probability that a defect of one of the sizes is found."""
    probability = np.nan_to_num(inspected.probability[:, size])
    names = ["never", "below 50 %", "50 to 75 %", "75 to 90 %", "90 % or more"]
    return painted(np.where(probability > 0, 1 + np.digitize(probability, [0.5, 0.75, 0.9]), 0), names, SURE)


def paint_result(result: Result, mode: str) -> Painting:
    """Colour the patches by one of :data:`RESULTS`."""
    return {EVIDENCE: by_evidence, TRUTH: by_truth, MISSED: by_verdict, VIEWS: by_views}[mode](result)


def _between(share: np.ndarray) -> np.ndarray:
    """Mix colours: -1 is sound, 0 even, 1 a defect."""
    towards = np.where(share[:, None] < 0, SOUND, DEFECT)
    return (EVEN + np.abs(share)[:, None] * (towards - EVEN)).astype(np.uint8)


def _colour(values: np.ndarray) -> Colour:
    red, green, blue = (int(value) for value in values)
    return red, green, blue
