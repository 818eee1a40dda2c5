"""WebDataset: shards ``<set>-NNNNNN.tar`` whose samples are ``<name>.png``, ``<name>.mask.png`` and ``<name>.json``.

The mask holds instance ids in 16 bits, the JSON is the frame's record with the defects' kinds. The same dataset always
gives the same shards, byte for byte.
"""

from __future__ import annotations

import io
import tarfile
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from blemish.dataset.read import Dataset
from blemish.dataset.record import to_json
from blemish.exchange.exporters import Exporter
from blemish.exchange.picture import Picture
from blemish.settings import AtLeastOne, plain, settings


@settings
class Options:
    """How shards are written."""

    frames_per_shard: AtLeastOne = 500
    """How many frames go into one shard."""


def write(_dataset: Dataset, pictures: Iterable[Picture], folder: Path, options: Options) -> tuple[str, ...]:
    """Write the shards of each set, in the order of the list."""
    with ExitStack() as open_ones:
        shards: dict[str, tarfile.TarFile] = {}
        written: Counter[str] = Counter()
        for picture in pictures:
            number, place = divmod(written[picture.set], options.frames_per_shard)
            if place == 0:
                path = folder / f"{picture.set}-{number:06d}.tar"
                if picture.set in shards:
                    shards[picture.set].close()
                shards[picture.set] = open_ones.enter_context(tarfile.open(path, "w", format=tarfile.USTAR_FORMAT))
            _add(shards[picture.set], picture)
            written[picture.set] += 1
    return ("geometry and finishes of the specimens",)


def _add(shard: tarfile.TarFile, picture: Picture) -> None:
    kinds = {str(defect.id): defect.kind for defect, _ in picture.marks()}
    record = to_json({**plain(picture.record), "kinds": kinds})
    files = {"png": picture.packed("image.png"), "mask.png": picture.packed("mask.png"), "json": record}
    for ending, data in files.items():
        entry = tarfile.TarInfo(f"{picture.stem}.{ending}")
        entry.size = len(data)
        shard.addfile(entry, io.BytesIO(data))


EXPORTER = Exporter(Options, write)
