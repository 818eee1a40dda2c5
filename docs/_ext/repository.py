"""Links out of ``docs/`` into the repository lead somewhere in the built pages, too.

Pages are read in two places: where the repository is browsed, and as HTML. A link like ``../studies/mtd.toml`` or
``../src/blemish/finish/turned.py#L3`` works in the first by itself. In the second it leads to a page that shows the
file; files that are themselves part of these pages (see ``PAGES``) to their page; folders to the page in ``FOLDERS``.
A link to what is not there is a warning, and so fails the build.
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
        if not (ROOT / path).is_file() or Path(path).suffix not in SHOWN:
            logger.warning("link to ../%s: nothing in the repository that a page could show", path, location=docname)
            return link[0]
        app.env.shown_files = {*getattr(app.env, "shown_files", ()), path}  # type: ignore[attr-defined]
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
    """Give a page for each file that was linked to."""
    for path in sorted(getattr(app.env, "shown_files", ())):
        text = (ROOT / path).read_text(encoding="utf-8")
        shown = app.builder.highlighter.highlight_block(  # type: ignore[attr-defined]
            text, SHOWN[Path(path).suffix], linenos="inline", location=path
        )
        title = html.escape(path)
        yield f"file/{path}", {"title": title, "body": f"<h1>{title}</h1>\n{shown}"}, "page.html"


def setup(app: Sphinx) -> dict[str, bool]:
    """Watch what is read, and add pages at the end."""
    app.connect("source-read", show_in_pages)
    app.add_transform(Located)
    app.connect("html-collect-pages", pages_of_files)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
