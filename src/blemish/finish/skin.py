"""The skin of a part: what lies over all of its finishes alike, and how they run into each other.

**Oxide.** A film of thickness d and index n1 on a metal of index n2 reflects, at normal incidence and wavelength L,

    r = (r01 + r12 e^(2ib)) / (1 + r01 r12 e^(2ib)),   b = 2 pi n1 d / L,   r01 = (1 - n1) / (1 + n1),
    r12 = (n1 - n2) / (n1 + n2)

(M. Born, E. Wolf, Principles of Optics, section 7.6). What a grey camera loses is the mean of |r|^2 over 400 - 700 nm
against that of the bare metal; colours (straw, blue) are left to colour cameras. The loss is taken to be the same at
all angles, which holds within a few percent up to 50 deg.

**Tint** is what else darkens the metal evenly: thick anodising with dye, black oxide, soot, oil that has dried.

**Grime** is what darkens it in streaks along the tool's track; formula in :mod:`.grime`.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Interval

from blemish.finish.metals import Metal
from blemish.settings import Fraction, NotNegative, Positive, settings
from blemish.vary import population_of

WAVELENGTHS_NM = np.arange(400.0, 701.0, 5.0)


@settings
class Skin:
    """What lies over all finishes alike."""

    oxide_nm: Annotated[float, Interval(ge=0, le=1000)] = 0.0
    """Thickness of the oxide film: native 3 - 10 nm, tempering colours 40 - 80 nm; thicker films than a micrometre have
    no interference left and are a tint."""
    tint: Annotated[float, Interval(gt=0, le=1)] = 1.0
    """Share of the light that is left by whatever else darkens the metal: 0.1 black oxide, 0.5 dyed, 1 bare."""
    grime: Fraction = 0.0
    """Share of the light that streaks of oil and abraded metal take where they are thickest: 0 clean, 0.5 much used."""
    grime_cover: Fraction = 0.3
    """Share of the surface that such streaks cover."""
    grime_width_mm: Positive = 0.1
    """Width of the finer ones; the broader are four times as wide."""
    grime_length_mm: Positive = 6.0
    """Length of the finer ones; the broader are twice as long."""
    transition_mm: NotNegative = 0.4
    """Width of the ragged band in which one region's finish runs out into its neighbour's, on smooth metal."""
    transition_up_to_deg: Annotated[float, Interval(ge=0, le=90)] = 30.0
    """Edges that turn by more than this are cut clean: there, no finish runs into the next."""

    def reflectance(self, metal: Metal) -> float:
        """Give the share of the bare metal's reflectance that is left, at most 1 and a little above for some films."""
        return self.tint * metal.share * film_reflectance(metal, self.oxide_nm) / film_reflectance(metal, 0.0)


BARE = Skin(transition_mm=0.0)
"""No oxide, no tint, and finishes that end where their region ends."""

SkinPopulation = population_of(Skin)


def film_reflectance(metal: Metal, thickness_nm: float) -> float:
    """Give the mean reflectance of a metal under its oxide at normal incidence, over 400 - 700 nm."""
    film, bulk = metal.oxide, complex(metal.eta, metal.k)
    outer, inner = (1 - film) / (1 + film), (film - bulk) / (film + bulk)
    turn = np.exp(4j * np.pi * film * thickness_nm / WAVELENGTHS_NM)
    return float(np.mean(np.abs((outer + inner * turn) / (1 + outer * inner * turn)) ** 2))
