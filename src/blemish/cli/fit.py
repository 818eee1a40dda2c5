"""``blemish fit``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blemish.fit import Fitted


def fit(
    study: Path,
    photographs: Path,
    *,
    out: Path | None = None,
    vary: tuple[str, ...] = (),
    group: tuple[str, ...] = (),
    pictures: int = 6,
    guesses: int = 24,
    minutes: float = 8.0,
) -> None:
    """Set finish, light, exposure and sensor of a study from photographs of correct surface.

    A third of the groups of photographs is held out; the distances are told for both parts, before and after.

    Parameters
    ----------
    study
        The study file to start from.
    photographs
        A dataset (`blemish import`), whose defects are left out, or a folder of images; at the camera's own size.
    out
        The study file to write; without it STUDY-fitted.toml beside the study.
    vary
        A place in the study to fit, as finishes[1].ra_um or light.radiance; may be repeated. Without it the roughness,
        scale and depth of each finish, the surroundings and the exposure.
    group
        A group of the dataset to look at; may be repeated. Without it all.
    pictures
        How many views are rendered in each trial.
    guesses
        How many settings of the finishes are tried before the search goes down the slope.
    minutes
        How long the search may take.
    """
    from blemish.cli.progress import progress
    from blemish.fit import fit as search
    from blemish.fit import read_photographs
    from blemish.make import plan_for, plan_path
    from blemish.settings import read_toml
    from blemish.study import load_part, read_study, run_folder

    target = out or study.with_name(f"{study.stem}-fitted.toml")
    _refuse(target, pictures, guesses, minutes)
    file = read_study(study)
    values = read_toml(study)
    part = load_part(file)
    found = read_photographs(photographs, groups=group)
    plan = plan_for(file.study.recipe, part, plan_path(run_folder(file.study) / "dataset"))
    groups = [len({one.group for one in some}) for some in (found.fitted, found.held_out)]
    print(
        f"{len(found.fitted)} photographs of {groups[0]} groups are fitted to, "
        f"{len(found.held_out)} of {groups[1]} are held out, {found.left_out} left out"
    )
    with progress("fitting") as advance:
        how: dict[str, Any] = {"pictures": pictures, "guesses": guesses, "minutes": minutes}
        done = search(values, part, plan.viewpoints, found, vary, **how, advance=advance)
    lines = in_words(done)
    if done.cut_short:
        lines.append(f"the {minutes:g} minutes were up before the search had ended: more of them may find better")
    _write(target, study.name, file.text, done, lines)
    print(*lines, f"the fitted study is {target}", sep="\n")


def _refuse(target: Path, pictures: int, guesses: int, minutes: float) -> None:
    """Tell everything in the request that cannot be done, at once."""
    from blemish.errors import RequestError

    asked = (("pictures", pictures), ("guesses", guesses))
    wrong = [f"--{name} {value}: must be at least 1" for name, value in asked if value < 1]
    if minutes <= 0:
        wrong.append(f"--minutes {minutes}: must be more than 0")
    if target.suffix != ".toml":
        wrong.append(f"--out {target}: a study's name ends in .toml")
    if wrong:
        raise RequestError("\n".join(wrong))


def _write(target: Path, name: str, text: str, done: Fitted, lines: list[str]) -> None:
    """Write the fitted study, with what is told of the fit at its head."""
    from blemish.disk import write_whole
    from blemish.fit import rewritten

    heading = [f"Fitted by `blemish fit` from {name}; the lines that it changed say so.", *lines, ""]
    write_whole(target, rewritten(text, done.settings, heading))


def in_words(done: Fitted) -> list[str]:
    """Tell what was found and what it is worth, one line each."""
    lines = [f"{'':24s}{'was':>10s}{'is':>10s}{'spread':>10s}"]
    for one in done.found:
        spread = f"{100 * one.spread:8.0f} %" if one.spread else ""
        lines.append(f"{one.knob.place:24s} {one.knob.start:9.4g} {one.centre:9.4g} {spread}".rstrip())
    if not done.found:
        lines = ["nothing was found that comes nearer; the study's values stay as they are"]
    lines.append(f"{'distance to':24s}{'fitted':>10s}{'':>10s}{'held out':>10s}")
    for name in ("histogram", "profile", "gradient", "spectrum", "all"):
        numbers = [side[which][name] for which in ("fitted", "held out") for side in (done.before, done.after)]
        lines.append(f"{name:24s} {numbers[0]:6.2f} -> {numbers[1]:4.2f}    {numbers[2]:6.2f} -> {numbers[3]:4.2f}")
    lines.append(f"{done.looks} trials in {done.seconds:.0f} s")
    return lines
