"""``blemish doctor``."""

from __future__ import annotations

import sys


def doctor() -> None:
    """Say what is installed, what is missing, and the cure; leaves with 1 if something is missing."""
    from blemish.doctor import examine

    ill = False
    for finding in examine():
        ill |= bool(finding.cure)
        mark, cure = ("!!", f"  -> {finding.cure}") if finding.cure else ("ok", "")
        print(f"{mark}  {finding.topic:<28} {finding.fact}{cure}", flush=True)
    if ill:
        sys.exit(1)
