"""How far the frames of the demo are from photographs of metal, in the measures of `blemish stats`.

    python benchmarks/apart.py MTD [DATASET]

MTD is the published folder of magnetic tiles; DATASET the frames that ``benchmarks/study.py clutch-small`` left.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from figures import tell

from blemish.dataset import open_dataset
from blemish.errors import BlemishError
from blemish.exchange import bring_in
from blemish.stats import measure
from blemish.stats.words import figures, in_words

DEMO = Path(__file__).parents[1] / "runs/benchmark-clutch-small/dataset"


def main(mtd: str, rendered: str = str(DEMO)) -> None:
    """Measure both, print the table and tell the differences; ``ratio`` is to what halves of one differ by."""
    with tempfile.TemporaryDirectory() as name:
        bring_in("mtd", Path(mtd), Path(name) / "tiles")
        both = [open_dataset(path) for path in (Path(name) / "tiles", Path(rendered))]
        found = [(one, measure(one)) for one in both]
        print("\n".join(in_words(found)))
        for one in figures(found)["differences"]:
            if one["moved"] is not None:
                tell(one["what"], one["moved"], f"{one['unit']} apart", ratio=one["moved"] / (one["chance"] or 1))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except BlemishError as error:
        raise SystemExit(f"{error}") from None
