"""Whether it helps a network to be told what the CAD model says of each pixel: the same training with and without.

    python benchmarks/geometry_input.py FOLDER [--seeds 3] [--steps 200] [--channels cosine depth curvature]

Makes eight specimens of `studies/clutch-small.toml` from eight views each in FOLDER (kept there, made once), four to
learn from, one to choose epoch and threshold, three to test; then trains the small network with each seed twice, on
the same crops, drawn and varied alike: from the picture alone, and with the channels beside it. Printed are F1 of each
training with its 95 % interval over specimens, and the difference of the two, with its interval by bootstrap over
specimens and seeds together: each draw takes test specimens and seeds anew, the same for both.

Two to three minutes of processor time for the frames, one to two for each pair of trainings.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from figures import tell

from blemish.dataset.read import Dataset, open_dataset
from blemish.errors import BlemishError
from blemish.evaluate import Evaluation, evaluate
from blemish.learn import Protocol, train
from blemish.make import make
from blemish.seeds import stream
from blemish.study import read_study

STUDY = Path(__file__).parents[1] / "studies/clutch-small.toml"
CHANNELS = ("cosine", "depth", "curvature")
DRAWS = 2000


def main() -> None:
    """Make, train, evaluate, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--channels", nargs="+", default=CHANNELS)
    given = parser.parse_args()
    dataset = frames_in(given.folder / "dataset")
    protocol = Protocol(
        network="small",
        learning_rate=3e-3,
        schedule="cosine",
        crop_px=128,
        defect_bias=0.5,
        positive_weight=3.0,
        steps_per_epoch=max(1, given.steps // 4),
        max_epochs=4,
        stop_after=0,
        validation_crops=64,
    )
    kinds = {"picture alone": (), " + ".join(["picture", *given.channels]): tuple(given.channels)}
    found: dict[str, list[Evaluation]] = {kind: [] for kind in kinds}
    for seed in range(given.seeds):
        for kind, channels in kinds.items():
            place = given.folder / f"{given.steps}-{'-'.join(['picture', *channels]).replace(':', '.')}-{seed}"
            model = train(
                replace(protocol, seed=seed, geometry=channels), dataset, place, cache_folder=given.folder / "tiles"
            ).model
            worth = evaluate(model, dataset, "test", place / "evaluation")
            found[kind].append(worth)
            inside = "-" if worth.f1_interval is None else f"{worth.f1_interval.low:.1%} - {worth.f1_interval.high:.1%}"
            print(
                f"seed {seed}, {kind}: F1 {worth.f1:.1%} ({inside}), best possible {worth.best_f1:.1%}, "
                f"average precision {worth.average_precision:.1%}",
                flush=True,
            )
            tell(f"{kind}, seed {seed}: F1", 100 * worth.f1, "%")
            tell(f"{kind}, seed {seed}: AP", 100 * worth.average_precision, "%")
            if worth.f1_interval is not None:
                tell(f"{kind}, seed {seed}: lower bound", 100 * worth.f1_interval.low, "% F1")
                tell(f"{kind}, seed {seed}: upper bound", 100 * worth.f1_interval.high, "% F1")
    for kind, some in found.items():
        values = np.array([[worth.f1, worth.average_precision] for worth in some])
        f1, precision = values.mean(axis=0)
        spread = f" +- {values[:, 0].std(ddof=1):.1%} over {len(values)} seeds" if len(values) > 1 else ""
        print(f"{kind}: F1 {f1:.1%}{spread}, average precision {precision:.1%}")
        tell(f"{kind}, F1", 100 * float(f1), "%")
    gain, low, high = difference(*found.values())
    print(f"F1 with the channels minus F1 without: {gain:+.1%} ({low:+.1%} to {high:+.1%})")
    for name, value in (("gain", gain), ("gain, lower bound", low), ("gain, upper bound", high)):
        tell(name, 100 * value, "points")


def frames_in(root: Path) -> Dataset:
    """Give the dataset, made where it is not there yet."""
    study = read_study(STUDY).study
    recipe = replace(
        study.recipe,
        plan=replace(study.plan, max_views=8),
        specimens=replace(study.specimens, correct=2, defective=6),
        render=replace(study.render, geometry="nominal"),
        split=replace(study.split, shares={"train": 4.0, "val": 1.0, "test": 3.0}),
    )
    try:
        dataset = open_dataset(root)
    except BlemishError:  # not there, or not finished
        make(recipe, root, name="geometry-input", base=STUDY.parent)
        dataset = open_dataset(root)
    sizes = ", ".join(f"{len(dataset.split(name))} {name}" for name in ("train", "val", "test"))
    print(f"{len(dataset.frames)} frames: {sizes}", flush=True)
    return dataset


def difference(without: list[Evaluation], with_channels: list[Evaluation]) -> tuple[float, float, float]:
    """Give the mean difference of F1 over seeds, and its 95 % interval over specimens and seeds drawn anew."""
    names = sorted(without[0].by_specimen)
    counts = np.array(
        [
            [
                [
                    (part.true_positive, part.false_positive, part.false_negative)
                    for part in (worth.by_specimen[name] for name in names)
                ]
                for worth in some
            ]
            for some in (without, with_channels)
        ]
    )
    rng = stream(0, "difference")
    # As many defective and as many correct ones in each draw as there are.
    defective = counts[0, 0, :, [0, 2]].sum(axis=0) > 0
    strata = [np.flatnonzero(defective), np.flatnonzero(~defective)]
    drawn = []
    for _ in range(DRAWS):
        specimens = np.concatenate([rng.choice(some, size=len(some)) for some in strata if len(some)])
        seeds = rng.integers(len(without), size=len(without))
        drawn.append(_gain(counts[:, seeds][:, :, specimens]))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return _gain(counts), float(low), float(high)


def _gain(counts: np.ndarray) -> float:
    true, false, missed = np.moveaxis(counts.sum(axis=2), -1, 0)
    f1 = (2 * true / np.maximum(2 * true + false + missed, 1)).mean(axis=1)
    return float(f1[1] - f1[0])


if __name__ == "__main__":
    main()
