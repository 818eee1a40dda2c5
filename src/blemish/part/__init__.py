"""Parts: a CAD or mesh file in, triangles that know their exact surface and their region out.

``load(PartSource(file="bracket.step"))`` gives a :class:`Part` in millimetres: watertight, with the analytic surface
under each CAD face and the faces grouped into regions by the colours they carry in the file.
"""

from __future__ import annotations

from blemish.part.load import load
from blemish.part.model import Part, Region, Surface
from blemish.part.source import PartSource

__all__ = ["Part", "PartSource", "Region", "Surface", "load"]
