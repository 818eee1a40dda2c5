"""The window in a real browser: it draws, and a click changes what is covered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browser import CHROMIUM
from test_session import session

pytest.importorskip("viser", reason="the viewer needs viser")
WEBGL = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


def test_the_page_draws_and_a_click_changes_coverage(tmp_path: Path) -> None:
    """The page loads with a canvas that is not empty; deleting a view and undoing it is told in the panel."""
    api = pytest.importorskip("playwright.sync_api", reason="tests of pages need playwright")
    if not CHROMIUM:
        pytest.skip("tests of pages need Chromium: install it, or set BLEMISH_CHROMIUM to its program")
    from blemish.viewer.window import Window

    window = Window(lambda: session(tmp_path), port=0)
    outside: list[str] = []
    with api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=WEBGL)
        page = chromium.new_page(viewport={"width": 1000, "height": 700})
        page.set_default_timeout(120_000)
        page.on("request", lambda one: _note(outside, one.url, window.url))
        page.goto(window.url)
        page.wait_for_selector("canvas")
        page.get_by_text("3 views").wait_for()
        words = page.get_by_text(re.compile(r"^\d.*inspected by"))
        before = words.inner_text()
        page.get_by_role("button", name="Delete view").click()
        page.get_by_text("2 views").wait_for()
        assert float(words.inner_text().split("%")[0]) < float(before.split("%")[0])
        page.get_by_role("button", name="Undo").click()
        page.get_by_text("3 views").wait_for()
        assert words.inner_text() == before
        picture = page.locator("canvas").first.screenshot()
        chromium.close()
    window.close()
    assert len(picture) > 5000, "a canvas with nothing on it packs to less"
    assert outside == [], "the page fetches nothing from elsewhere"


def _note(outside: list[str], url: str, own: str) -> None:
    if not url.startswith((own, own.replace("http", "ws"), "data:", "blob:")):
        outside.append(url)
