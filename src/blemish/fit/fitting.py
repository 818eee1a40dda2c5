"""Fitting a study to photographs: guesses, descent, spread, and what it was worth on photographs held out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from blemish.errors import RequestError
from blemish.fit.features import FAMILIES, apart, features, mean_of
from blemish.fit.knobs import Knob, knobs_of, recipe_of, turned, usual_places
from blemish.fit.photographs import Photograph, Photographs
from blemish.fit.search import Looked, Target, columns, descend, spread_guesses, spreads, target_of
from blemish.fit.studio import Studio
from blemish.part import Part
from blemish.plan import Viewpoint
from blemish.recipe import Recipe
from blemish.settings import plain
from blemish.vary import LogUniform

Numbers = dict[str, np.ndarray]
Advance = Callable[[int, int, str], None]
Slope = Callable[[np.ndarray, int], Numbers]
HALF = 0.01
"""Half the difference of logarithms by which it is told how a finish's numbers follow from a knob."""


@dataclass(frozen=True)
class Found:
    """What became of one knob."""

    knob: Knob
    centre: float
    spread: float
    """Standard deviation of the logarithm over photographs; 0 where the study has no ranges."""

    @property
    def value(self) -> float | LogUniform[float]:
        """What goes into the study: a range of ratios around the centre, or the centre."""
        low, high = self.knob.limits
        if not self.knob.can_range or self.spread <= 0:
            return rounded(self.centre)
        reach = 3**0.5 * self.spread  # a uniform distribution of this half-width has this deviation
        begin, end = max(self.centre * np.exp(-reach), low), min(self.centre * np.exp(reach), high)
        return LogUniform(log_uniform=(rounded(float(begin)), rounded(float(end))))


@dataclass(frozen=True)
class Fitted:
    """What a fit found, and each family's distance before and after."""

    found: tuple[Found, ...]
    """Empty where nothing was found that comes nearer than the study as it stands."""
    before: dict[str, dict[str, float]]
    """``fitted`` and ``held out``: distance in each family, in units of the scale, and ``all``."""
    after: dict[str, dict[str, float]]
    looks: int
    """How many times the pictures were rendered or lit."""
    seconds: float
    cut_short: bool = False
    """Whether the time was up before the search had ended by itself."""

    @property
    def settings(self) -> dict[str, Any]:
        """What goes into the study, by place."""
        return {one.knob.place: plain(one.value) for one in self.found}


def rounded(value: float) -> float:
    """Round to four digits."""
    return float(f"{value:.4g}")


@dataclass(frozen=True, eq=False)
class _Bench:
    """The study that is fitted, its knobs, and where its pictures are taken."""

    recipe: Recipe
    knobs: Sequence[Knob]
    studio: Studio

    def trial(self, turn: np.ndarray) -> Recipe:
        """Give the study with its knobs turned."""
        centres = [knob.start * float(np.exp(by)) for knob, by in zip(self.knobs, turn, strict=True)]
        return turned(self.recipe, {knob.place: centre for knob, centre in zip(self.knobs, centres, strict=True)})

    def slope(self, turn: np.ndarray, number: int) -> Numbers:
        """Give the derivative by one knob, from the renderer's own."""
        nudge = HALF * np.eye(len(turn))[number]
        return self.studio.slope(self.trial(turn), self.trial(turn - nudge), self.trial(turn + nudge), 2 * HALF)

    def searched(self, looked: Looked, guesses: int, steps: int, slope: Slope | None, until: float) -> np.ndarray:
        """Give the best turn of the knobs that guesses, and descents from the best of them, come to in time."""
        half_way = (time.monotonic() + until) / 2  # the other half is for the descent
        tried: list[tuple[float, int, np.ndarray]] = []
        for turn in spread_guesses(self.knobs, guesses, self.recipe.seed):
            if tried and time.monotonic() > half_way:
                break
            tried.append((looked.distance(turn), len(tried), turn))
        starts = [turn for _, _, turn in sorted(tried)[:2]]
        if not any(np.array_equal(turn, tried[0][2]) for turn in starts):
            starts.append(tried[0][2])
        # Each study's own settings are a start, too: a good study shall not get worse.
        found = [descend(looked, self.knobs, turn, steps, slope, lambda: time.monotonic() < until) for turn in starts]
        return min(found, key=looked.distance)


