"""Our own small network keeps the contract that is published for those of other packages.

The large ones, whose steps take seconds, are held to its laws of shape and gradient in ``tests/learn``.
"""

from __future__ import annotations

from blemish.learn.networks import small
from blemish.testing import NetworkContract


class TestSmall(NetworkContract):
    """The network for processors."""

    build = staticmethod(small.build)
