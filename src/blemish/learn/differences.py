"""What differs between the training that a folder holds and the one that is asked for, in words."""

from __future__ import annotations

from typing import Any

from blemish.learn.protocol import Protocol
from blemish.settings import plain


def changes(was: dict[str, Any], now: dict[str, Any], then: Any, protocol: Protocol) -> list[str]:
    """Say what a training was made of and is to be made of, as old -> new: one line for each setting or digest.

    ``was`` and ``now`` are what :func:`blemish.learn.outcome.made_of` gives; ``then`` is the earlier protocol in plain
    values, so that a changed protocol is told by the names of its settings.
    """
    lines = []
    for key in _changed(was, now):
        if key == "protocol":
            before, after = leaves(then or {}), leaves(plain(protocol))
        else:
            before, after = leaves({key: was.get(key)}), leaves({key: now.get(key)})
        told = [
            f"{name}: {_short(before.get(name))} -> {_short(after.get(name))}"
            for name in dict.fromkeys((*after, *before))
            if repr(before.get(name)) != repr(after.get(name))
        ]
        lines += told or [f"{key}: another version of this program wrote it down"]
    return lines


def differing(was: dict[str, Any], now: dict[str, Any]) -> str:
    """Name what differs: ``protocol``, ``dataset and start``."""
    return " and ".join(_changed(was, now))


def _changed(was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    return sorted(key for key in {*was, *now} if was.get(key) != now.get(key))


def leaves(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Give nested settings by their dotted names."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= leaves(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return found


def _short(value: Any) -> str:
    """Show a value; of a digest the first letters, which tell it from others."""
    text = str(value)
    return text[:12] if len(text) == 64 else text or "none"
