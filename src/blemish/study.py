"""The study: one TOML file that says all that is made and all that is learned; the one place where the halves touch.

A study's results lie in its *run folder* (``runs/NAME`` unless told otherwise)::

    plan.json    the viewpoints                         dataset/     what was made (FORMAT.md)
    model/       the trained network and its curves     evaluation/  what it is worth, frame by frame
    inspection/  what it is worth on the part           study.toml   the study as it was run
    report.html  all of it on one page
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import StringConstraints

from blemish.contradictions import with_part
from blemish.cost import Cost
from blemish.dataset import open_dataset
from blemish.dataset.atomic import clear, replace_file
from blemish.disk import alone
from blemish.errors import StudyError
from blemish.farm import Crew
from blemish.inspect.inspecting import Inspecting
from blemish.learn.channels import region_of
from blemish.learn.protocol import Protocol
from blemish.make import Advance, Made, make
from blemish.part import Part, load
from blemish.part.divide import divide, divided
from blemish.recipe import Recipe
from blemish.settings import read, read_toml, settings

if TYPE_CHECKING:
    from blemish.dataset.read import Dataset
    from blemish.learn import Training


@settings
class Study(Recipe):
    """A recipe, a protocol and a name."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=80)]
    """Names the run folder; letters, digits, hyphen and underscore."""
    data: str | None = None
    """A finished dataset (imported photographs, say) to learn from, instead of one that is made; a path from here."""
    learn: Protocol = Protocol()
    """How the network is trained."""
    inspect: Inspecting | None = None
    """What is asked of the trained model on the part; without it ``blemish run`` does not inspect."""

    @property
    def recipe(self) -> Recipe:
        """The part of the study that making needs."""
        return Recipe(**{field.name: getattr(self, field.name) for field in fields(Recipe)})


@dataclass(frozen=True)
class StudyFile:
    """A study with the file it was read from."""

    study: Study
    path: Path
    text: str

    @property
    def base(self) -> Path:
        """The folder that file names in the study start from."""
        return self.path.parent


def read_study(path: Path) -> StudyFile:
    """Read a study file; one :class:`~blemish.errors.StudyError` lists every mistake that the file itself shows."""
    values: dict[str, Any] = read_toml(path)
    return StudyFile(read(Study, values, str(path)), path, path.read_text(encoding="utf-8"))


def run_folder(study: Study, out: Path | None = None) -> Path:
    """Give the folder of a study's results."""
    return out if out is not None else Path("runs") / study.name


def load_part(file: StudyFile) -> Part:
    """Read the study's part, and hold the study against it: every mistake that only the part can show, at once.

    Raises :class:`StudyError` too where the study learns from a finished dataset and so has nothing to make.
    """
    if file.study.data is not None:
        raise StudyError(
            str(file.path),
            [f"data: with {file.study.data} at hand nothing is planned or made; `blemish train` learns from it"],
        )
    part = load(file.study.part, base=file.base)
    mistakes = against_part(file.study, part)
    if mistakes:
        raise StudyError(str(file.path), mistakes)
    return divided(part, file.study.regions)


def against_part(study: Study, part: Part) -> list[str]:
    """List what in a study contradicts itself or does not fit its part; all that can be told before the work.

    ``part`` is the part as its file says it, without the study's rules of regions.
    """
    return [*with_part(study, part), *_unfit_channels(study, part)]


def _unfit_channels(study: Study, part: Part) -> Iterator[str]:
    """Tell channels of the CAD model that the dataset to be made would not have."""
    wanted = study.learn.geometry
    rendering: Any = study.render
    if wanted and rendering.geometry != "nominal":
        yield f'learn.geometry: {", ".join(wanted)} come from the frames; set render.geometry = "nominal"'
    names = [name for name in map(region_of, wanted) if name]
    if names:
        regions, _ = divide(part, study.regions)
        yield from (f"learn.geometry: {mistake}" for mistake in replace(part, regions=regions).strange_regions(names))


def make_dataset(
    file: StudyFile,
    run: Path,
    *,
    part: Part | None = None,
    crew: Crew = Crew(),  # noqa: B008  a value
    announce: Callable[[Cost], None] = lambda _cost: None,
    advance: Advance = lambda _done, _total, _note: None,
) -> Made:
    """Make the study's dataset in its run folder; ``part`` is what :func:`load_part` gave, where it was called."""
    return make(
        file.study.recipe,
        run / "dataset",
        base=file.base,
        name=file.study.name,
        study_text=file.text,
        part=part or load_part(file),
        crew=crew,
        announce=announce,
        advance=advance,
    )


def dataset_of(file: StudyFile, run: Path, data: Path | None = None) -> Dataset:
    """Open the dataset that a study learns from: the one given, the one that it names, or the one that it made."""
    named = file.base / file.study.data if file.study.data else run / "dataset"
    return open_dataset(data or named)


def train_model(
    file: StudyFile,
    run: Path,
    *,
    data: Path | None = None,
    init: Path | None = None,
    tensorboard: bool = False,
    advance: Advance = lambda _done, _total, _note: None,
) -> Training:
    """Train the study's network; with ``init``, go on from the model of another run.

    ``tensorboard`` writes the curves into the folder ``tensorboard`` of the run as well.
    """
    from blemish.learn import Progress, load_model, train
    from blemish.learn.team import leads
    from blemish.learn.tensorboard import writer

    def tell(at: Progress) -> None:
        done = (at.epoch - 1) * at.steps_per_epoch + at.step
        worth = "" if at.validation_f1 is None else f", validation F1 {at.validation_f1:.3f}"
        advance(done, at.max_epochs * at.steps_per_epoch, f"epoch {at.epoch}, loss {at.loss:.4f}{worth}")

    start = None if init is None else load_model(init / "model")
    log, dataset = writer(run) if tensorboard else None, dataset_of(file, run, data)
    with alone(run / "model") if leads() else nullcontext():
        done = train(file.study.learn, dataset, run / "model", start, tell, log=log)
    if leads():
        # Only now: the study beside a model is the one that it was trained by.
        replace_file(run, run / "study.toml", file.text.encode())
        clear(run)
    return done
