"""Settings are frozen dataclasses; this file reads them from TOML and tells every mistake at once (``mistakes.py``).

A group of settings is declared with :func:`settings`, its constraints beside its types and a docstring under each
field, so that one declaration gives the Python value, the check of a study file and the JSON Schema that editors use::

    @settings
    class Lens:
        focal_length_mm: Positive = 25.0
        \"\"\"Focal length, as engraved on the lens.\"\"\"

    read(Lens, {"focal_lenght_mm": -3}, "study.toml")
    # StudyError: study.toml: 1 mistake
    #   focal_lenght_mm: no such setting (value -3); did you mean focal_length_mm?
"""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, dataclass_transform

from annotated_types import Ge, Gt, Interval

from blemish.errors import StudyError
from blemish.mistakes import told

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")

Positive = Annotated[float, Gt(0)]
NotNegative = Annotated[float, Ge(0)]
Fraction = Annotated[float, Interval(ge=0, le=1)]
Count = Annotated[int, Ge(0)]
AtLeastOne = Annotated[int, Ge(1)]


MOST_BYTES = 4 << 20
"""No study file is longer; what is, is something else."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def settings(cls: type[T]) -> type[T]:
    """Make a class a group of settings: a frozen, keyword-only dataclass that refuses keys it does not know."""
    cls.__pydantic_config__ = {"extra": "forbid", "allow_inf_nan": False}  # type: ignore[attr-defined]
    return dataclasses.dataclass(frozen=True, kw_only=True)(cls)


def fault_of(cls: Any, reserved: Sequence[str] = ()) -> str:
    """Say what keeps something from being settings that a study may hold; empty when nothing does.

    All fields but ``kind`` need a default; ``reserved`` are names that mean something else where it is to stand.
    """
    if not (isinstance(cls, type) and dataclasses.is_dataclass(cls) and hasattr(cls, "__pydantic_config__")):
        return "it is no class made by @settings (blemish.settings)"
    fields = dataclasses.fields(cls)
    bare = [one.name for one in fields if one.default is one.default_factory is dataclasses.MISSING]
    bare = [name for name in bare if name != "kind"]
    if bare:
        return f"every field needs a default, and {', '.join(bare)} has none"
    taken = [one.name for one in fields if one.name in reserved]
    return f"a field may not be called {', '.join(taken)}: that is taken" if taken else ""


def read(cls: type[T], values: Mapping[str, Any], where: str) -> T:
    """Turn parsed TOML or JSON into ``cls``; raise one :class:`StudyError` that lists every mistake in ``values``.

    Types are taken at their word: ``"3"``, ``true`` and ``3.0`` are not the whole number 3, though 3 will do where any
    number will.
    """
    from pydantic import ValidationError

    # Strict reading of JSON takes lists for tuples and tables for settings; strict reading of Python values does not.
    text = json.dumps(dict(values), default=_in_json)
    try:
        return adapter(cls).validate_json(text, strict=True)
    except ValidationError as error:
        # The error is told in full in our own words; pydantic's traceback would only hide them.
        raise StudyError(where, _mistakes(cls, values, error.errors())) from None


def _mistakes(cls: type, values: Mapping[str, Any], errors: Sequence[Any]) -> list[str]:
    return [mistake for one in errors for mistake in told(adapter(cls).json_schema, values, one)]


def read_toml(path: Path) -> dict[str, Any]:
    """Parse a TOML file; a missing or malformed one is a :class:`StudyError` with line and column."""
    try:
        return tomllib.loads(_text(path))
    except FileNotFoundError:
        raise StudyError(str(path), ["there is no such file; `blemish new FOLDER` makes one to start from"]) from None
    except IsADirectoryError:
        raise StudyError(str(path), ["this is a folder; name the study file in it"]) from None
    except PermissionError:
        raise StudyError(str(path), ["this file may not be read by you; change its permissions"]) from None
    except OSError as error:
        raise StudyError(str(path), [f"this file cannot be read ({error.strerror}); check the path"]) from None
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits, and lists in lists in lists
        raise StudyError(str(path), [f"this is not a TOML file: {error}"]) from None


def _text(path: Path) -> str:
    """Read a file that people write; a device or a pipe would be read for ever, and no study is so long."""
    if path.exists() and not path.is_dir() and not path.is_file():
        raise ValueError("it is a device or a pipe")
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES >> 20} MB")
    return data.decode("utf-8")


def adapter(cls: Any) -> TypeAdapter[Any]:
    """Give what reads values of a type; making one for a study takes a fifth of a second, so it is made once."""
    return _adapter(cls)


@cache
def _adapter(cls: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(cls)


def plain(value: Any) -> Any:
    """Turn settings into plain dicts, lists and numbers, as they go into JSON files."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, Path):
        return value.as_posix()
    if hasattr(value, "tolist"):
        return value.tolist()
    return value


def canonical(value: Any) -> str:
    """Write settings as the one JSON text that digests are taken of: sorted keys, no spaces, shortest floats."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _in_json(value: Any) -> Any:
    """Stand in for what JSON does not know: a path is its text, a date of TOML is no text and stays recognisable."""
    return value.as_posix() if isinstance(value, Path) else {type(value).__name__: str(value)}
