"""One HTML page of a dataset's figures, or of two side by side; everything it shows is in the file."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np

from blemish.dataset.read import Dataset
from blemish.disk import write_whole
from blemish.errors import RequestError
from blemish.stats.apart import compare
from blemish.stats.chart import COLOURS, Curve, chart, trimmed
from blemish.stats.surface import ANGLES, GRADIENTS, WINDOW, eight_bits
from blemish.stats.tally import AREAS, BRIGHTNESS, CONTRASTS, ELONGATIONS, Tally
from blemish.stats.words import Measured, figures, name_of, rows

_PICTURES, _PICTURE_PX = 6, 180


def write_page(found: Sequence[Measured], path: Path) -> None:
    """Write the page, and the figures beside it as JSON."""
    path = Path(path)
    if path.suffix.lower() not in (".html", ".htm"):
        raise RequestError(f"{path}: the page is an HTML file; let its name end in .html")
    for dataset, _ in found:
        if path.resolve().is_relative_to(dataset.root.resolve()):
            raise RequestError(f"{path}: this lies inside the dataset, which may hold nothing else; name another place")
    tallies = [halves[0] + halves[1] for _, halves in found]
    parts = [_key(found), _table(found), _differences(found), f'<div class="charts">{_charts(tallies)}</div>']
    parts += [_pictures(dataset) for dataset, _ in found]
    title = " and ".join(escape(name_of(dataset)) for dataset, _ in found)
    write_whole(path, _FRAME.format(title=title, body="\n".join(parts), style=_STYLE))
    write_whole(path.with_suffix(".json"), json.dumps(figures(found), indent=1, allow_nan=False) + "\n")


def _key(found: Sequence[Measured]) -> str:
    names = [
        f'<span><i style="background:{colour}"></i>{escape(name_of(dataset))}</span>'
        for (dataset, _), colour in zip(found, COLOURS, strict=False)
    ]
    return f'<p class="key">{"".join(names)}</p>'


def _table(found: Sequence[Measured]) -> str:
    head = "".join(f"<th>{escape(name_of(dataset))}</th>" for dataset, _ in found)
    lines = [
        f"<tr><td>{escape(name)}</td>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for name, cells in rows(found)
    ]
    return f"<table><tr><th></th>{head}</tr>{''.join(lines)}</table>"


def _differences(found: Sequence[Measured]) -> str:
    if len(found) != 2:
        return ""
    lines = []
    for one in compare(found[0][1], found[1][1]):
        share = "" if np.isnan(one.distance) else f"{one.distance:.3f}"
        cells = [one.what, f"{one.moved:.3g} {one.unit}", f"{one.chance:.2g} {one.unit}", share]
        lines.append("<tr>" + "".join(f"<td>{escape(cell.replace('nan', '-'))}</td>" for cell in cells) + "</tr>")
    head = "<tr><th></th><th>apart</th><th>halves of one</th><th>Jensen-Shannon distance</th></tr>"
    return f"""<h2>How far they are apart</h2><table>{head}{"".join(lines)}</table>
