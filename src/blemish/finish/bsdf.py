"""``machined_metal``: the finishes as a Mitsuba BSDF, for its integrators.

Our own renderer calls :mod:`.micro` and :mod:`.coated` directly; this class lends the same formulas to ``mi.render``,
to compare with, to differentiate, or to use integrators that we do not have. It is compiled with the kernel like a
built-in one.

The footprint of a sample is the length of the ray that hit the surface times ``sample_angle``: right for what the
camera sees directly, an estimate for what is seen in reflections.
"""

# ruff: noqa: FBT002  (the signatures are Mitsuba's)
from __future__ import annotations

from typing import Any

from blemish.engine import start
from blemish.finish import coated

start()  # Mitsuba's classes exist only once a variant has been chosen

import drjit as dr  # noqa: E402
import mitsuba as mi  # noqa: E402

from blemish.finish.micro import FinishTables, MicroSurface, micro_surface  # noqa: E402


class MachinedMetal(mi.BSDF):
    """Metal with one finish for each CAD face; see :class:`FinishTables`."""

    def __init__(self, properties: Any) -> None:
        mi.BSDF.__init__(self, properties)
        self.finishes: FinishTables | None = None
        self.sample_angle = dr.opaque(mi.Float, 0)
        flags = mi.BSDFFlags.GlossyReflection | mi.BSDFFlags.FrontSide | mi.BSDFFlags.Anisotropic
        self.m_flags = flags
        self.m_components = [flags]

    @staticmethod
    def of(finishes: FinishTables) -> MachinedMetal:
        """Make the BSDF of one specimen."""
        bsdf = MachinedMetal(mi.Properties("machined_metal"))
        bsdf.finishes = finishes
        return bsdf

    def _micro(self, si: Any, active: Any) -> MicroSurface:
        assert self.finishes is not None
        return micro_surface(
            self.finishes, si.p, si.sh_frame.n, si.prim_index, si.to_world(si.wi), si.t * self.sample_angle, active
        )

    def sample(self, _context: Any, si: Any, _sample1: Any, sample2: Any, active: Any = True) -> tuple[Any, Any]:
        """Choose a direction of light."""
        return self._sample(si, self._micro(si, active), sample2, active)

    def eval(self, context: Any, si: Any, wo: Any, active: Any = True) -> Any:
        """Give f cos."""
        return self.eval_pdf(context, si, wo, active)[0]

    def pdf(self, context: Any, si: Any, wo: Any, active: Any = True) -> Any:
        """Give the density of :meth:`sample`."""
        return self.eval_pdf(context, si, wo, active)[1]

    def eval_pdf(self, _context: Any, si: Any, wo: Any, active: Any = True) -> tuple[Any, Any]:
        """Give both."""
        return self._eval_pdf(si, self._micro(si, active), wo, active)

    def eval_pdf_sample(
        self, _context: Any, si: Any, wo: Any, _sample1: Any, sample2: Any, active: Any = True
    ) -> tuple[Any, Any, Any, Any]:
        """Give f cos and density for one direction, and choose another; the finish is evaluated once."""
        micro = self._micro(si, active)
        return (*self._eval_pdf(si, micro, wo, active), *self._sample(si, micro, sample2, active))

    def _sample(self, si: Any, micro: MicroSurface, point: Any, active: Any) -> tuple[Any, Any]:
        assert self.finishes is not None
        light, weight, pdf = coated.sample(micro, micro.frame.to_local(si.to_world(si.wi)), point, self.finishes.metal)
        world = micro.frame.to_world(light)
        is_lit = active & (dr.dot(world, micro.base_normal) > 0) & (mi.Frame3f.cos_theta(si.wi) > 0)
        chosen: Any = dr.zeros(mi.BSDFSample3f)
        chosen.wo, chosen.pdf, chosen.eta = si.to_local(world), dr.select(is_lit, pdf, 0), 1
        chosen.sampled_type, chosen.sampled_component = mi.UInt32(+mi.BSDFFlags.GlossyReflection), 0
        return chosen, mi.Spectrum(dr.select(is_lit, weight, 0))

    def _eval_pdf(self, si: Any, micro: MicroSurface, wo: Any, active: Any) -> tuple[Any, Any]:
        assert self.finishes is not None
        world = si.to_world(wo)
        view = micro.frame.to_local(si.to_world(si.wi))
        value, pdf = coated.eval_pdf(micro, view, micro.frame.to_local(world), self.finishes.metal)
        is_lit = active & (dr.dot(world, micro.base_normal) > 0) & (mi.Frame3f.cos_theta(si.wi) > 0)
        return mi.Spectrum(dr.select(is_lit, value, 0)), dr.select(is_lit, pdf, 0)

    def to_string(self) -> str:
        """Name it."""
        return "machined_metal"


mi.register_bsdf("machined_metal", MachinedMetal)
