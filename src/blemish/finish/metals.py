"""Metals: how a bare surface of each reflects, as one complex refractive index for a grey camera.

n + ik is the plain mean over 400 - 700 nm of the tabulated values of the source; its reflectance at normal incidence,
((n - 1)^2 + k^2) / ((n + 1)^2 + k^2), stands beside it. The spread over the visible range is small for the grey metals;
for copper and brass the index depends on colour, and a grey camera under coloured light needs its own mean. The tables
were read from refractiveindex.info (CC0).

Where a metal is not the pure one of the table, ``share`` says what part of its surface reflects like it: silicon and
intermetallic particles in aluminium alloys, pearlite in steel, flakes of graphite in grey cast iron (about a tenth of
the area). These shares, and the rounded indices of the oxides, are workshop figures of our own choice, good to some
percent; exposure usually takes up what they miss.
"""

from __future__ import annotations

from dataclasses import dataclass

from blemish.errors import FinishError, did_you_mean


@dataclass(frozen=True)
class Metal:
    """A metal as light sees it: refractive index ``eta`` + i ``k``, relative to air."""

    eta: float
    k: float
    source: str
    oxide: complex
    """Index of the oxide that grows on it."""
    share: float = 1.0
    """The share of the surface that reflects like this."""


IRON = "P. B. Johnson, R. W. Christy, Physical Review B 9, 5056 (1974)"
ALUMINIUM = "A. D. Rakic, Applied Optics 34, 4755 (1995)"
ALUMINA, MAGNETITE, CHROMIA, TITANIA, CUPRITE = 1.77 + 0j, 2.4 + 0.3j, 2.3 + 0j, 2.5 + 0j, 2.7 + 0.2j


METALS = {
    # reflectance 0.91
    "aluminium": Metal(1.077, 6.589, ALUMINIUM, ALUMINA),
    # 0.88; 6061, 6082, 7075 and their like
    "aluminium-wrought": Metal(1.077, 6.589, ALUMINIUM, ALUMINA, share=0.97),
    # 0.82; AlSi alloys
    "aluminium-cast": Metal(1.077, 6.589, ALUMINIUM, ALUMINA, share=0.9),
    # 0.51
    "iron": Metal(2.783, 2.932, IRON, MAGNETITE),
    # 0.50; carbon and tool steels
    "steel": Metal(2.783, 2.932, IRON, MAGNETITE, share=0.98),
    # 0.46; flakes of graphite
    "cast-iron": Metal(2.783, 2.932, IRON, MAGNETITE, share=0.9),
    # 0.59; ferritic, 13.5 % chromium
    "stainless": Metal(1.864, 3.138, "B. Karlsson, C. G. Ribbing, Journal of Applied Physics 53, 6340 (1982)", CHROMIA),
    # 0.58
    "titanium": Metal(2.505, 3.434, IRON, TITANIA),
    # 0.72
    "copper": Metal(0.822, 2.879, "P. B. Johnson, R. W. Christy, Physical Review B 6, 4370 (1972)", CUPRITE),
    # 0.74; 70 % copper, 30 % zinc
    "brass": Metal(0.690, 2.786, "M. R. Querry, Contractor Report CRDC-CR-85034 (1985)", CUPRITE),
}


def metal_named(name: str) -> Metal:
    """Give a metal of the table; :class:`FinishError` with the names that there are if there is none of that name."""
    try:
        return METALS[name]
    except KeyError:
        hint = did_you_mean(name, METALS, "known are")
        raise FinishError(f"metal: there is no {name!r} in the table; {hint}") from None
