"""The figures of detection are drawn from any values that there may be."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
from simulated import looks, sightings

from blemish.inspect.contrast import PixelContrast
from blemish.inspect.loss import loss_of
from blemish.inspect.pod.false_calls import tradeoff_of
from blemish.inspect.pod.hit_miss import fit_hit_miss
from blemish.inspect.pod.signal_response import signal_response_of
from blemish.report import detection as figures


def shape(png: bytes) -> tuple[int, ...]:
    """Decode a picture; every one shows more than its background."""
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert len(np.unique(picture)) > 20
    return picture.shape


def test_curves_are_drawn_with_and_without_their_records() -> None:
    """One curve, one that never reaches 90 %, and two beside each other, on both scales."""
    size, found, which = looks(np.random.default_rng(0), 300)
    curve = fit_hit_miss(size, found, groups=which, measure="diameter_mm")
    small = fit_hit_miss(size[size < 0.9], found[size < 0.9], measure="diameter_mm", scales=["linear"], judge=False)
    assert small.a90 is None
    assert shape(figures.pod_curve(curve, "dents", size, found)) == shape(figures.pod_curve(small))
    assert shape(figures.pod_curves([("turned", curve), ("milled", small)]))


def test_signals_losses_and_tradeoffs_are_drawn() -> None:
    """With censored signals, and with nothing where no frame tells contrast."""
    seen = sightings(np.random.default_rng(1), 80, 3)
    curve = signal_response_of(seen, "diameter_mm", judge=False)
    assert shape(figures.signal_response(curve, seen.measure("diameter_mm"), seen.rows["signal"], (-2.0, 4.0)))
    rows = seen.rows.copy()
    rows["contrast"] = rows["detectability"] = seen.rows["diameter_mm"]
    pixels = PixelContrast(np.arange(8) * 10, np.arange(8) * 5, 0, 0)
    for loss in (loss_of(dataclasses.replace(seen, rows=rows, pixels=pixels)), loss_of(seen)):
        if loss.divisions:
            assert shape(figures.recall_by_contrast(loss))
            assert shape(figures.lost_recall(loss))
    assert shape(figures.tradeoff(tradeoff_of(seen), seen.threshold))


def test_measures_are_named_with_their_units() -> None:
    """As an engineer writes them at an axis."""
    assert figures.axis_label("diameter_mm") == "diameter (mm)"
    assert figures.axis_label("width_px") == "width (px)"
    assert figures.axis_label("contrast") == "contrast-to-noise ratio"
