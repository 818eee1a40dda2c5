"""How the pages are built: ``make docs``, warnings are errors, nothing is fetched from anywhere.

The pages are Markdown (MyST), so that they read well where the repository is browsed; what would drift if it were
written by hand (command line, study file, Python) is made from the program itself by the extensions in ``_ext``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import blemish

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "_ext"))

project = "blemish"
author = "the authors of blemish"
project_copyright = author
version = release = blemish.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "mathml",
    "repository",
    "command_line",
    "study_file",
]
exclude_patterns = ["_build", "_ext", "figures"]
language = "en"

# Markdown
myst_enable_extensions = ["dollarmath", "deflist", "attrs_block", "attrs_inline"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]  # a page that includes FORMAT.md begins where that does

# Python
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autodoc_default_options = {"members": True, "exclude-members": "__init__, __new__"}
autodoc_class_signature = "separated"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100

# HTML
html_theme = "furo"
html_title = f"blemish {release}"
html_static_path = ["_static"]
html_css_files = ["blemish.css"]
html_show_sphinx = False
html_copy_source = False
html_theme_options = {"top_of_page_buttons": [], "navigation_with_keys": True}
pygments_style = "default"
pygments_dark_style = "github-dark"
