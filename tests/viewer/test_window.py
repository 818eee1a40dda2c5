"""The window in a real browser: it draws, and what the mouse does to it changes what is covered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import browser
from builders import box
from found_on_box import leave_inspection
from test_session import session

from blemish.viewer import Session
from blemish.viewer.inspected import read_inspected

pytest.importorskip("viser", reason="the viewer needs viser")
WEBGL = ("--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for all pages."""
    with browser(WEBGL) as one:
        yield one


@contextmanager
def opened(sitting: Session, chromium: Any) -> Iterator[tuple[Any, Any]]:
    """The window and its page; what the page fetches from elsewhere fails the test, previews are blank."""
    from blemish.viewer.window import Window

    sitting.preview = lambda _name: np.full((60, 80, 3), 128, np.uint8)  # type: ignore[method-assign]
    outside: list[str] = []
    window = Window(lambda: sitting, port=0)
    page = chromium.new_page(viewport={"width": 1000, "height": 700})
    page.set_default_timeout(120_000)
    page.on("request", lambda one: _note(outside, one.url, window.url))
    page.goto(window.url)
    page.wait_for_selector("canvas")
    page.get_by_text("3 views").wait_for()
    yield window, page
    page.close()
    window.close()
    assert outside == [], "the page fetches nothing from elsewhere"


def test_the_page_draws_and_a_click_changes_coverage(tmp_path: Path, chromium: Any) -> None:
    """The page loads with a canvas that is not empty; deleting a view and undoing it is told in the panel."""
    with opened(session(tmp_path), chromium) as (_, page):
        words = _words(page)
        before = words.inner_text()
        page.get_by_role("button", name="Delete view").click()
        page.get_by_text("2 views").wait_for()
        assert float(words.inner_text().split("%")[0]) < float(before.split("%")[0])
        page.get_by_role("button", name="Undo").click()
        page.get_by_text("3 views").wait_for()
        assert words.inner_text() == before
        picture = page.locator("canvas").first.screenshot()
    assert len(picture) > 5000, "a canvas with nothing on it packs to less"


def test_a_click_on_a_frustum_selects_it_and_dragging_its_gizmo_changes_coverage(tmp_path: Path, chromium: Any) -> None:
    """The mouse hits a camera in the scene and selects it, pulls an arrow of its gizmo, and one undo is enough."""
    with opened(session(tmp_path), chromium) as (window, page):
        away = "v002"
        pose = window.session.draft.sight(away).view.world_from_camera
        ahead = [pose.apply(np.array([[0.0, 0.0, share * 30.0]]))[0] for share in (0.8, 0.6, 0.95, 0.4)]
        _try_until(page, ahead, window, page.mouse.click, lambda: window.session.selected == away)
        page.get_by_text(re.compile(rf"^{away} at ")).wait_for()

        words, before = _words(page), window.session.draft.times.copy()
        told = words.inner_text()
        arrows = [pose.apply(75.0 * share * np.eye(3)[axis][None])[0] for axis in (0, 1) for share in (0.7, 0.5, 0.9)]
        _try_until(page, arrows, window, lambda x, y: _pull(page, x, y), lambda: bool(window.session.before))
        page.get_by_text("Not saved yet").wait_for()
        assert words.inner_text() != told, "the panel follows while the mouse is still down"
        page.mouse.up()
        moved = window.session.draft.sight(away).view.world_from_camera
        assert np.linalg.norm(moved.translation_mm - pose.translation_mm) > 1.0
        assert (window.session.draft.times != before).any()
        page.get_by_role("button", name="Undo").click()
        page.get_by_text("Not saved yet").wait_for(state="hidden")
        assert words.inner_text() == told


def test_what_was_found_is_listed_and_choosing_it_selects_a_view_that_saw_it(tmp_path: Path, chromium: Any) -> None:
    """A specimen that was inspected is shown by its evidence; its false call leads to a view of that side."""
    leave_inspection(tmp_path, box())
    sitting = replace(session(tmp_path), inspected=read_inspected(tmp_path))
    with opened(sitting, chromium) as (window, page):
        _choose(page, "Specimen", "d000")
        page.get_by_text("2 objects").wait_for()
        page.get_by_text("called from 5.0").wait_for()
        for mode, told in (("found and missed", "false call"), ("detection probability", "90 % or more")):
            _choose(page, "Colour by", mode)
            page.get_by_text(told, exact=True).first.wait_for()
        _choose(page, "Found", re.compile("^2: sides"))
        page.get_by_text(re.compile("^v001 at ")).wait_for()
        assert window.session.selected == "v001"


def test_a_damaged_inspection_is_one_message_and_the_plan_can_still_be_edited(tmp_path: Path, chromium: Any) -> None:
    """The panel says which file is damaged and what mends it; views come and go as ever."""
    sitting = replace(session(tmp_path), trouble="patches.npz: damaged; `blemish inspect STUDY` makes it anew")
    with opened(sitting, chromium) as (_, page):
        page.get_by_text("Cannot be shown").wait_for()
        assert page.get_by_text("makes it anew").count() == 1
        page.get_by_role("button", name="Delete view").click()
        page.get_by_text("2 views").wait_for()


def _words(page: Any) -> Any:
    return page.get_by_text(re.compile(r"^\d.*inspected by"))


def _choose(page: Any, label: str, option: str | re.Pattern[str]) -> None:
    page.get_by_label(label, exact=True).first.click()
    page.get_by_role("option", name=option, exact=isinstance(option, str)).first.click()


def _pull(page: Any, x: float, y: float) -> None:
    """Pull what is there across the page, without letting go."""
    page.mouse.move(x, y)
    page.wait_for_timeout(300)
    page.mouse.down()
    page.mouse.move(x + 60, y + 45, steps=8)


def _try_until(page: Any, places: list[np.ndarray], window: Any, do: Any, done: Any) -> None:
    """Do something with the mouse at places of the scene, one after the other, until it has worked."""
    for place in places:
        do(*_on_page(page, window, place))
        for _ in range(20):
            page.wait_for_timeout(100)
            if done():
                return
        page.mouse.up()
    pytest.fail("the mouse hit nothing at any of these places")


def _on_page(page: Any, window: Any, place: np.ndarray) -> tuple[float, float]:
    """Where a place of the scene is seen on the page, from where the page looks at first."""
    look, sheet = window._server.initial_camera, page.locator("canvas").first.bounding_box()
    eye = np.array(look.position)
    ahead = np.array(look.look_at) - eye
    ahead /= np.linalg.norm(ahead)
    right = np.cross(ahead, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    focal = sheet["height"] / 2 / np.tan(look.fov / 2)
    from_eye = place - eye
    x, y = focal * from_eye @ right / (from_eye @ ahead), focal * from_eye @ np.cross(ahead, right) / (from_eye @ ahead)
    return sheet["x"] + sheet["width"] / 2 + x, sheet["y"] + sheet["height"] / 2 + y


def _note(outside: list[str], url: str, own: str) -> None:
    if not url.startswith((own, own.replace("http", "ws"), "data:", "blob:")):
        outside.append(url)