def fit(
    values: Mapping[str, Any],
    part: Part,
    viewpoints: Sequence[Viewpoint],
    photographs: Photographs,
    places: Sequence[str] = (),
    *,
    pictures: int = 6,
    guesses: int = 24,
    steps: int = 8,
    minutes: float = 8.0,
    differentiate: bool = True,
    advance: Advance = lambda _done, _total, _note: None,
) -> Fitted:
    """Search the knobs at ``places`` (the usual ones where none are named) until renders look like the photographs.

    ``values`` is the study as its file says it. ``pictures`` views are rendered for each trial, two windows in each;
    the search ends after ``minutes`` with what it has. Raises :class:`RequestError` where photographs and camera
    differ in size, or a place is no knob.
    """
    begun = time.monotonic()
    recipe = recipe_of(values)
    knobs = knobs_of(recipe, places or usual_places(recipe))
    _must_have_its_size(photographs, recipe)
    fitted, held_out = _numbers(photographs.fitted), _numbers(photographs.held_out)
    target = target_of(fitted)
    bench = _Bench(recipe, knobs, Studio(part, chosen_views(viewpoints, pictures), 2))
    count = 0

    def tell(distance: float) -> None:
        nonlocal count
        count += 1
        total = max(4 * guesses + steps * (len(knobs) + 2), count)
        advance(count, total, f"distance {distance:.2f}")

    slope = bench.slope if differentiate else None
    before = bench.studio.numbers(recipe)
    looked = Looked(lambda turn: bench.studio.numbers(bench.trial(turn)), target, tell)
    best = bench.searched(looked, guesses, steps, slope, begun + 60 * minutes)
    cut_short = time.monotonic() - begun >= 60 * minutes
    jacobian = columns(looked, knobs, best, slope)
    renders = looked.numbers(best) or []
    scatter = spreads(target, jacobian, [one for some in fitted.values() for one in some], renders)
    answer = tuple(
        Found(knob, rounded(knob.start * float(np.exp(by))), rounded(float(wide)) if knob.can_range else 0.0)
        for knob, by, wide in zip(knobs, best, scatter, strict=True)
    )
    after = bench.studio.numbers(turned(recipe, {one.knob.place: one.value for one in answer}))
    if target.distance(mean_of(after)) >= target.distance(mean_of(before)):  # a good study shall not get worse
        answer, after = (), before
    return Fitted(
        answer,
        _told(before, target, fitted, held_out),
        _told(after, target, fitted, held_out),
        count,
        time.monotonic() - begun,
        cut_short=cut_short,
    )


def _must_have_its_size(photographs: Photographs, recipe: Recipe) -> None:
    """Raise :class:`RequestError` where photographs are not what the study's camera takes."""
    camera = (recipe.camera.width_px, recipe.camera.height_px)
    if photographs.size_px != camera:
        raise RequestError(
            f"the photographs are {photographs.size_px[0]} x {photographs.size_px[1]} px, the study's camera takes "
            f"{camera[0]} x {camera[1]} px: fit with photographs at the camera's own scale and size"
        )


def chosen_views(viewpoints: Sequence[Viewpoint], pictures: int) -> tuple[tuple[str, Any], ...]:
    """Choose views evenly from a plan, of two correct specimens where there are enough."""
    names = [f"c{number:03d}" for number in range(min(2, max(pictures // 2, 1)))]
    step = max(len(viewpoints) / pictures, 1.0)
    chosen = [viewpoints[int(i * step) % len(viewpoints)] for i in range(pictures)]
    return tuple(sorted(((names[i % len(names)], view) for i, view in enumerate(chosen)), key=lambda one: one[0]))


def _numbers(photographs: Sequence[Photograph]) -> dict[str, list[Numbers]]:
    found: dict[str, list[Numbers]] = {}
    for photograph in photographs:
        found.setdefault(photograph.group, []).append(features(photograph.look))
    return found


def _told(
    renders: list[Numbers], target: Target, fitted: dict[str, list[Numbers]], held_out: dict[str, list[Numbers]]
) -> dict[str, dict[str, float]]:
    """Give the distances to both sets of photographs, in units of the scale."""
    told = {}
    for name, some in (("fitted", fitted), ("held out", held_out)):
        mean = mean_of([one for group in some.values() for one in group])
        each = {family: distance / target.scale[family] for family, distance in apart(mean_of(renders), mean).items()}
        told[name] = {**each, "all": float(np.sqrt(np.mean([each[family] ** 2 for family in FAMILIES])))}
    return told
