"""Write ``src/blemish/study.schema.json`` anew from the settings classes: ``python tools/write_schema.py``."""

from __future__ import annotations

from pathlib import Path

from blemish.schema import as_text, json_schema
from blemish.study import Study

FILE = Path(__file__).resolve().parents[1] / "src" / "blemish" / "study.schema.json"

if __name__ == "__main__":
    FILE.write_text(as_text(json_schema(Study)), encoding="utf-8")
    print(f"{FILE}: {FILE.stat().st_size / 1000:.0f} kB")
