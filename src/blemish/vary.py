"""Ranges: in a study, a field may hold a range where the thing itself holds a number.

``Dent(diameter_mm=0.8)`` is a dent. In a study file, ``diameter_mm = { log_uniform = [0.2, 2.0] }`` makes a
*population* of dents, and drawing from it gives plain dents; what was drawn is what is recorded.
:func:`population_of` makes the settings class of a population from the class of the thing, so no field is declared
twice.

====================================  ==========================================================
``{ uniform = [low, high] }``         every value alike
``{ log_uniform = [low, high] }``     every ratio alike; for sizes that span an order of magnitude
``{ normal = [mean, deviation] }``    a normal distribution, cut at three deviations
``{ integers = [low, high] }``        whole numbers, both ends included
``{ choice = [a, b, ...] }``          one of the values
====================================  ==========================================================
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from blemish.errors import RequestError
from blemish.settings import settings

T = TypeVar("T")


def _ordered(low: Any, high: Any) -> None:
    if low > high:
        raise ValueError(f"the range is reversed: {low} is above {high}")


@settings
class Uniform(Generic[T]):
    """Every value between two ends alike."""

    uniform: tuple[T, T]
    """The lower and the upper end."""

    def __post_init__(self) -> None:
        _ordered(*self.uniform)

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one value."""
        low, high = self.uniform
        return float(rng.uniform(low, high))  # type: ignore[call-overload]


@settings
class LogUniform(Generic[T]):
    """Every ratio alike: as many values between 0.2 and 0.4 as between 1 and 2."""

    log_uniform: tuple[T, T]
    """The lower and the upper end, both above zero."""

    def __post_init__(self) -> None:
        _ordered(*self.log_uniform)
        if self.log_uniform[0] <= 0:  # type: ignore[operator]
            raise ValueError(f"a log-uniform range starts above zero, not at {self.log_uniform[0]}")

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one value."""
        low, high = np.log(self.log_uniform)  # type: ignore[arg-type]
        return float(np.exp(rng.uniform(low, high)))


@settings
class Normal(Generic[T]):
    """A mean and a standard deviation; nothing beyond three deviations is drawn."""

    normal: tuple[T, T]
    """The mean and the standard deviation."""

    def __post_init__(self) -> None:
        if self.normal[1] < 0:  # type: ignore[operator]
            raise ValueError(f"a standard deviation cannot be {self.normal[1]}")

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one value."""
        from scipy.stats import truncnorm  # takes longer to load than a study to read

        mean, deviation = self.normal
        return float(mean + deviation * truncnorm.rvs(-3, 3, random_state=rng))


@settings
class Integers:
    """Whole numbers, both ends included."""

    integers: tuple[int, int]
    """The lowest and the highest."""

    def __post_init__(self) -> None:
        _ordered(*self.integers)

    def draw(self, rng: np.random.Generator) -> int:
        """Draw one value."""
        return int(rng.integers(self.integers[0], self.integers[1], endpoint=True))


@settings
class Choice(Generic[T]):
    """One of the listed values."""

    choice: tuple[T, ...]
    """What is drawn from, each as often."""

    def __post_init__(self) -> None:
        if not self.choice:
            raise ValueError("a choice needs at least one value")

    def draw(self, rng: np.random.Generator) -> T:
        """Draw one value."""
        return self.choice[int(rng.integers(len(self.choice)))]


TRIES = 100
"""How often a thing whose drawn fields contradict each other is drawn again."""

KINDS: tuple[Any, ...] = (Uniform, LogUniform, Normal, Integers, Choice)


def draw(value: Any, rng: np.random.Generator) -> Any:
    """Draw from a range; a plain value gives itself and uses up no randomness."""
    return value.draw(rng) if isinstance(value, KINDS) else value


