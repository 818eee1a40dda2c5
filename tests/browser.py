"""A headless browser for the tests of pages; whoever has none skips them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = os.environ.get("BLEMISH_CHROMIUM") or next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)


@contextmanager
def browser(how: tuple[str, ...] = ("--no-sandbox", "--disable-gpu")) -> Iterator[Any]:
    """Start the browser that is installed."""
    api = pytest.importorskip("playwright.sync_api", reason="tests of pages need playwright")
    if not CHROMIUM:
        pytest.skip("tests of pages need Chromium: install it, or set BLEMISH_CHROMIUM to its program")
    with api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=list(how))
        yield chromium
        chromium.close()
