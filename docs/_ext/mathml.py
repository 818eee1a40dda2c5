"""Formulas as MathML: browsers draw it themselves, so a page needs no script, no font and no network to show one.

Registers the HTML math renderer ``mathml``. The conversion is that of latex2mathml (MIT licence). A formula that it
cannot read is a warning, and so fails the build.
"""

from __future__ import annotations

import re

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

FUNCTION = r"(?<!<msub>)(?<!<msup>)<mi>(?:cos|exp|ln|log|sin|tan)</mi>"
SPACE = '<mspace width="0.167em" />'


def as_mathml(latex: str, node: nodes.Element, *, display: str) -> str:
    """Turn a formula into MathML; a command that came through unread is told."""
    written = convert(latex, display=display)
    # TeX sets a thin space between a named function and what stands beside it, unless that is a sign or a bracket.
    written = re.sub(rf"({FUNCTION})(?=<m[inrsf])(?!<mspace)", rf"\1{SPACE}", written)
    written = re.sub(rf"(</m(?:i|n|row|sub|sup|subsup|frac)>)(?={FUNCTION})", rf"\1{SPACE}", written)
    unread = re.findall(r">(\\[A-Za-z]+)<", written)
    if unread:
        logger.warning("formula %r: nothing is known of %s", latex, ", ".join(unread), location=node)
    return written


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula that stands in a line."""
    self.body.append(as_mathml(node.astext(), node, display="inline"))
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula that stands by itself."""
    self.body.append(f'<div class="formula">{as_mathml(node.astext(), node, display="block")}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Make MathML the way that formulas are written."""
    app.add_html_math_renderer("mathml", inline_renderers=(visit_inline, None), block_renderers=(visit_block, None))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
