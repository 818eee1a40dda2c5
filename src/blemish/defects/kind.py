"""What every kind of defect says of itself: how far it reaches, how fine it is, and its height over a flat map.

A kind never sees the part. It is a height field over its own map of the surface, in millimetres: ``u`` along the
defect, ``v`` across it, the outward normal up. The height is closed-form, C1, and exactly zero outside the
footprint. Placing lays the map onto the part, imprinting samples the field there; neither knows the formulas.

There are three families, by how their map follows a part that is not flat:

* a :class:`Spot` is small against the surface's curvature; its map is laid around one point;
* a :class:`Trace` is long and narrow; its map is laid along a path that is walked across the surface;
* an :class:`OnEdge` lies across a sharp edge; its map is folded there, and it moves the metal in one direction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np


@dataclass(frozen=True, eq=False)
class Relief:
    """Height and its derivatives along ``u`` and ``v`` at some points of the map, arrays of one shape."""

    height_mm: np.ndarray
    along: np.ndarray
    across: np.ndarray
    presence_mm: np.ndarray
    """The largest height or depth from here outwards: what decides over the label, so that the line at which a hollow
    passes through the level of the surface, into its rim, does not cut the label in two."""


@runtime_checkable
class Kind(Protocol):
    """What placing and imprinting ask of every kind."""

    @property
    def reach_mm(self) -> float:
        """No point farther than this from the spine moves."""
        ...

    @property
    def feature_mm(self) -> float:
        """The smallest thing about it that the mesh must show; the default edge is a fifth of it."""
        ...

    @property
    def deepest_mm(self) -> float:
        """The largest displacement into the metal: what the wall must bear."""
        ...

    def relief(self, u: np.ndarray, v: np.ndarray) -> Relief:
        """Give height and derivatives at points of the map."""
        ...


@runtime_checkable
class Spot(Kind, Protocol):
    """A defect around one point; its spine is the straight piece of ``u`` between plus and minus ``half_spine_mm``."""

    orientation_deg: float
    """Direction of ``u``, from the surface's own direction (see ``ground.reference_direction``)."""

    @property
    def half_spine_mm(self) -> float:
        """Half the length of the spine: zero for a round defect."""
        ...


@runtime_checkable
class Trace(Kind, Protocol):
    """A defect along a path, whose spine is the path: ``u`` in [-length/2, length/2]."""

    orientation_deg: float
    """Main direction of the path, from the surface's own direction."""
    length_mm: float
    """Length of the path."""

    def heading(self, u: np.ndarray) -> np.ndarray:
        """Give the direction of the path in radians, relative to ``orientation_deg``."""
        ...

    def bend(self, u: np.ndarray) -> np.ndarray:
        """Give the derivative of :meth:`heading`: the geodesic curvature in 1/mm."""
        ...


@runtime_checkable
class OnEdge(Kind, Protocol):
    """A defect on a sharp edge; its spine is the piece of the edge within ``half_edge_mm``."""

    @property
    def half_edge_mm(self) -> float:
        """Half the length of the edge that it touches."""
        ...
