"""What a surface that was inspected is coloured by: evidence, what was missed, detection probability, views."""

from __future__ import annotations

import numpy as np

from blemish.inspect.stored import EffectiveMaps, SpecimenMaps
from blemish.plan.painted import COUNTS, NEVER, PLAIN, Colour, Painting, painted

EVIDENCE, TRUTH, MISSED, VIEWS = "evidence", "truth", "found and missed", "views that saw it"
RESULTS = (EVIDENCE, TRUTH, MISSED, VIEWS)
"""What there is to see of an inspected specimen."""
DETECTION = "detection probability"
"""What there is to see of the plan with the model, whatever the specimen."""

DEFECTIVE = 0.1
"""The share of a patch that a defect covers from which on the patch is to be called."""
FULL = 6.0
"""How far from where calls begin the colours are full, log-odds."""
SOUND, EVEN, DEFECT = (np.array(colour, dtype=float) for colour in ((196, 203, 210), (250, 214, 110), (185, 20, 35)))
SHARES: tuple[Colour, ...] = (PLAIN, (190, 226, 170), (90, 176, 90), (15, 105, 45))
VERDICTS: tuple[Colour, ...] = (PLAIN, (40, 150, 70), (214, 40, 40), (240, 160, 40), (140, 64, 153), NEVER)
SURE: tuple[Colour, ...] = (NEVER, (214, 69, 65), (244, 165, 100), (250, 224, 150), (60, 140, 190))
SMALLEST = "smallest "
"""How the entries begin that show the smallest size found instead of a probability."""


def by_evidence(one: SpecimenMaps) -> Painting:
    """Colour by the log-odds that the views left together; the middle is where calls begin."""
    seen = np.isfinite(one.evidence)
    called, sound = one.evidence[seen & one.called], one.evidence[seen & ~one.called]
    begin = float(called.min()) if len(called) else float(sound.max(initial=0.0))
    colours = _between(np.clip((np.where(seen, one.evidence, begin) - begin) / FULL, -1, 1))
    colours[~seen] = NEVER
    told = ((-1.0, "sound, log-odds up to"), (0.0, "called from"), (1.0, "defect, from"))
    marks = ((f"{text} {begin + at * FULL:.1f}", _colour(_between(np.array([at]))[0])) for at, text in told)
    return Painting(colours, (*marks, ("not seen", NEVER)))


def by_truth(one: SpecimenMaps) -> Painting:
    """Colour by the share of a patch that significant defects really cover."""
    names = ["no defect", "up to a third defective", "up to two thirds", "more"]
    return painted(np.ceil(np.clip(one.truth, 0, 1) * 3).astype(np.int64), names, SHARES)


def by_verdict(one: SpecimenMaps) -> Painting:
    """Colour by what was found, missed, called falsely and not seen."""
    names = ["sound", "found", "missed", "false call", "defect that no view saw", "not seen"]
    true, seen = one.truth >= DEFECTIVE, one.views > 0
    kind = np.select([true & one.called, true & seen, true, one.called, ~seen], [1, 2, 4, 3, 5], 0)
    return painted(kind, names, VERDICTS)


def by_views(views: np.ndarray) -> Painting:
    """Colour by how many views saw a patch."""
    return painted(np.clip(views, 0, 4).astype(np.int64), ["no view", "1 view", "2", "3", "4 or more"], COUNTS)


def wishes(maps: EffectiveMaps | None) -> tuple[str, ...]:
    """Name what the detection map can show: kinds with sizes, and the smallest of each kind; nothing without a map."""
    return () if maps is None else (*maps.names, *(SMALLEST + kind for kind in maps.kinds))


def by_detection(maps: EffectiveMaps, views: np.ndarray, wish: str) -> Painting:
    """Colour by how surely a kind and size is found, or by the smallest size of a kind that is found surely enough."""
    if wish in maps.names:
        sure = np.nan_to_num(maps.probability[:, maps.names.index(wish)])
        names = ["no view", "below 50 %", "50 to 75 %", "75 to 90 %", "90 % or more"]
        return painted(np.where(views > 0, 1 + np.digitize(sure, [0.5, 0.75, 0.9]), 0), names, SURE)
    size = maps.smallest_mm[:, maps.kinds.index(wish.removeprefix(SMALLEST))]
    known = np.isfinite(size) & (views > 0)
    steps = np.unique(np.quantile(size[known], [1 / 3, 2 / 3])) if known.any() else np.zeros(0)
    names = ["none, or no view", "larger", *(f"up to {step:.2g} mm" for step in steps[::-1])]
    place = 1 + len(steps) - np.searchsorted(steps, np.where(known, size, 0))
    return painted(np.where(known, place, 0), names, SURE[: len(steps) + 1] + SURE[-1:])


def paint_result(one: SpecimenMaps, mode: str) -> Painting:
    """Colour the patches by one of :data:`RESULTS`."""
    if mode == VIEWS:
        return by_views(one.views)
    return {EVIDENCE: by_evidence, TRUTH: by_truth, MISSED: by_verdict}[mode](one)


def _between(share: np.ndarray) -> np.ndarray:
    """Mix colours: -1 is sound, 0 even, 1 a defect."""
    towards = np.where(share[:, None] < 0, SOUND, DEFECT)
    return np.asarray(EVEN + np.abs(share)[:, None] * (towards - EVEN)).astype(np.uint8)


def _colour(values: np.ndarray) -> Colour:
    red, green, blue = (int(value) for value in values)
    return red, green, blue
