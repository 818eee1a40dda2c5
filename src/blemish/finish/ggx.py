"""GGX: how a rough conductor reflects, with another roughness along and across its track.

Directions are in the local frame (x along the track, y across, z the normal); ``view`` and ``light`` point away from
the surface. With the half vector m, roughness a = (ax, ay) and

    Lambda(w) = (sqrt(1 + (ax^2 x^2 + ay^2 y^2) / z^2) - 1) / 2
    D(m)  = 1 / (pi ax ay (mx^2/ax^2 + my^2/ay^2 + mz^2)^2)          distribution of normals
    G2    = 1 / (1 + Lambda(view) + Lambda(light))                   masking and shadowing, height-correlated
    f cos = F D G2 / (4 view.z)                                      reflected radiance per unit of radiance and angle
    pdf   = D / (1 + Lambda(view)) / (4 view.z)                      of the sampling of visible normals

Sources: B. Walter et al., "Microfacet models for refraction through rough surfaces", EGSR 2007; E. Heitz,
"Understanding the masking-shadowing function", JCGT 3(2), 2014; J. Dupuy, A. Benyoub, "Sampling visible GGX normals
with spherical caps", HPG 2023. One bounce only: a rough surface loses a few percent that multiple bounces would return.
"""

from __future__ import annotations

from typing import Any

from blemish.finish.relief import Real


def eval_pdf(view: Any, light: Any, alpha: tuple[Real, Real], metal: Any) -> tuple[Real, Real]:
    """Give f cos and the density with which :func:`sample` would choose this direction, per steradian."""
    import drjit as dr

    half = dr.normalize(view + light)
    is_above = (view.z > 0) & (light.z > 0)
    normals = _distribution(half, alpha)
    a, b = _lambda(view, alpha), _lambda(light, alpha)
    common = dr.select(is_above, normals / (4 * view.z), 0)
    return common * _fresnel(dr.dot(view, half), metal) / (1 + a + b), common / (1 + a)


def sample(view: Any, point: Any, alpha: tuple[Real, Real], metal: Any) -> tuple[Any, Real, Real]:
    """Choose a direction of light for two numbers in [0, 1): direction, weight f cos / pdf, and pdf.

    The weight never exceeds one. Where the direction would dip below the surface, weight and density are 0.
    """
    import drjit as dr

    ax, ay = alpha
    vector = type(view)
    stretched = dr.normalize(vector(view.x * ax, view.y * ay, view.z))
    # A uniform point on the cap of the unit sphere that the stretched view direction can reflect to.
    sine, cosine = dr.sincos(2 * dr.pi * point.x)
    z = dr.fma(1 - point.y, 1 + stretched.z, -stretched.z)
    radius = dr.safe_sqrt(1 - dr.square(z))
    half = vector(radius * cosine, radius * sine, z) + stretched
    half = dr.normalize(vector(half.x * ax, half.y * ay, half.z))
    light = 2 * dr.dot(view, half) * half - view
    is_above = (view.z > 0) & (light.z > 0)
    a, b = _lambda(view, alpha), _lambda(light, alpha)
    weight = dr.select(is_above, _fresnel(dr.dot(view, half), metal) * (1 + a) / (1 + a + b), 0)
    pdf = dr.select(is_above, _distribution(half, alpha) / ((1 + a) * 4 * view.z), 0)
    return light, weight, pdf


def _distribution(half: Any, alpha: tuple[Real, Real]) -> Real:
    import drjit as dr

    ax, ay = alpha
    inner = dr.square(half.x / ax) + dr.square(half.y / ay) + dr.square(half.z)
    return dr.rcp(dr.pi * ax * ay * dr.square(inner))


def _lambda(direction: Any, alpha: tuple[Real, Real]) -> Real:
    import drjit as dr

    ax, ay = alpha
    slope2 = (dr.square(ax * direction.x) + dr.square(ay * direction.y)) / dr.square(direction.z)
    return 0.5 * (dr.sqrt(1 + slope2) - 1)


def _fresnel(cosine: Real, metal: Any) -> Real:
    """Reflectance of unpolarised light at a conductor of complex index ``metal`` (Born and Wolf, section 14.2)."""
    import drjit as dr
    import mitsuba as mi

    return mi.fresnel_conductor(dr.minimum(cosine, 1), metal)
