"""Evaluations side by side, in per cent as the source paper prints them: for a terminal, Markdown and LaTeX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from blemish.evaluate.evaluation import Evaluation

COLUMNS = ("", "precision", "recall", "F1", "95 % interval", "AP", "defects found", "false calls / image")
FEW = 10
"""Specimens with defects from which a bootstrap over them is believed."""


def cells(name: str, evaluation: Evaluation) -> tuple[str, ...]:
    """Give one row of the table as text."""
    interval, objects = evaluation.f1_interval, evaluation.objects
    return (
        name,
        _percent(evaluation.precision),
        _percent(evaluation.recall),
        _percent(evaluation.f1),
        "" if interval is None else f"{_percent(interval.low)} - {_percent(interval.high)}",
        _percent(evaluation.average_precision),
        f"{objects.all.found} of {objects.all.total}",
        f"{objects.false_calls_per_image:.2f}",
    )


def bootstrap_of(evaluation: Evaluation) -> str:
    """Say what an interval was drawn from, and that it is too narrow where few specimens have defects.

    Drawing n of n anew makes variances (n - 1) / n times too small, and shows nothing that the n did not show.
    """
    counts = evaluation.by_specimen.values()
    defective = sum(one.true_positive + one.false_negative > 0 for one in counts)
    few = ", too narrow for so few" if defective < FEW else ""
    return f"bootstrap over {len(counts)} specimens, {defective} of them with defects{few}"


def breakdown(evaluation: Evaluation) -> list[tuple[str, str, str, str]]:
    """List which defects were found: kind or class, how many, of how many, and the share."""
    objects = evaluation.objects
    groups = [
        (objects.by_kind, "{}"),
        (objects.by_width_px, "{} px wide"),
        (objects.by_area_px, "{} px in area"),
        (objects.by_contrast, "contrast to noise {}"),
    ]
    return [
        (words.format(name), str(found.found), str(found.total), f"{found.recall:.0%}")
        for some, words in groups
        for name, found in some.items()
    ]


def as_text(evaluations: Mapping[str, Evaluation]) -> str:
    """Give the table with aligned columns: names to the left, numbers to the right."""
    rows = _rows(evaluations)
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def as_markdown(evaluations: Mapping[str, Evaluation]) -> str:
    """Give the table in Markdown."""
    head, *rows = _rows(evaluations)
    rule = ["---", *["---:"] * (len(COLUMNS) - 1)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in (head, rule, *rows))


def as_latex(evaluations: Mapping[str, Evaluation]) -> str:
    """Give the table as a LaTeX ``tabular`` with the rules of the booktabs package."""
    head, *rows = [" & ".join(escape_tex(cell) for cell in row) + r" \\" for row in _rows(evaluations)]
    begin = r"\begin{tabular}{l" + "r" * (len(COLUMNS) - 1) + "}"
    return "\n".join([begin, r"\toprule", head, r"\midrule", *rows, r"\bottomrule", r"\end{tabular}"])


def _rows(evaluations: Mapping[str, Evaluation]) -> list[Sequence[str]]:
    return [COLUMNS, *(cells(name, evaluation) for name, evaluation in evaluations.items())]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def escape_tex(text: str) -> str:
    """Write text so that LaTeX prints it as it is."""
    for special in "&%$#_{}":
        text = text.replace(special, "\\" + special)
    return text
