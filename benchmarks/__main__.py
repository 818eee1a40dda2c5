"""Run the benchmarks, keep their figures, and write the pages that name them from what is kept.

    python benchmarks                      all but the long ones, one after the other, then the pages
    python benchmarks --only films plan    those, long or not
    python benchmarks --render             the pages alone, from the figures that are kept

What is run stands in ``catalogue.toml``. A benchmark prints a line of JSON for each figure (``figures.py``); these go
into ``results/NAME.json`` with machine, load, day, commit and command. RESULTS.md is ``RESULTS.md.j2`` filled with
them, and so are some pages of the docs: ``{{ films["a frame with films"] | short }}`` is a figure there,
``ratio.films[...]`` its ratio; RESULTS.md lists at its end all that is recorded. Write into the templates, never into
what they make. What fails or is interrupted leaves the older record as it is.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import shlex
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PAGES = ("benchmarks/RESULTS.md", "docs/ballscrew.md", "docs/choosing.md")
"""Each is made from the template beside it, which is called the same and ``.j2``."""
KEYS = {"name", "figure", "unit", "ratio", "goal"}


def main() -> int:
    """Do what is asked; 1 if a benchmark failed."""
    catalogue = tomllib.loads((HERE / "catalogue.toml").read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=catalogue, metavar="NAME", help=", ".join(catalogue))
    parser.add_argument("--mtd", type=Path, help="the folder of the Magnetic Tile Defects")
    parser.add_argument("--bsdata", type=Path, help="the folder of BSData, the ball screws")
    parser.add_argument("--work", type=Path, default=ROOT / "runs/benchmarks", help="where large runs are kept")
    parser.add_argument("--render", action="store_true")
    given = parser.parse_args()
    failed = []
    for name in [] if given.render else given.only or [key for key, one in catalogue.items() if not one.get("long")]:
        command = catalogue[name]["command"]
        folders = {key: getattr(given, key) for key in ("mtd", "bsdata", "work") if f"{{{key}}}" in command}
        lacking = [f"--{key} FOLDER" for key, folder in folders.items() if folder is None]
        if lacking:
            print(f"{name}: left out; it needs {' and '.join(lacking)}")
            continue
        record = measure(name, command, {key: str(folder) for key, folder in folders.items()})
        if record is None:
            failed.append(name)
        else:
            (HERE / "results" / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    for page in PAGES:
        (ROOT / page).write_text(render(page, kept()), encoding="utf-8")
    print(*PAGES, f"failed: {', '.join(failed)}" if failed else "")
    return bool(failed)


def measure(name: str, command: str, folders: dict[str, str]) -> dict[str, Any] | None:
    """Run one benchmark and give its record; None if it failed or told nothing."""
    print(f"{name}: {command}", flush=True)
    load, start = os.getloadavg()[0], time.time()
    words = [word.format_map(folders) for word in shlex.split(command)]
    words[0] = sys.executable if words[0] == "python" else words[0]
    figures = []
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            told = figure_in(line)
            if told is None:
                print("  ", line, end="", flush=True)
            else:
                figures.append(told)
    missed = any("missed" in reached(one) for one in figures)
    if running.returncode > missed or not figures:  # some leave with 1 when they miss their goal
        print(f"{name}: " + (f"left with {running.returncode}" if running.returncode else "told no figures"))
        return None
    return {
        "name": name,
        "command": command,
        "day": datetime.datetime.fromtimestamp(start, datetime.UTC).date().isoformat(),
        "commit": _git("rev-parse", "--short=9", "HEAD"),
        "changed": bool(_git("status", "--porcelain", "--", "src", "studies", "benchmarks/*.py")),
        "machine": machine(),
        "load_before": round(load, 1),
        "seconds": round(time.time() - start, 1),
        "figures": figures,
    }


def figure_in(line: str) -> dict[str, Any] | None:
    """Give the figure that a line of a benchmark tells; None for words."""
    try:
        told = json.loads(line) if line.startswith("{") else None
    except json.JSONDecodeError:
        return None
    return told if isinstance(told, dict) and told.keys() == KEYS else None


def machine() -> str:
    """Say what this machine is."""
    import psutil

    models = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    gib = psutil.virtual_memory().total / 2**30
    cores = f"{os.cpu_count()} cores of {models[0] if models else platform.machine()}"
    return f"{cores}, {gib:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def kept() -> dict[str, dict[str, Any]]:
    """Read all records, in the order of the catalogue."""
    catalogue = tomllib.loads((HERE / "catalogue.toml").read_text(encoding="utf-8"))
    paths = {name: HERE / "results" / f"{name}.json" for name in catalogue}
    return {name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items() if path.is_file()}


def render(page: str, records: dict[str, dict[str, Any]]) -> str:
    """Fill a page's template; a figure that it names and nobody has told is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    room = Environment(
        loader=FileSystemLoader(ROOT), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )  # no HTML
    room.filters |= {"short": short, "reached": reached}
    told = {name: {one["name"]: one["figure"] for one in record["figures"]} for name, record in records.items()}
    ratios = {name: {one["name"]: one["ratio"] for one in record["figures"]} for name, record in records.items()}
    return room.get_template(f"{page}.j2").render(**told, ratio=ratios, records=records)


def short(value: float | None) -> str:
    """Write a number with the digits that a reader wants."""
    if value is None:
        return ""
    for size, word in ((1e9, "G"), (1e6, "M")):
        if abs(value) >= size:
            return f"{value / size:.3g} {word}"
    return f"{value:,.0f}".replace(",", " ") if abs(value) >= 1000 else f"{value:.3g}"


def reached(one: dict[str, Any]) -> str:
    """Say whether a figure reaches its goal."""
    if not one["goal"]:
        return ""
    way, limit = one["goal"].rsplit(" ", 1)
    value = one["figure"] if one["ratio"] is None else one["ratio"]
    good = value <= float(limit) if way == "at most" else value >= float(limit)
    return one["goal"] + ("" if good else ", missed")


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).is_file() else []


if __name__ == "__main__":
    sys.exit(main())
