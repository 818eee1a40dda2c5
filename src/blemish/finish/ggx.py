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

from blemish.finish.arithmetic import Real


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
    radius = dr.sqrt(dr.abs(1 - dr.square(z)))
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
    """Give the reflectance of unpolarised light at a conductor of complex index n + ik.

    With c and s the cosine and sine of the angle, e = n^2 - k^2 - s^2, q = sqrt(e^2 + 4 n^2 k^2), p = sqrt((q + e) / 2)

        Rs = (q + c^2 - 2 p c) / (q + c^2 + 2 p c)
        Rp = Rs (c^2 q + s^4 - 2 p c s^2) / (c^2 q + s^4 + 2 p c s^2)

    (M. Born, E. Wolf, Principles of Optics, section 14.2.) The result is the mean of the two.
    """
    import drjit as dr

    n2, k2 = dr.square(metal.real), dr.square(metal.imag)
    c2 = dr.square(cosine)
    s2 = dr.abs(1 - c2)
    e = n2 - k2 - s2
    q = dr.sqrt(dr.square(e) + 4 * n2 * k2)
    p = dr.sqrt(0.5 * dr.abs(q + e))
    across = (q + c2 - 2 * p * cosine) / (q + c2 + 2 * p * cosine)
    a, b = c2 * q + dr.square(s2), 2 * p * cosine * s2
    return 0.5 * across * (1 + (a - b) / (a + b))
