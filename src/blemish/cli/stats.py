"""``blemish stats``."""

from __future__ import annotations

from pathlib import Path


def stats(
    dataset: Path, other: Path | None = None, /, *, out: Path = Path("stats.html"), split: str | None = None
) -> None:
    """Count and measure what is in a dataset; with a second one, how far the two are from each other.

    Parameters
    ----------
    dataset
        The dataset to measure.
    other
        Another one to set beside it: real photographs beside rendered images.
    out
        The page to write; the figures go beside it as JSON.
    split
        Measure one set only: train, val or test.
    """
    from blemish.cli.progress import progress
    from blemish.dataset import open_dataset
    from blemish.stats import measure, write_page
    from blemish.stats.words import in_words

    found = []
    for path in [dataset] + ([other] if other is not None else []):
        one = open_dataset(path)
        frames = None if split is None else one.split(split)
        with progress("measuring") as advance:
            found.append((one, measure(one, frames=frames, advance=advance)))
    for line in in_words(found):
        print(line)
    write_page(found, out)
    print(f"drawn in {out}, figures in {out.with_suffix('.json')}")
