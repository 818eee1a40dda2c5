"""The figures of a report, each as a PNG in memory."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from blemish.arrays import Grey
from blemish.dataset.ply import Geometry
from blemish.frames import Pose
from blemish.plan.painted import Canvas, Painting
from blemish.report.splat import Splat, splat
from blemish.report.visible import Seen
from blemish.report.visible import draw as draw_visible

if TYPE_CHECKING:
    from blemish.evaluate import Evaluation

FROM_ABOVE, FROM_BELOW = (1.0, -1.2, 1.1), (1.0, -1.2, -1.1)
REGION_COLOURS = np.array(
    [
        (0.42, 0.60, 0.78),
        (0.87, 0.62, 0.38),
        (0.55, 0.73, 0.48),
        (0.80, 0.72, 0.42),
        (0.66, 0.53, 0.74),
        (0.55, 0.72, 0.72),
    ]
)
STEEL, DEFECT = np.array([0.80, 0.81, 0.83]), np.array([0.82, 0.15, 0.13])


def regions(geometry: Geometry) -> bytes:
    """Draw the part from above and below, coloured by region."""
    figure, axes = canvas(1, 2, width=9.0, height=4.4)
    colours = REGION_COLOURS[geometry.region % len(REGION_COLOURS)]
    for axis, direction in zip(axes, (FROM_ABOVE, FROM_BELOW), strict=True):
        _show(axis, splat(geometry.vertices_mm, geometry.triangles, colours, direction, size=560))
    for index, name in enumerate(geometry.regions):
        axes[0].plot([], [], "s", color=REGION_COLOURS[index % len(REGION_COLOURS)], markersize=9, label=name)
    figure.legend(loc="lower center", ncols=max(1, len(geometry.regions)), frameon=False, fontsize=9)
    return png(figure)


def defects(geometry: Geometry) -> bytes:
    """Draw one specimen with its defects in red, enlarged by a dot where they are too small to be seen."""
    figure, axes = canvas(1, 2, width=9.0, height=4.2)
    marked = geometry.instance > 0
    colours = np.where(marked[:, None], DEFECT, STEEL)
    for axis, direction in zip(axes, (FROM_ABOVE, FROM_BELOW), strict=True):
        _show(axis, splat(geometry.vertices_mm, geometry.triangles, colours, direction, size=560))
    return png(figure)


def viewpoints(geometry: Geometry, poses: Sequence[Pose]) -> bytes:
    """Draw where the camera stands: from the side and from the top, lines along its sight."""
    figure, axes = canvas(1, 2, width=9.0, height=4.4)
    grey = np.repeat(STEEL[None], len(geometry.triangles), axis=0)
    places = np.array([pose.translation_mm for pose in poses])
    sights = np.array([pose.rotation[:, 2] for pose in poses])
    for axis, direction, title in zip(axes, ((0, -1, 0.25), (0, 0, 1)), ("from the side", "from the top"), strict=True):
        picture = splat(geometry.vertices_mm, geometry.triangles, grey, direction, size=300)
        _show(axis, picture)
        at = picture.place(places)
        ahead = picture.place(places + 0.3 * np.linalg.norm(places, axis=1).mean() * sights)
        for (x, y), (u, v) in zip(at, ahead, strict=True):
            axis.plot([x, u], [y, v], color="#3b6ea5", linewidth=0.8, alpha=0.7)
        axis.plot(*at.T, "o", color="#1f3b57", markersize=3.5)
        low, high = np.vstack([at, picture.place(geometry.vertices_mm)]).min(0), at.max(0)
        high = np.maximum(high, picture.place(geometry.vertices_mm).max(0))
        room = 0.06 * (high - low).max()
        axis.set_xlim(low[0] - room, high[0] + room)
        axis.set_ylim(low[1] - room, high[1] + room)
        axis.set_title(title, fontsize=9)
    return png(figure)


def coverage(painting: Painting, places: Canvas) -> bytes:
    """Draw the part from above and below, each place in the colour of its sample."""
    figure, axes = canvas(1, 2, width=9.0, height=4.5)
    table = np.vstack([painting.colours / 255.0, STEEL[None]])
    for axis, direction in zip(axes, (FROM_ABOVE, FROM_BELOW), strict=True):
        _show(axis, splat(places.vertices_mm, places.triangles, table[places.sample], direction, size=560))
    for name, colour in painting.legend:
        axes[0].plot([], [], "s", color=np.array(colour) / 255.0, markersize=9, label=name)
    figure.legend(loc="lower center", ncols=max(1, len(painting.legend)), frameon=False, fontsize=9)
    return png(figure)


def learning(rows: Sequence[dict[str, Any]]) -> bytes:
    """Draw the loss and the validation F1 against the epoch."""
    figure, (left, right) = canvas(1, 2, width=9.0, height=3.2, bare=False)
    epochs = [row["epoch"] for row in rows]
    left.semilogy(epochs, [row["loss"] for row in rows], label="training", color="#3b6ea5")
    validated = [row for row in rows if "validation_loss" in row]
    at = [row["epoch"] for row in validated]
    left.semilogy(at, [row["validation_loss"] for row in validated], label="validation", color="#c0392b")
    left.set(xlabel="epoch", ylabel="binary cross-entropy")
    left.legend(frameon=False)
    right.plot(at, [row["validation_f1"] or 0 for row in validated], color="#c0392b")
    right.set(xlabel="epoch", ylabel="validation F1 (its own best threshold)", ylim=(0, 1))
    return png(figure)


def precision_recall(evaluation: Evaluation) -> bytes:
    """Draw precision against recall, and both against the threshold."""
    figure, (left, right) = canvas(1, 2, width=9.0, height=3.2, bare=False)
    recall = [point.recall for point in evaluation.curve]
    precision = [point.precision for point in evaluation.curve]
    threshold = [point.threshold for point in evaluation.curve]
    left.plot(recall, precision, color="#3b6ea5")
    left.plot(evaluation.recall, evaluation.precision, "o", color="#c0392b", label="at the threshold in use")
    left.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
    left.legend(frameon=False)
    right.plot(threshold, precision, label="precision", color="#3b6ea5")
    right.plot(threshold, recall, label="recall", color="#c0392b")
    right.axvline(evaluation.threshold, color="0.5", linestyle=":", label="threshold in use")
    right.set(xlabel="threshold", xlim=(0, 1), ylim=(0, 1.02))
    right.legend(frameon=False)
    return png(figure)


def visible(seen: Seen) -> bytes:
    """Draw how much of what is labelled can be seen."""
    figure, axes = canvas(1, 2, width=9.0, height=3.4, bare=False)
    draw_visible(seen, axes)
    return png(figure)


def comparison(image: Grey, mask: Grey, called: Grey) -> bytes:
    """Draw an image as the camera gave it, with the truth outlined in green, and with what is called in red."""
    import cv2

    truth, found = (mask > 0).astype(np.uint8), (called > 0).astype(np.uint8)
    panels = [np.repeat(image[..., None], 3, axis=2)]
    for patches, colour in ((truth, (60, 220, 60)), (found, (255, 60, 50))):
        panel = np.repeat(image[..., None], 3, axis=2)
        panel[cv2.dilate(patches, np.ones((5, 5), np.uint8)) - patches > 0] = colour
        panels.append(panel)
    gap = np.full((image.shape[0], 8, 3), 255, np.uint8)
    row = np.hstack([panels[0], gap, panels[1], gap, panels[2]])
    scale = min(1.0, 1800 / row.shape[1])
    row = cv2.resize(row, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", row[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes())


def canvas(rows: int, columns: int, *, width: float, height: float, bare: bool = True) -> Any:
    """Give a figure of so many inches and its axes; ``bare`` ones show pictures, others have two spines."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, columns)
    for axis in np.ravel(axes):
        if bare:
            axis.set_axis_off()
        else:
            axis.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _show(axis: Any, picture: Splat) -> None:
    axis.imshow(np.clip(picture.image, 0, 1), extent=picture.extent_mm, interpolation="antialiased")
    axis.set_aspect("equal")


def png(figure: Any) -> bytes:
    """Draw a figure as a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return buffer.getvalue()
