"""The rows of a transfer table, and how each is trained.

A row is a source, alone or fine-tuned on the target's own few images, seen plainly or as an exposure stack; the first
rows learn from the target's own images alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from blemish.evaluate.scarcity import Few
from blemish.evaluate.transfer import Table, Variant, departing
from blemish.learn import networks
from blemish.learn.protocol import Protocol

SPOKEN: Mapping[str, str] = {
    "source": "",
    "fine-tuned": " + FT",
    "stacked": " (EX)",
    "stacked fine-tuned": " (EX + FT)",
}
"""How the source paper writes the variants: FT is fine-tuning, EX the exposure stack."""


@dataclass(frozen=True)
class Row:
    """One row of a table."""

    source: str
    """A name in the table's ``sources``, or ``target``."""
    variant: Variant
    few: int = 0
    """On how few of the target's objects it was trained or fine-tuned; 0 for all."""

    @property
    def title(self) -> str:
        """As the source paper writes it: ``mtd + FT``, ``clutch (EX)``; with how few objects, if few."""
        objects = f", {self.few} object{'s' if self.few > 1 else ''}" if self.few else ""
        return self.source + SPOKEN[self.variant] + objects

    @property
    def fine_tuned(self) -> bool:
        """Whether training goes on with the target's images."""
        return self.variant.endswith("fine-tuned")

    @property
    def stacked(self) -> bool:
        """Whether the network sees several exposures."""
        return self.variant.startswith("stacked")


def rows_of(table: Table) -> Iterator[Row]:
    """List the rows: the target's own, then each source alone, then fine-tuned, then with the stack.

    Each that learns from the target comes with all of its images first, then with fewer and fewer objects.
    """
    fewer = sorted(table.target.few.objects, reverse=True) if table.target.few else []
    for own in table.target.variants:
        yield from (Row("target", own, few) for few in (0, *fewer))
    for wanted in SPOKEN:
        for name, source in table.sources.items():
            for variant in (one for one in source.variants if one == wanted):
                tuned_on = (0, *fewer) if source.few is None else source.few
                yield from (Row(name, variant, few) for few in (tuned_on if variant.endswith("fine-tuned") else (0,)))


def draws_of(table: Table, row: Row) -> tuple[Few | None, ...]:
    """Give the draws of few objects that a row is trained with; one ``None`` where it learns from all."""
    scarcity = table.target.few
    if not row.few or scarcity is None:
        return (None,)
    return tuple(Few(row.few, scarcity.images_each, draw) for draw in scarcity.draws)


def protocol_of(table: Table, row: Row, network: str, seed: int, *, tuning: bool = False) -> Protocol:
    """Give how a cell is trained; ``tuning`` asks for the fine-tuning on the target, not the source's training."""
    data = table.target if tuning or row.source == "target" else table.sources[row.source]
    learn = table.learn if row.source == "target" else departing(table.learn, table.sources[row.source].learn)
    augmentation = learn.augmentation
    if data.rotation_deg is not None:
        augmentation = dataclasses.replace(augmentation, rotation_deg=data.rotation_deg)
    epochs = table.fine_tuning_epochs if tuning and table.fine_tuning_epochs else learn.max_epochs
    return dataclasses.replace(
        learn,
        network=network,
        width=table.width if networks.has_width(network) else None,
        seed=seed,
        exposure_stack=table.exposure_stack if row.stacked else (0.0,),
        augmentation=augmentation,
        max_epochs=epochs,
    )
