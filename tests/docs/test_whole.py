"""The pages as a whole: each is in the table of contents, no link is dead, pictures have scripts, and all builds."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from fences import PAGES, ROOT

DOCS = ROOT / "docs"
IMAGES = sorted(path for path in (DOCS / "images").rglob("*") if path.is_file())
SOURCES = sorted([*DOCS.glob("*.md"), *DOCS.glob("reference/*.rst")])
FIGURES = sorted(path for path in (DOCS / "figures").glob("*.py") if path.name != "drawing.py")

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^(```+).*?^\1 *$", re.DOTALL | re.MULTILINE)
_SCRIPT = re.compile(r"\b(?:docs/figures|tools|examples)/\w+\.py")


def _prose(page: Path) -> str:
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", SOURCES, ids=lambda page: page.stem)
def test_every_page_is_in_the_table_of_contents(page: Path) -> None:
    """The index lists it, or it is the index."""
    listed = (DOCS / "index.md").read_text(encoding="utf-8").split()
    name = page.relative_to(DOCS).with_suffix("").as_posix()
    assert name == "index" or name in listed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_link_is_dead(page: Path) -> None:
    """Whatever a page of Markdown links to inside the repository is there, read as where the repository is browsed."""
    dead = []
    for link in _LINK.findall(_prose(page)):
        path = link.partition("#")[0]
        if path and not re.match(r"[a-z]+:", path):
            there = page.parent / path
            dead += [] if there.exists() or there.with_suffix(".rst").exists() else [link]
    assert not dead


@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)
def test_every_picture_is_shown_beside_the_script_that_makes_it(image: Path) -> None:
    """Some page shows it and names a script that knows its name; or says that it is from the run that is told of."""
    shown = [page for page in PAGES if _shows(page, image)]
    assert shown, "no page shows it"
    of_a_run = rf"/{re.escape(image.name)}\)\n\n\*From the \w+ of the run"
    if any(re.search(of_a_run, _prose(page)) for page in shown):
        return
    scripts = {ROOT / script for page in shown for script in _SCRIPT.findall(_prose(page))}
    makers = [script for script in scripts if script.is_file() and image.stem in script.read_text(encoding="utf-8")]
    assert makers, f"none of {sorted(path.name for path in scripts)} mentions {image.stem}"


@pytest.mark.slow
@pytest.mark.parametrize("script", FIGURES, ids=lambda script: script.stem)
def test_figures_are_drawn(script: Path, tmp_path: Path) -> None:
    """Each script of figures runs, and draws what the pages show under that name."""
    subprocess.run([sys.executable, script, tmp_path], check=True, timeout=300)
    drawn = {path.name for path in tmp_path.iterdir()}
    assert drawn
    assert drawn <= {path.name for path in IMAGES}


def test_pages_build_without_a_warning(tmp_path: Path) -> None:
    """What ``make docs`` does: references, formulas and links of the built pages hold."""
    pytest.importorskip("furo", reason="building the pages needs the extra `docs`")
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", str(DOCS), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    fetched = re.compile(r"""<(?:script|link|img)[^>]+(?:src|href)=["']https?://""")
    assert not [page.name for page in tmp_path.rglob("*.html") if fetched.search(page.read_text(encoding="utf-8"))]


def _shows(page: Path, image: Path) -> bool:
    return any((page.parent / link).resolve() == image for link in _LINK.findall(_prose(page)))
