"""Kinds that other packages offer: found by their entry points, loaded when one of them is named.

A package that is installed beside this one offers a kind under one of six groups, ``blemish.defects``,
``blemish.finishes``, ``blemish.lights``, ``blemish.networks``, ``blemish.importers`` and ``blemish.exporters``::

    [project.entry-points."blemish.defects"]
    crater = "acme_defects.crater:Crater"

What is installed is looked up only when a name is asked for that is none of ours, or a list of all; code of a package
runs only when its kind is named. A name of ours is always ours; a name that two packages claim belongs to neither.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from blemish.errors import PluginError, did_you_mean

GROUPS = ("defects", "finishes", "lights", "networks", "importers", "exporters")
"""What may come from elsewhere; the groups of entry points have ``blemish.`` before them."""


@dataclass(frozen=True)
class Offer:
    """One kind that another package offers."""

    group: str
    name: str
    package: str
    version: str
    place: str
    """Where it is, as the entry point says: ``acme_defects.crater:Crater``."""

    def __str__(self) -> str:
        return f"{self.name} (from {self.package} {self.version})"

    def load(self) -> Any:
        """Import it; :class:`PluginError` in one line when that fails, whatever the package does."""
        from importlib.metadata import EntryPoint

        try:
            return EntryPoint(self.name, self.place, f"blemish.{self.group}").load()
        except (Exception, SystemExit) as error:  # noqa: BLE001  somebody else's code may raise anything
            told = (str(error).strip() or "without a word").splitlines()[0][:200]
            raise PluginError(
                f"{self.name!r} of the package {self.package} {self.version} cannot be loaded from {self.place} "
                f"(blemish.{self.group}): {type(error).__name__}: {told}; mend or remove that package"
            ) from None


def offers(group: str) -> tuple[Offer, ...]:
    """List what packages offer under a group, by name and package; reads their metadata and imports nothing."""
    return _found(group, tuple(sys.path))


@cache
def _found(group: str, _path: tuple[str, ...]) -> tuple[Offer, ...]:
    """Look through all installed packages: some hundredths of a second, once for each search path."""
    from importlib.metadata import entry_points

    found = {
        Offer(group, one.name, one.dist.name if one.dist else "?", one.dist.version if one.dist else "?", one.value)
        for one in entry_points(group=f"blemish.{group}")
    }
    return tuple(sorted(found, key=lambda offer: (offer.name, offer.package, offer.place)))


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All kinds of one sort: ours by name, and those of other packages."""

    group: str
    one: str
    """What one of them is called: ``defect``."""
    ours: Sequence[str]
    fault: Callable[[str, Any], str]
    """What is wrong with something that is offered under a name; empty when nothing is."""

    def names(self) -> tuple[str, ...]:
        """List every name that can be chosen, ours first; reads metadata and imports nothing."""
        return (*self.ours, *dict.fromkeys(offer.name for offer in self._others()))

    def offer(self, name: str) -> Offer:
        """Find who offers a name that is none of ours; :class:`PluginError` if nobody does, or several do."""
        found = [offer for offer in self._others() if offer.name == name]
        if not found:
            raise PluginError(self._unknown(name))
        if len(found) > 1:
            claims = " and ".join(f"{offer.package} {offer.version} ({offer.place})" for offer in found)
            raise PluginError(f"the {self.one} {name!r} is claimed by {claims}; uninstall all but one of them")
        return found[0]

    def load(self, name: str) -> Any:
        """Give what is offered under a name; :class:`PluginError` when it cannot be had or is none of this sort."""
        offer = self.offer(name)
        thing = offer.load()
        fault = self.fault(name, thing)
        if fault:
            raise PluginError(
                f"{offer.place} of the package {offer.package} {offer.version} is no {self.one} "
                f"(blemish.{self.group}): {fault}"
            )
        return thing

    def hidden(self) -> Iterator[Offer]:
        """Give what packages offer under names of ours, and so can never be chosen."""
        return (offer for offer in offers(self.group) if offer.name in self.ours)

    def _others(self) -> Iterator[Offer]:
        return (offer for offer in offers(self.group) if offer.name not in self.ours)

    def _unknown(self, name: str) -> str:
        known = [*self.ours, *map(str, self._others())]
        near = did_you_mean(name, self.names(), "")
        return f"{name!r} is none of {', '.join(known)}{f'; {near}' if near.startswith('did') else ''}"


def versions(offered: Sequence[Offer]) -> Mapping[str, str]:
    """Give the packages that some kinds come from, with their versions."""
    return dict(sorted({offer.package: offer.version for offer in offered}.items()))