<p>Apart: how far the histogram's mass has to be moved, or the root mean square difference of spectra. Halves of one:
what two halves of one dataset, parted by specimen, differ by at most; below that, a difference means nothing.</p>"""


def _charts(tallies: Sequence[Tally]) -> str:
    def steps(title: str, name: str, edges: np.ndarray, across: str, *, octaves: bool = False) -> str:
        x, shares = trimmed(edges, [getattr(tally, name) for tally in tallies])
        return chart(title, [Curve(x, y) for y in shares], across, "share, %", octaves=octaves)

    radial, directional = [], []
    for tally in tallies:
        seen = tally.windows > 0
        power = 10 * np.log10(tally.radial[1:] / max(tally.windows, 1) + 1e-12)
        radial.append(Curve(np.arange(1, len(tally.radial)) / WINDOW, power if seen else np.zeros(0)))
        around = 10 * np.log10(tally.directional / max(tally.windows, 1) + 1e-12)
        directional.append(Curve(np.arange(ANGLES) * 180 / ANGLES, around - around.mean() if seen else np.zeros(0)))
    levels = np.arange(257.0)
    drawn = [
        steps("Grey levels of lit surface", "lit_grey", levels, "grey level"),
        steps("Grey levels of all pixels", "grey", levels, "grey level"),
        steps("Mean grey level of a frame's lit surface", "brightness", BRIGHTNESS, "grey level"),
        steps("Gradients of lit surface", "gradient", np.maximum(GRADIENTS, 5e-4), _GRADIENT, octaves=True),
        chart("Spectrum along the radius", radial, "cycles a pixel", "power, dB", octaves=True),
        chart("Spectrum by direction, mean taken out", directional, "direction of change, degrees", "power, dB"),
        steps("Areas of marks", "area", AREAS, "pixels", octaves=True),
        steps("Contrast of marks", "contrast", CONTRASTS, "(mean inside - mean around) / spread around"),
        steps("Elongation of marks", "elongation", ELONGATIONS, "long axis / short axis", octaves=True),
    ]
    return "".join(drawn)


_GRADIENT = "change from pixel to pixel / grey level"


def _pictures(dataset: Dataset) -> str:
    """Show a few frames, with their marks outlined: those with marks first, spread over the dataset."""
    frames = dataset.frames
    defective = frames.where(frames.column("defect_px") > 0)
    chosen = [(some, index) for some in (defective, frames) for index in _spread(len(some), _PICTURES)][:_PICTURES]
    images = [f'<img src="data:image/png;base64,{_picture(dataset, some, index)}" alt="">' for some, index in chosen]
    return f'<h2>{escape(name_of(dataset))}</h2><p class="pictures">{"".join(images)}</p>'


def _spread(count: int, wanted: int) -> list[int]:
    return sorted(set(np.linspace(0, count - 1, min(count, wanted)).round().astype(int).tolist())) if count else []


def _picture(dataset: Dataset, frames: Sequence[object], index: int) -> str:
    import cv2

    frame = frames[index]
    image, mask = eight_bits(dataset.image(frame)), dataset.mask(frame)  # type: ignore[arg-type]
    scale = min(_PICTURE_PX / image.shape[0], 2 * _PICTURE_PX / image.shape[1], 2.0)
    size = (max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1))
    small = cv2.cvtColor(cv2.resize(image, size, interpolation=cv2.INTER_AREA), cv2.COLOR_GRAY2BGR)
    # The marks are outlined outside, so that what they mark stays to be seen.
    grown = cv2.resize((mask > 0).astype(np.uint8), size, interpolation=cv2.INTER_AREA)
    edges = cv2.dilate(grown, np.ones((7, 7), np.uint8)) - cv2.dilate(grown, np.ones((5, 5), np.uint8))
    small[edges > 0] = (60, 200, 255)
    return base64.b64encode(cv2.imencode(".png", small)[1].tobytes()).decode()


_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #222; max-width: 1340px; margin: 24px auto; padding: 0 16px; }
h1 { font-size: 22px; } h2 { font-size: 17px; margin-top: 28px; }
table { border-collapse: collapse; } th, td { padding: 2px 14px 2px 0; text-align: right; }
th:first-child, td:first-child { text-align: left; } tr { border-bottom: 1px solid #e4e4e0; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(380px, 1fr)); gap: 14px; margin-top: 20px; }
figure { margin: 0; } figcaption { font-weight: 600; } svg { width: 100%; height: auto; overflow: visible; }
.axis { stroke: #555; } .grid { stroke: #e4e4e0; } .none { color: #888; }
text { font-size: 11px; fill: #555; } .tick { text-anchor: middle; } .side { text-anchor: end; }
.name { text-anchor: middle; }
.key span { margin-right: 18px; } .key i { display: inline-block; width: 12px; height: 12px; margin-right: 6px; }
.pictures { display: flex; flex-wrap: wrap; gap: 8px; } .pictures img { background: #000; }
"""

_FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{style}</style></head>
<body><h1>{title}</h1>
{body}
</body></html>
"""