class Population(Generic[T]):
    """What :func:`population_of` makes: the fields of a thing, each a value or a range."""

    thing: type[T]

    def draw(self, rng: np.random.Generator) -> T:
        """Draw one thing; fields are drawn in the order in which the thing declares them.

        Fields that contradict each other (a dent deeper than it is wide) are drawn again, all of them, so what comes
        is the joint distribution cut to what can be. :class:`RequestError` when that hardly ever happens.
        """
        names = [field.name for field in dataclasses.fields(self.thing)]  # type: ignore[arg-type]
        for _ in range(TRIES):
            drawn = {name: draw(getattr(self, name), rng) for name in names}
            try:
                return self.thing(**drawn)
            except ValueError as error:
                contradiction = error
        raise RequestError(
            f"{self.thing.__name__.lower()}: {TRIES} draws from these ranges all contradict themselves, the last one: "
            f"{contradiction}; change the ranges so that they fit together"
        )


def ranged(kind: Any) -> Any:
    """Give the type "a ``kind``, or a range of them", which reports mistakes of the one form that was meant.

    Of a number that may be left out the range is one of numbers.
    """
    from pydantic import AfterValidator, Discriminator, Tag, TypeAdapter, ValidationError

    def refuse(end: int | float, words: str, cure: str) -> None:
        try:
            TypeAdapter(given).validate_python(end)
        except ValidationError as error:
            fault = error.errors()[0]["msg"].removeprefix("Input should be ")
            raise ValueError(f"{words} {end:.4g}, which is not {fault}; {cure}") from None

    def reachable(spread: Any) -> Any:
        mean, deviation = spread.normal
        for end in (mean - 3 * deviation, mean + 3 * deviation):
            refuse(end, "three deviations reach", "narrow the spread")
        return spread

    def allowed(spread: Any) -> Any:
        for end in spread.integers:
            refuse(end, "the range reaches", "move that end")
        return spread

    def form(value: Any) -> str:
        if isinstance(value, KINDS):
            value = {dataclasses.fields(value)[0].name: None}
        if isinstance(value, Mapping) and len(value) == 1:
            return f"~{next(iter(value))}"
        return "~value"

    given = _given(kind)
    base = given.__origin__ if hasattr(given, "__metadata__") else given
    number = base in (int, float)
    choices: list[Any] = [Annotated[kind, Tag("~value")], Annotated[Choice[kind], Tag("~choice")]]
    if number:
        choices += [
            Annotated[Uniform[given], Tag("~uniform")],
            Annotated[LogUniform[given], Tag("~log_uniform")],
            Annotated[Normal[given], AfterValidator(reachable), Tag("~normal")],
        ]
    if base is int:
        choices = [choices[0], choices[1], Annotated[Integers, AfterValidator(allowed), Tag("~integers")]]
    union = choices[0]
    for choice in choices[1:]:
        union = union | choice
    return Annotated[union, Discriminator(form)]


def _given(kind: Any) -> Any:
    """Give what "something or ``None``" is when it is something."""
    rest = [one for one in get_args(kind) if one is not NoneType]
    return rest[0] if get_origin(kind) in (Union, UnionType) and len(rest) == 1 else kind


def population_of(thing: type[T], kind: str | None = None, also: type | None = None) -> type[Population[T]]:
    """Make the settings class of a population of ``thing``.

    Every field of ``thing`` becomes a value or a range, with its default and its description. ``kind`` adds the field
    ``kind`` that tells populations apart in a list; ``also`` is a settings class whose fields stand beside them.
    """
    fields: list[Any] = [("kind", Literal[kind], dataclasses.field(default=kind))] if kind else []
    if also is not None:
        fields += _fields_of(also, lambda hint: hint)
    fields += _fields_of(thing, ranged)
    made = dataclasses.make_dataclass(
        f"{thing.__name__}Population", fields, bases=(Population,), frozen=True, kw_only=True
    )
    made.__module__ = thing.__module__
    made.__doc__ = f"A population: {(thing.__doc__ or thing.__name__).strip().splitlines()[0]}"
    made.thing = thing  # type: ignore[attr-defined]
    made.made_from = (also, thing) if also else (thing,)  # type: ignore[attr-defined]
    made.__pydantic_config__ = thing.__pydantic_config__  # type: ignore[attr-defined]
    return made


def _fields_of(cls: type, turn: Any) -> list[Any]:
    hints = get_type_hints(cls, include_extras=True)
    taken = []
    for field in dataclasses.fields(cls):
        default: dict[str, Any] = {} if field.default is dataclasses.MISSING else {"default": field.default}
        taken.append((field.name, turn(hints[field.name]), dataclasses.field(**default)))
    return taken
