"""The finish room: what the machine tool left on each region, as formulas of slope and roughness.

A finish is a frozen value (:class:`Turned`, :class:`Brushed`, :class:`Plain`) with a formula in the same file;
:func:`draw_finishes` draws one for each region of a specimen, :func:`lay` turns them into the table that the
renderer's formulas read.
"""

from blemish.finish.brushed import Brushed
from blemish.finish.lay import lay
from blemish.finish.metals import METALS
from blemish.finish.plain import Plain
from blemish.finish.populations import FinishPopulation, draw_finishes
from blemish.finish.relief import Finish
from blemish.finish.turned import Turned

__all__ = ["METALS", "Brushed", "Finish", "FinishPopulation", "Plain", "Turned", "draw_finishes", "lay"]
