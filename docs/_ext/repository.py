"""Links out of ``docs/`` into the repository lead somewhere in the built pages, too.

Pages are read in two places: where the repository is browsed, and as HTML. A link like ``../studies/mtd.toml`` or
``../src/blemish/finish/turned.py#L3`` works in the first by itself. In the second it leads to a page that shows the
file, or the list of files of a folder; files that are themselves part of these pages (see ``PAGES``) to their page. A
link to what is not there is a warning, and so fails the build.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    "src/blemish/dataset/FORMAT.md": "format.md",
    "benchmarks/RESULTS.md": "results.md",
    "README.md": "index.md",
}
"""Files of the repository that one of the pages includes."""
SHOWN = {".py": "python", ".toml": "toml", ".txt": "text", ".cff": "yaml", ".json": "json", "": "text"}
"""Files that are shown as they are, by suffix, and the language that they are in."""

_LINK = re.compile(r"\]\(\.\./([^)#\s]+)(#[^)\s]*)?\)")


def show_in_pages(app: Sphinx, docname: str, content: list[str]) -> None:
    """Turn links into the repository into links that hold in the built pages."""
    here = "../" * docname.count("/")

    def turned(link: re.Match[str]) -> str:
        path, anchor = link[1].rstrip("/"), link[2] or ""
        if path in PAGES:
            return f"]({here}{PAGES[path]}{anchor})"
        if not (ROOT / path).exists() or Path(path).suffix not in SHOWN:
            logger.warning("link to ../%s: nothing in the repository that a page could show", path, location=docname)
            return link[0]
        shown = {path, *(one.relative_to(ROOT).as_posix() for one in _inside(ROOT / path))}
        app.env.shown_files = shown | getattr(app.env, "shown_files", set())  # type: ignore[attr-defined]
        return f"](repository:{path})"

    content[0] = _LINK.sub(turned, content[0])


class Located(SphinxTransform):
    """Point links of the kind ``repository:PATH`` at the pages that show those files."""

    default_priority = 5

    def apply(self, **_: Any) -> None:
        """Replace each of them."""
        for node in list(self.document.findall(nodes.reference)) + list(self.document.findall(addnodes.pending_xref)):
            target = str(node.get("refuri", node.get("reftarget", "")))
            if target.startswith("repository:"):
                up = "../" * self.env.docname.count("/")
                uri = f"{up}file/{target.removeprefix('repository:')}.html"
                node.replace_self(nodes.reference("", "", *node.children, refuri=uri, internal=True))


def pages_of_files(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Give a page for each file that was linked to, and for each folder a list of its files."""
    for path in sorted(getattr(app.env, "shown_files", ())):
        there, title = ROOT / path, html.escape(path)
        if there.is_dir():
            names = [html.escape(one.name) for one in _inside(there)]
            body = "".join(f'<li><a href="{there.name}/{name}.html">{name}</a></li>' for name in names)
            body = f"<ul>{body}</ul>"
        else:
            body = app.builder.highlighter.highlight_block(  # type: ignore[attr-defined]
                there.read_text(encoding="utf-8"), SHOWN[there.suffix], linenos="inline", location=path
            )
        yield f"file/{path}", {"title": title, "body": f"<h1>{title}</h1>\n{body}"}, "page.html"


def _inside(folder: Path) -> list[Path]:
    """Give the files directly in a folder that a page can show; none of a file."""
    return sorted(one for one in folder.glob("*.*") if one.is_file() and one.suffix in SHOWN)


def setup(app: Sphinx) -> dict[str, bool]:
    """Watch what is read, and add pages at the end."""
    app.connect("source-read", show_in_pages)
    app.add_transform(Located)
    app.connect("html-collect-pages", pages_of_files)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
