"""The page in a real browser: what is drawn is what is on disk, and it is there again after any end."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import browser
from PIL import Image

from blemish.annotate import Photographs, Server, serve
from blemish.dataset import open_dataset
from blemish.exchange import bring_in

WIDTH, HEIGHT = 320, 200


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for all tests of this file."""
    with browser() as one:
        yield one


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photographs of a ramp of grey, the second of 16 bits."""
    ramp = np.tile(np.linspace(0, 255, WIDTH).astype(np.uint8), (HEIGHT, 1))
    (tmp_path / "in").mkdir()
    Image.fromarray(ramp).save(tmp_path / "in/a.png")
    Image.fromarray(ramp.astype(np.uint16) * 16).save(tmp_path / "in/b.png")
    return tmp_path / "in"


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    """The folder, served."""
    one = serve(Photographs(folder, ("dent", "scratch")), port=0)
    yield one
    one.shutdown()
    one.server_close()


@pytest.fixture
def page(chromium: Any, server: Server) -> Iterator[Any]:
    """The page, opened in a browser of its own."""
    context = chromium.new_context(viewport={"width": 1000, "height": 700})
    one = context.new_page()
    errors: list[str] = []
    one.on("pageerror", lambda error: errors.append(str(error)))
    show(one, server.url)
    yield one
    context.close()
    assert errors == []


def show(page: Any, url: str) -> None:
    """Open the page and wait for its photograph."""
    page.goto(url)
    until(page, "document.getElementById('name').textContent !== ''")
    settled(page)


def until(page: Any, condition: str) -> None:
    """Wait for a condition in the page (whose own rules forbid the browser's way of waiting)."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{condition}: the page says {page.inner_text('#status')!r}")


def settled(page: Any) -> None:
    """Wait until the page says that all is saved."""
    until(page, "document.getElementById('status').textContent === 'saved'")


def shapes(folder: Path, stem: str = "a") -> list[dict[str, Any]]:
    """What the annotation file holds."""
    path = folder / f"{stem}.json"
    return json.loads(path.read_text())["shapes"] if path.exists() else []


def click(page: Any, *points: tuple[int, int]) -> None:
    """Click at places of the window."""
    for x, y in points:
        page.mouse.click(x, y)


TRIANGLE = ((300, 300), (420, 310), (350, 400))


def test_a_polygon_is_saved_and_there_again_after_a_reload(page: Any, folder: Path) -> None:
    """Draw, save, reload: the file and the page hold the same polygon, and its importer the same pixels."""
    page.keyboard.press("2")
    click(page, *TRIANGLE)
    page.keyboard.press("Enter")
    settled(page)
    [drawn] = shapes(folder)
    assert (drawn["label"], drawn["shape_type"], len(drawn["points"])) == ("scratch", "polygon", 3)
    page.reload()
    settled(page)
    assert page.locator("#marks li").count() == 1
    page.keyboard.press("Tab")
    page.keyboard.press("1")
    settled(page)
    [again] = shapes(folder)
    assert (again["label"], again["points"]) == ("dent", drawn["points"])
    bring_in("labelme", folder, folder.parent / "set", split="none")
    dataset = open_dataset(folder.parent / "set")
    area = abs(np.linalg.det(np.array(drawn["points"][1:]) - drawn["points"][0])) / 2
    assert np.count_nonzero(dataset.mask(dataset.frames[0])) == pytest.approx(area, rel=0.1)


def test_everything_can_be_drawn_with_keys_alone(page: Any, folder: Path) -> None:
    """Arrows move the cross-hair, Space sets corners, Enter closes, N goes on."""
    for keys in (("Space",), ("Shift+ArrowRight", "Space"), ("Shift+ArrowDown", "ArrowDown", "Space"), ("Enter",)):
        for key in keys:
            page.keyboard.press(key)
    settled(page)
    expected = np.add([[0, 0], [10, 0], [10, 11]], (WIDTH / 2, HEIGHT / 2))
    np.testing.assert_array_equal(shapes(folder)[0]["points"], expected)
    page.keyboard.press("n")
    until(page, "document.getElementById('name').textContent === 'b.png'")


def test_an_open_polygon_outlives_a_reload(page: Any, folder: Path) -> None:
    """Corners of a polygon that was never closed are there again, and it can be closed."""
    click(page, *TRIANGLE)
    page.reload()
    settled(page)
    assert shapes(folder) == []
    page.keyboard.press("Enter")
    settled(page)
    assert len(shapes(folder)[0]["points"]) == 3


def test_undo_and_redo_reach_the_file(page: Any, folder: Path) -> None:
    """What is undone is gone from the file too, and redo brings it back to the letter."""
    for _ in range(2):
        click(page, *TRIANGLE)
        page.keyboard.press("Enter")
    settled(page)
    before = shapes(folder)
    for key, count in (("z", 1), ("z", 0), ("y", 1), ("y", 2)):
        page.keyboard.press(f"Control+{key}")
        until(page, f"document.querySelectorAll('#marks li').length === {count}")
        settled(page)
        assert len(shapes(folder)) == count
    assert shapes(folder) == before


def test_a_brushed_mask_is_exact_and_can_be_brushed_on(page: Any, folder: Path) -> None:
    """A dab has the pixels of its disc; more of it is the same mark; Shift takes away."""
    page.keyboard.press("b")
    page.keyboard.press("Space")
    settled(page)
    [mark] = shapes(folder)
    dab = mask_of(mark)
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    np.testing.assert_array_equal(dab, (x - WIDTH / 2) ** 2 + (y - HEIGHT / 2) ** 2 <= 36)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    settled(page)
    [mark] = shapes(folder)
    more = mask_of(mark)
    np.testing.assert_array_equal(more, dab | np.roll(dab, 3, axis=1))
    page.keyboard.press("Shift+Space")
    settled(page)
    np.testing.assert_array_equal(mask_of(shapes(folder)[0]), more & ~np.roll(dab, 3, axis=1))


def mask_of(mark: dict[str, Any]) -> np.ndarray:
    """A labelme mask laid out on the photograph."""
    import io

    picture = Image.open(io.BytesIO(base64.b64decode(mark["mask"])))
    assert picture.mode == "L"
    piece = np.asarray(picture) > 0
    (left, top), (right, bottom) = np.array(mark["points"]).astype(int)
    assert piece.shape == (bottom - top + 1, right - left + 1)
    whole = np.zeros((HEIGHT, WIDTH), dtype=bool)
    whole[top : bottom + 1, left : right + 1] = piece
    return whole


@pytest.mark.parametrize(("photograph", "whole"), [("a.png", 255), ("b.png", 255 * 16)])
def test_exposure_multiplies_and_cuts_off(page: Any, server: Server, photograph: str, whole: int) -> None:
    """Three presses of E show x 2^1.5, within a grey level, for 8 and 16 bits."""
    if photograph == "b.png":
        page.keyboard.press("n")
        until(page, "document.getElementById('name').textContent === 'b.png'")
    for _ in range(3):
        page.keyboard.press("e")
    page.wait_for_timeout(600)
    page.keyboard.down("m")
    page.wait_for_timeout(150)
    row = page.evaluate(
        """() => { const canvas = document.getElementById('stage'), pen = canvas.getContext('2d');
        return [...pen.getImageData(0, canvas.height / 2, canvas.width, 1).data].filter((_, i) => i % 4 === 0); }"""
    )
    shown = np.array(row[12:-12], float)
    ramp = np.interp(np.arange(len(shown)), [0, len(shown) - 1], [0, whole])
    expected = np.clip(ramp * 2**1.5 / (1 if whole == 255 else 257), 0, 255)
    assert np.abs(shown - expected).max() < 6


def test_what_could_not_be_saved_is_kept_until_the_server_is_back(chromium: Any, folder: Path) -> None:
    """With the program gone, drawing goes on; when it is back and the page is opened again, nothing is missing."""
    context = chromium.new_context(viewport={"width": 1000, "height": 700})
    page = context.new_page()
    first = serve(Photographs(folder, ("dent",)), port=0)
    show(page, first.url)
    first.shutdown()
    first.server_close()
    page.context.set_offline(True)
    click(page, *TRIANGLE)
    page.keyboard.press("Enter")
    until(page, "document.getElementById('status').textContent.startsWith('not saved')")
    assert shapes(folder) == []
    page.context.set_offline(False)
    second = serve(Photographs(folder, ("dent",)), port=first.server_port)
    show(page, second.url)
    until(page, "document.querySelectorAll('#marks li').length === 1")
    settled(page)
    assert len(shapes(folder)) == 1
    context.close()
    second.shutdown()
    second.server_close()


def test_a_file_that_another_program_changed_is_not_written_over(page: Any, folder: Path) -> None:
    """The page says so, keeps the drawing, and brings it back when asked."""
    other = {"shapes": [], "imagePath": "a.png", "by": "another program"}
    (folder / "a.json").write_text(json.dumps(other))
    click(page, *TRIANGLE)
    page.keyboard.press("Enter")
    until(page, "document.getElementById('status').textContent.includes('another program')")
    assert json.loads((folder / "a.json").read_text()) == other
    page.reload()
    until(page, "document.getElementById('status').textContent.startsWith('a draft')")
    page.keyboard.press("r")
    settled(page)
    found = json.loads((folder / "a.json").read_text())
    assert (len(found["shapes"]), found["by"]) == (1, "another program")
