"""The search: from a spread of guesses down the slope to the best, and how far photographs scatter around it.

**What is made small.** With f the mean features of renders, g those of the photographs that are fitted to, and s the
scale of each family (how far one group of photographs is from the others, the median), the distance is

    D^2 = mean over families of (|f - g|_rms / s)^2

so that D = 1 is as far from the photographs as these are from each other.

**How.** A Latin hypercube (M. McKay, R. Beckman, W. Conover, Technometrics 21, 1979) over the logarithms of all knobs,
then Levenberg's and Marquardt's steps (D. Marquardt, J. SIAM 11, 1963) from the best of it. Columns of the Jacobian
come from the renderer's own derivative where it is smooth in a knob, else from differences of renders with the same
random numbers. Lamps and sensor need no tracing at all.

**Spread.** Each photograph's features g_i are f + J d_i for some turn d_i of the knobs, by least squares with a prior
of 0.7 on each logarithm. Renders alone scatter, too; so spread^2 = var(d of photographs) - var(d of renders).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from blemish.errors import RequestError
from blemish.fit.features import FAMILIES, apart, difference, mean_of
from blemish.fit.knobs import Knob
from blemish.seeds import stream

Numbers = dict[str, np.ndarray]
STEP = 0.06
"""The difference of logarithms that derivatives of what is not smooth are taken over."""
LONGEST = 0.6
"""The longest step of a knob's logarithm at once."""
PRIOR = 0.7
LEAST_SPREAD = 0.02
SETTLED = 0.005
"""Steps that bring less than this share of the distance end the search."""


@dataclass(frozen=True, eq=False)
class Target:
    """What is aimed at: the mean of the photographs, and each family's scale."""

    mean: Numbers
    scale: dict[str, float]

    def residual(self, numbers: Numbers) -> np.ndarray:
        """Give the differences so that their squares add up to D^2."""
        parts = [
            difference(numbers, self.mean, name) / (self.scale[name] * np.sqrt(len(self.mean[name]) * len(FAMILIES)))
            for name in FAMILIES
        ]
        return np.concatenate(parts)

    def distance(self, numbers: Numbers) -> float:
        """Give D."""
        return float(np.linalg.norm(self.residual(numbers)))


def target_of(by_group: dict[str, list[Numbers]]) -> Target:
    """Find mean and scale of photographs in groups; a family in which groups agree exactly has a small scale."""
    means = [mean_of(some) for some in by_group.values()]
    if len(means) < 2:  # one group: its photographs stand for groups
        means = [one for some in by_group.values() for one in some]
    whole = mean_of([one for some in by_group.values() for one in some])
    between = [apart(one, other) for i, one in enumerate(means) for other in means[:i]]
    scale = {name: float(np.median([one[name] for one in between])) if between else 0.0 for name in FAMILIES}
    floor = {"histogram": 0.01, "profile": 0.01, "gradient": 0.02, "spectrum": 0.05}
    return Target(whole, {name: max(scale[name], floor[name]) for name in FAMILIES})


class Looked:
    """Renders at turns of the knobs (logarithms of the ratio to where they stood), each turn looked at once."""

    def __init__(
        self, see: Callable[[np.ndarray], list[Numbers]], target: Target, advance: Callable[[float], None]
    ) -> None:
        self.see, self.target, self.advance = see, target, advance
        self._known: dict[tuple[float, ...], list[Numbers]] = {}

    def numbers(self, turn: np.ndarray) -> list[Numbers] | None:
        """Give the features of each picture; ``None`` where the settings contradict themselves."""
        key = tuple(np.round(turn, 9).tolist())
        if key not in self._known:
            try:
                self._known[key] = self.see(turn)
            except RequestError:
                self._known[key] = []
            self.advance(self.distance(turn))
        return self._known[key] or None

    def distance(self, turn: np.ndarray) -> float:
        """Give D, infinite where the settings contradict themselves."""
        some = self.numbers(turn)
        return self.target.distance(mean_of(some)) if some else float("inf")


