"""One page about a run: what was made, what was learned, what it is worth, and how to do it again."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from blemish.arrays import Grey
from blemish.dataset import open_dataset, ply
from blemish.dataset.atomic import clear, replace_file
from blemish.dataset.lacking import lacking
from blemish.dataset.read import Dataset
from blemish.dataset.record import SpecimenRecord
from blemish.errors import DatasetError, RequestError, WorkError
from blemish.evaluate import Evaluation, read_evaluation
from blemish.evaluate.evaluation import FILE as EVALUATION
from blemish.evaluate.table import COLUMNS, bootstrap_of, breakdown, cells
from blemish.frames import Pose
from blemish.learn import Protocol, curves
from blemish.report import figures
from blemish.report.inspected import chapters_of
from blemish.report.picture import Picture, picture
from blemish.report.planned import coverage_pictures, planned_of
from blemish.report.visible import seen_of
from blemish.settings import plain


@dataclass(frozen=True)
class Section:
    """A heading with a sentence and pictures."""

    title: str
    text: str
    figures: tuple[Picture, ...]


CHAPTERS = 7
"""What the progress of a report counts: at most five chapters of pictures, the plan, and the inspection."""


def write_report(
    run: Path, data: Path | None = None, *, advance: Callable[[int, int, str], None] = lambda _done, _total, _note: None
) -> Path:
    """Write ``report.html`` into a run folder from what lies there, and give its path; it needs no other file.

    ``data`` is the dataset where it is not the run's own. Stages that have not been run are left out.
    """
    from jinja2 import Environment

    own = run / "dataset"
    if data is None and not (own / "dataset.json").is_file() and not (run / "evaluation" / EVALUATION).is_file():
        raise RequestError(f"{run}: there is neither a dataset nor an evaluation here; `blemish run STUDY` makes both")
    dataset = open_dataset(data or own) if data is not None or (own / "dataset.json").is_file() else None
    evaluation = read_evaluation(run / "evaluation") if (run / "evaluation" / EVALUATION).is_file() else None
    plan = _json(run / "plan.json", "viewpoints", "coverage") if data is None else {}
    model = _json(run / "model" / "model.json", "weights", "software")
    specimens = _specimens(dataset) if dataset and dataset.header.kind == "rendered" else []
    advance(0, CHAPTERS, "reading")
    sections = []
    for section in _sections(run, dataset, specimens, plan, evaluation):
        sections.append(section)
        advance(len(sections), CHAPTERS, section.title)
    planned = planned_of(run, plan)
    advance(CHAPTERS - 1, CHAPTERS, "the plan")
    inspected = chapters_of(run)
    template = resources.files("blemish.report").joinpath("page.html.j2").read_text(encoding="utf-8")
    study = run / "study.toml"
    page = Environment(autoescape=True).from_string(template)
    text = page.render(
        name=dataset.header.name if dataset else run.name,
        summary=_summary(dataset, plan),
        notes=[*_notes(model, evaluation), *lacking(specimens)],
        table=_table(evaluation) if evaluation else [],
        measured=_measured(evaluation) if evaluation else "",
        by_kind=breakdown(evaluation) if evaluation else [],
        sections=sections,
        planned=planned,
        inspected=inspected,
        commands=list(_commands(data, model)),
        departures=list(_departures(model)),
        facts=list(_facts(model, dataset)),
        study=study.read_text(encoding="utf-8") if study.is_file() else "",
    )
    path = run / "report.html"
    replace_file(run, path, text.encode())
    clear(run)
    advance(CHAPTERS, CHAPTERS, "")
    return path


def _summary(dataset: Dataset | None, plan: dict[str, Any]) -> str:
    if dataset is None:
        return "the dataset is not here"
    counts = dataset.header.counts
    told = f"{counts.get('specimens', 0)} specimens, {len(dataset.frames)} frames"
    if plan:
        told += f", {len(plan['viewpoints'])} viewpoints that cover {plan['coverage']:.1%} of the inspected area"
    return told


def _notes(model: dict[str, Any], evaluation: Evaluation | None) -> Iterator[str]:
    if model.get("threshold", {}).get("chosen_by") == "quantile":
        yield "No defect was seen in validation, so the threshold is a quantile of correct pixels."
    if evaluation and model and evaluation.model_digest != model["weights"]["sha256"]:
        yield "The evaluation is that of another model than the one in this folder; evaluate again."


def _table(evaluation: Evaluation) -> list[tuple[str, ...]]:
    return [COLUMNS, cells(f"{evaluation.network} on {_measured_on(evaluation)}", evaluation)]


def _measured_on(evaluation: Evaluation) -> str:
    return f"{evaluation.dataset}/{evaluation.split}"


def _commands(data: Path | None, model: dict[str, Any]) -> Iterator[str]:
    """Give the command lines that repeat a run, as far as the run folder knows them."""
    start = model.get("trained_on", {}).get("start", "")
    if data is None and not start:
        yield "blemish run study.toml"
        return
    named = "" if data is None else f" --data {data.name}"
    init = f" --init RUN   (the run whose weights have SHA-256 {start})" if start else ""
    yield f"blemish train study.toml{named}{init}"
    yield f"blemish evaluate RUN {data.name if data else 'RUN/dataset'}"


def _departures(model: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """List the settings in which a training departs from the protocol of the source paper."""
    paper, here = _flat(plain(Protocol())), _flat(model.get("protocol", {}))
    for name, value in here.items():
        if name in paper and value != paper[name]:
            yield name, str(paper[name]), str(value)


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    """Give settings within settings as ``outer.inner``."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": one for inner, one in value.items()}
        else:
            flat[name] = value
    return flat


