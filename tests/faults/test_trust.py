"""Nothing executes what it reads, servers know one machine, and every limit that the docs name is in the code."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src/blemish"

EXECUTING = {
    "pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "marshal",
    "shelve",
    "yaml",
    "ruamel",
    "runpy",
    "code",
}
"""Modules whose readers can run what they read, or that run it on purpose."""

CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "torch.load",
    "torch.hub.load",
    "torch.jit.load",
}
"""Calls that do."""

ALLOWED = {("farm/worker.py", "pickle")}
"""A worker packs and unpacks an error of its own, to see whether it can travel."""


@cache
def trees() -> list[tuple[str, ast.Module]]:
    """Parse every file of the package, once."""
    files = [(path.relative_to(SRC).as_posix(), path.read_text(encoding="utf-8")) for path in sorted(SRC.rglob("*.py"))]
    return [(name, ast.parse(text)) for name, text in files]


def test_nothing_that_executes_what_it_reads_is_imported_or_called() -> None:
    """No pickle, no YAML, no eval, no torch.load; nothing is started by a shell."""
    found = set()
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {(name, one.name) for one in node.names if one.name.split(".")[0] in EXECUTING}
            elif isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").split(".")[0] in EXECUTING:
                found.add((name, str(node.module)))
            elif isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called in CALLS:
                    found.add((name, called))
                if any(word.arg == "shell" for word in node.keywords):
                    found.add((name, "shell"))
    assert found == ALLOWED


def test_numpy_opens_no_pickles() -> None:
    """Every reading of NumPy's formats says so, though it is the preset as well."""
    calls = [
        (name, node)
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("np.load", "numpy.load")
    ]
    assert calls
    for name, node in calls:
        said = {word.arg: ast.unparse(word.value) for word in node.keywords}
        assert said.get("allow_pickle") == "False", name


def test_programs_are_started_by_list_and_only_where_told() -> None:
    """Our own interpreter with our own text, for the CAD kernel and for trying out a renderer."""
    starting = {
        name for name, tree in trees() for node in ast.walk(tree)
        if isinstance(node, ast.Import) and any(one.name == "subprocess" for one in node.names)
    }  # fmt: skip
    assert starting <= {"part/step.py", "engine/llvm.py", "engine/variant.py"}


def test_nothing_is_fetched() -> None:
    """No client of any network; the one that is there talks to the Dask scheduler that was named."""
    clients = re.compile(
        r"^\s*(?:import|from) (requests|httpx|urllib\.request|urllib3|aiohttp|ftplib|smtplib|socket)\b", re.MULTILINE
    )
    found = {path.name for path in SRC.rglob("*.py") if clients.search(path.read_text(encoding="utf-8"))}
    assert not found


def test_every_limit_in_the_docs_is_the_one_in_the_code() -> None:
    """The table of limits names module and constant, and its numbers are theirs."""
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| .* \| ([0-9,.]+) [^|]*\| `([\w.]+)` \|$", page, re.MULTILINE)
    assert len(rows) >= 15
    for number, where in rows:
        module, _, name = where.rpartition(".")
        assert float(number.replace(",", "")) == float(getattr(import_module(f"blemish.{module}"), name)), where