def spread_guesses(knobs: Sequence[Knob], count: int, seed: int) -> list[np.ndarray]:
    """Give turns spread over the knobs' reach, the first one where they stand.

    What only changes lamps turns fastest in the list, so that little is traced anew.
    """
    from scipy.stats import qmc

    shapes = [i for i, knob in enumerate(knobs) if not knob.is_lamp]
    lamps = [i for i, knob in enumerate(knobs) if knob.is_lamp]
    turns = [np.zeros(len(knobs))]
    many = qmc.LatinHypercube(max(len(shapes), 1), rng=stream(seed, "fit", "guesses")).random(count)
    lit = qmc.LatinHypercube(max(len(lamps), 1), rng=stream(seed, "fit", "lamps")).random(4 * count)
    for number, shape in enumerate(many if shapes else many[:1]):
        for lamp in lit[4 * number : 4 * number + 4] if lamps else lit[:1]:
            turn = np.zeros(len(knobs))
            for share, i in [*zip(shape, shapes, strict=False), *zip(lamp, lamps, strict=False)]:
                low, high = ends(knobs[i])
                turn[i] = low + share * (high - low)
            turns.append(turn)
    return turns


def ends(knob: Knob) -> tuple[float, float]:
    """Give the least and the largest turn of a knob."""
    return float(np.log(knob.low / knob.start)), float(np.log(knob.high / knob.start))


def descend(  # noqa: PLR0917  where from, how far, by which means
    looked: Looked,
    knobs: Sequence[Knob],
    turn: np.ndarray,
    steps: int,
    slope: Callable[[np.ndarray, int], Numbers] | None,
    on: Callable[[], bool] = lambda: True,
) -> np.ndarray:
    """Go down from a turn by Levenberg's and Marquardt's steps, while ``on`` says so; give where it ends."""
    low, high = (np.array(some) for some in zip(*map(ends, knobs), strict=True))
    damping, best = 0.1, looked.distance(turn)
    for _ in range(steps):
        if not on():
            break
        jacobian = columns(looked, knobs, turn, slope)
        residual = looked.target.residual(mean_of(looked.numbers(turn) or []))
        before, moved = best, False
        for _ in range(4):
            square = jacobian.T @ jacobian
            step = -np.linalg.solve(
                square + damping * (np.diag(np.diag(square)) + 1e-4 * np.eye(len(turn))), jacobian.T @ residual
            )
            step *= min(1.0, LONGEST / max(float(np.abs(step).max()), 1e-12))
            there = np.clip(turn + step, low, high)
            now = looked.distance(there)
            if now < best:
                turn, best, damping, moved = there, now, damping / 4, True
                break
            damping *= 5
        if not moved or before - best < SETTLED * before:
            break
    return turn


def columns(
    looked: Looked, knobs: Sequence[Knob], turn: np.ndarray, slope: Callable[[np.ndarray, int], Numbers] | None
) -> np.ndarray:
    """Give the Jacobian of the residual, one column a knob."""
    target = looked.target
    here = mean_of(looked.numbers(turn) or [])
    found = []
    for number, knob in enumerate(knobs):
        if slope is not None and knob.is_smooth:
            change = slope(turn, number)
            nearby = {name: here[name] + STEP * change[name] for name in FAMILIES}
            found.append((target.residual(nearby) - target.residual(here)) / STEP)
            continue
        low, high = ends(knob)
        step = STEP if turn[number] + STEP <= high else -STEP
        there = turn.copy()
        there[number] = max(turn[number] + step, low)
        some = looked.numbers(there)
        if not some or there[number] == turn[number]:
            found.append(np.zeros_like(target.residual(here)))
        else:
            found.append((target.residual(mean_of(some)) - target.residual(here)) / (there[number] - turn[number]))
    return np.stack(found, axis=1)


def spreads(target: Target, jacobian: np.ndarray, photographs: Sequence[Numbers], renders: Sequence[Numbers]) -> Any:
    """Give how far each knob scatters from photograph to photograph, as a standard deviation of its logarithm."""
    square = jacobian.T @ jacobian
    # A residual of length 1 is how far groups are apart, which is what one photograph's features scatter by.
    solve = np.linalg.inv(square + np.eye(len(square)) / PRIOR**2) @ jacobian.T

    def variance(some: Sequence[Numbers]) -> np.ndarray:
        turns = np.stack([solve @ target.residual(one) for one in some])
        return turns.var(axis=0, ddof=1) if len(turns) > 1 else np.zeros(jacobian.shape[1])

    return np.sqrt(np.maximum(variance(photographs) - variance(renders), LEAST_SPREAD**2))