def _measured(evaluation: Evaluation) -> str:
    interval = "" if evaluation.f1_interval is None else f"; the interval is a {bootstrap_of(evaluation)}"
    return (
        f"Per cent, pixel by pixel, on the {evaluation.images} frames of the set \u201c{evaluation.split}\u201d "
        f"({evaluation.images_with_defects} of them show a defect), at the threshold {evaluation.threshold:.3g} that "
        f"the validation set chose{interval}. A defect counts as found when "
        f"{evaluation.objects.rule.found_from:.0%} of its pixels are."
    )


def _sections(
    run: Path,
    dataset: Dataset | None,
    specimens: Sequence[SpecimenRecord],
    plan: dict[str, Any],
    evaluation: Evaluation | None,
) -> Iterator[Section]:
    if evaluation and evaluation.examples:
        yield Section(
            f"Frames of {_measured_on(evaluation)}",
            "Left: the image. Middle: what is there, outlined in green. Right: what the model calls a defect, in red.",
            tuple(_examples(run / "evaluation", evaluation)),
        )
    geometry = _geometry(dataset, specimens) if dataset and specimens else None
    if geometry is not None:
        pictures = [picture(figures.regions(geometry[1]), "The part, coloured by region")]
        if plan:
            poses = [Pose.from_matrix(np.array(view["world_from_camera"])) for view in plan["viewpoints"]]
            pictures.append(picture(figures.viewpoints(geometry[1], poses), "Where the camera stands and looks"))
            pictures += coverage_pictures(run, plan, geometry[1])
        yield Section("The part and the plan", "", tuple(pictures))
        caption = f"Specimen {geometry[0]}: its defects in red, significant or not"
        yield Section("A specimen", "", (picture(figures.defects(geometry[1]), caption),))
    seen = seen_of(dataset) if dataset and dataset.header.kind == "rendered" else None
    if seen is not None:
        drawn = picture(figures.visible(seen), "Red: less than the noise and texture around it")
        yield Section("What can be seen of the defects", seen.sentence(), (drawn,))
    rows = curves.read(run / "model")
    if rows:
        pictures = [picture(figures.learning(rows), "Loss and validation F1 by epoch")]
        if evaluation:
            pictures.append(
                picture(figures.precision_recall(evaluation), f"Precision and recall on {_measured_on(evaluation)}")
            )
        yield Section("Curves", "", tuple(pictures))


def _examples(folder: Path, evaluation: Evaluation) -> Iterator[Picture]:
    for example in evaluation.examples:
        image, mask, called = (_grey(folder / name) for name in (example.image, example.mask, example.called))
        data = figures.comparison(image, mask, called)
        yield Picture(base64.b64encode(data).decode(), example.frame, "image/jpeg")


def _grey(path: Path) -> Grey:
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise WorkError(f"{path}: this picture of the evaluation is missing or damaged; evaluate again")
    return np.asarray(image, dtype=np.uint8)


def _specimens(dataset: Dataset) -> list[SpecimenRecord]:
    names = sorted({path.name for path in (dataset.root / "specimens").iterdir()})
    return [dataset.specimen(name) for name in names]


def _geometry(dataset: Dataset, specimens: Sequence[SpecimenRecord]) -> tuple[str, ply.Geometry] | None:
    """Give the defective specimen with the most defects, and its mesh."""
    best = max(specimens, key=lambda one: (one.defective, len(one.defects)), default=None)
    path = dataset.root / "specimens" / best.id / "part.ply" if best else None
    if best is None or path is None or not path.is_file():
        return None
    try:
        return best.id, ply.unpack(path.read_bytes())
    except ValueError as error:
        raise DatasetError(f"{path}: this mesh is damaged ({error}); make the dataset again") from None


def _facts(model: dict[str, Any], dataset: Dataset | None) -> Iterator[tuple[str, str]]:
    if dataset is not None:
        for name, version in dataset.header.software.items():
            yield name, version
        for name, digest in sorted(dataset.header.digests.items()):
            yield f"SHA-256 of {name}", digest
    if model:
        yield "SHA-256 of the weights", model["weights"]["sha256"]
        for name, version in model["software"].items():
            yield f"trained with {name}", version


def _json(path: Path, *needed: str) -> dict[str, Any]:
    """Read what a stage wrote, which holds the keys that are needed; nothing where the stage has not run."""
    if not path.is_file():
        return {}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise WorkError(f"{path}: this file is damaged ({error}); run the stage that wrote it again") from None
    if not isinstance(values, dict) or set(needed) - set(values):
        raise WorkError(
            f"{path}: this file is damaged (it has no {' and '.join(needed)}); run the stage that wrote it again"
        )
    return values
