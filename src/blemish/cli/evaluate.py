"""``blemish evaluate``."""

from __future__ import annotations

from pathlib import Path


def evaluate(run: Path, dataset: Path, *, split: str = "test", out: Path | None = None) -> None:
    """Measure a trained network on a dataset.

    Parameters
    ----------
    run
        The run folder that holds the model.
    dataset
        The dataset to measure on; it need not be the one that was learned from.
    split
        Which of its sets: train, val, test.
    out
        The folder for evaluation.json and example predictions; without it ``evaluation`` in the run folder.
    """
    from blemish.cli.progress import progress
    from blemish.dataset import open_dataset
    from blemish.disk import alone
    from blemish.evaluate import as_text
    from blemish.evaluate import evaluate as measure
    from blemish.evaluate.table import bootstrap_of, breakdown
    from blemish.learn import load_model

    model = load_model(run)
    opened = open_dataset(dataset)
    place = out or run / "evaluation"
    with alone(place), progress("evaluating") as advance:
        worth = measure(model, opened, split, place, lambda done, total: advance(done, total, ""))
    print(as_text({f"{worth.network} on {worth.dataset}/{split}": worth}))
    interval = worth.objects.recall_interval
    if interval is not None:
        print(f"defects found, 95 %: {interval.low:.0%} - {interval.high:.0%}; {bootstrap_of(worth)}")
    for name, found, total, share in breakdown(worth):
        print(f"  {name:<24} {found:>5} of {total:>5}  {share:>5}")
