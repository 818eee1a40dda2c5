"""The page for drawing: ``python docs/figures/annotate.py`` draws ``annotate.png``; needs playwright and Chromium.

The photograph is the sheet of gouges of these pages, darkened; its marks are the dark places in it.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

import cv2
import numpy as np
from drawing import IMAGES, folder
from playwright.sync_api import sync_playwright

from blemish.annotate import Photographs, serve

CHROMIUM = os.environ.get("BLEMISH_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def photographs(where: Path) -> Path:
    """Put one dark photograph with marks into a folder."""
    sheet = cv2.imread(str(IMAGES / "defects/gouge.jpg"), cv2.IMREAD_GRAYSCALE)
    smooth = cv2.GaussianBlur(sheet, (5, 5), 0)
    dark = (smooth < 0.72 * np.median(sheet)).astype(np.uint8)
    outlines, _ = cv2.findContours(
        cv2.dilate(dark, np.ones((5, 5), np.uint8)), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    marks = [cv2.approxPolyDP(one, 1.5, closed=True)[:, 0].tolist() for one in outlines if cv2.contourArea(one) > 80]
    shapes = [
        {"label": "gouge", "shape_type": "polygon", "points": points, "flags": {}}
        for points in marks
        if len(points) > 2
    ]
    cv2.imwrite(str(where / "part-7.png"), (0.3 * sheet).astype(np.uint8))
    size = {"imageHeight": sheet.shape[0], "imageWidth": sheet.shape[1]}
    annotation = {
        "version": "5.5.0",
        "flags": {},
        "shapes": shapes,
        "imagePath": "part-7.png",
        "imageData": None,
        **size,
    }
    (where / "part-7.json").write_text(json.dumps(annotation), encoding="utf-8")
    return where


with tempfile.TemporaryDirectory() as scratch, sync_playwright() as play:
    server = serve(Photographs(photographs(Path(scratch)), ("gouge", "dent", "scratch")), port=0)
    chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
    page = chromium.new_page(viewport={"width": 1000, "height": 640})
    page.goto(server.url)
    page.wait_for_timeout(3000)
    page.keyboard.press("e")
    page.keyboard.press("e")
    page.wait_for_timeout(3000)
    page.screenshot(path=str(folder() / "annotate.png"))
    chromium.close()
    server.shutdown()
print(folder() / "annotate.png")
