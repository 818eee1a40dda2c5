"""One of several kinds, told apart by ``kind``: a type for fields of a study that other packages add to.

``OneOf(CATALOGUE, {"dent": Dents, "scratch": Scratches}).type`` is the union of ours, as pydantic has it, with one
further way out: a table whose ``kind`` is none of ours is read as what a package offers under that name, with the same
checks and the same words for mistakes. Nothing of other packages is looked for while all kinds are ours, and the JSON
Schema names ours only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Union

from blemish.errors import PluginError, StudyError
from blemish.mistakes import INSIDE
from blemish.plugins import Catalogue, Offer
from blemish.settings import read

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler


@dataclass(frozen=True, eq=False)
class OneOf:
    """Kinds of ours as settings classes with a field ``kind``, and those of a catalogue."""

    catalogue: Catalogue
    ours: Mapping[str, type]
    settings_of: Callable[[str, Any], type] = lambda _name, thing: thing
    """Makes the settings class from a name and what is offered under it."""
    otherwise: str = ""
    """The kind of a table that names none."""
    _made: dict[Offer, Any] = field(default_factory=dict)
    """Settings classes of other packages' kinds, made when they were first named."""

    @property
    def type(self) -> Any:
        """The type for a field."""
        return Annotated[Any, self]

    def of(self, name: str) -> type:
        """Give the settings class of a kind; :class:`PluginError` if it is not to be had."""
        if name in self.ours:
            return self.ours[name]
        offer = self.catalogue.offer(name)
        if offer not in self._made:
            self._made[offer] = self.settings_of(name, self.catalogue.load(name))
        made: type = self._made[offer]
        return made

    def known(self) -> dict[str, Any]:
        """Give all settings classes by name: ours, and those of other packages that were named so far."""
        return {**self.ours, **{offer.name: made for offer, made in self._made.items()}}

    def offers(self, values: Any) -> Iterator[Offer]:
        """Give where those among some values come from that are of no kind of ours."""
        return (self.catalogue.offer(value.kind) for value in values if value.kind not in self.ours)

    def _ours(self, value: Any) -> str:
        """Give the kind of a table, or of a value that is made already."""
        return str(_kind(value) or self.otherwise)

    def _whose(self, value: Any) -> str:
        kind = _kind(value)
        return "~ours" if kind is None or kind in self.ours else "~other"

    def _read(self, value: Any) -> Any:
        """Read a table as what another package offers."""
        from pydantic_core import PydanticCustomError

        if not isinstance(value, Mapping):
            return value  # made already
        try:
            return read(self.of(str(value["kind"])), value, "")
        except StudyError as error:
            raise PydanticCustomError(INSIDE, "wrong", {"mistakes": error.mistakes}) from None
        except PluginError as error:
            raise ValueError(str(error)) from None

    def __get_pydantic_core_schema__(self, _source: Any, handler: GetCoreSchemaHandler) -> Any:
        """Put the other way out beside the union of ours."""
        from pydantic import Discriminator, Tag
        from pydantic_core import core_schema

        members = [Annotated[kind, Tag(name)] for name, kind in self.ours.items()]
        told = Discriminator(self._ours) if self.otherwise else Discriminator("kind")
        ours = handler.generate_schema(Annotated[Union[tuple(members)], told])  # noqa: UP007  made from a list
        elsewhere = core_schema.no_info_plain_validator_function(self._read)
        return core_schema.tagged_union_schema({"~ours": ours, "~other": elsewhere}, self._whose)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> Any:
        """Name ours only."""
        return handler(schema["choices"]["~ours"])


def _kind(value: Any) -> Any:
    kind = value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", None)
    return kind if isinstance(kind, str) else None
