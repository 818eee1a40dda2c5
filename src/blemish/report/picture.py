"""A picture inside the page."""

from __future__ import annotations

import base64
from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """A picture inside the page."""

    data: str
    caption: str
    kind: str = "image/png"


def picture(data: bytes, caption: str) -> Picture:
    """Take a PNG into the page."""
    return Picture(base64.b64encode(data).decode(), caption)
