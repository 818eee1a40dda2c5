"""How rough metal reflects: energy, reciprocity, and sampling that agrees with its density."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from blemish.engine import start
from blemish.finish import METALS, ggx

ALPHAS = [(0.05, 0.05), (0.1, 0.4), (0.5, 0.2), (1.0, 1.0)]
COSINES = [0.05, 0.3, 0.8, 1.0]


def direction(cosine: float, angle: float = 0.7) -> Any:
    """A direction at this height above the surface."""
    import mitsuba as mi

    sine = np.sqrt(1 - cosine**2)
    return mi.Vector3f(float(sine * np.cos(angle)), float(sine * np.sin(angle)), cosine)


def uniform_points(side: int) -> Any:
    """The centres of a grid over the unit square."""
    import mitsuba as mi

    grid = (np.arange(side) + 0.5) / side
    x, y = np.meshgrid(grid, grid)
    return mi.Point2f(x.ravel().astype(np.float32), y.ravel().astype(np.float32))


def mirror() -> Any:
    """A metal that reflects everything."""
    start()
    import mitsuba as mi

    return mi.Complex2f(0.0, 50.0)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("cosine", COSINES)
def test_no_more_light_leaves_than_came(alpha: tuple[float, float], cosine: float) -> None:
    """In a white furnace a perfectly reflecting rough metal shows at most one, and not much less when it is smooth."""
    metal = mirror()
    _, weight, _ = ggx.sample(direction(cosine), uniform_points(128), alpha, metal)
    albedo = np.array(weight)
    assert albedo.max() <= 1 + 1e-5
    assert albedo.mean() <= 1
    if max(alpha) < 0.3 and cosine > 0.2:
        assert albedo.mean() > 0.97


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("cosine", COSINES)
def test_a_sample_weighs_what_it_reflects_over_its_density(alpha: tuple[float, float], cosine: float) -> None:
    """For every sampled direction, weight times density is f cos, and both densities agree."""
    metal = mirror()
    view = direction(cosine)
    light, weight, pdf = ggx.sample(view, uniform_points(32), alpha, metal)
    value, again = ggx.eval_pdf(view, light, alpha, metal)
    value, again, pdf, weight = (np.array(item) for item in (value, again, pdf, weight))
    used = (pdf > 0) & (again > 0) & (np.array(light.z) > 0.01)
    assert used.any()
    np.testing.assert_allclose(again[used], pdf[used], rtol=5e-3)
    np.testing.assert_allclose(value[used], (weight * pdf)[used], rtol=5e-3)


@pytest.mark.parametrize("alpha", ALPHAS[1:])
def test_the_density_is_one_over_all_directions(alpha: tuple[float, float]) -> None:
    """Integrated over the hemisphere the density gives the share of samples that leave upwards."""
    metal = mirror()
    import mitsuba as mi

    view = direction(0.7)
    point = uniform_points(512)
    light = mi.warp.square_to_uniform_hemisphere(point)
    _, pdf = ggx.eval_pdf(view, light, alpha, metal)
    _, weight, _ = ggx.sample(view, uniform_points(256), alpha, metal)
    assert np.array(pdf).mean() * 2 * np.pi == pytest.approx((np.array(weight) > 0).mean(), rel=0.02)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_light_may_be_turned_around(alpha: tuple[float, float]) -> None:
    """Exchanging viewer and light changes nothing (Helmholtz)."""
    metal = mirror()
    one, other = direction(0.4, 0.3), direction(0.8, 2.0)
    there, _ = ggx.eval_pdf(one, other, alpha, metal)
    back, _ = ggx.eval_pdf(other, one, alpha, metal)
    assert float(there[0]) / 0.8 == pytest.approx(float(back[0]) / 0.4, rel=1e-4)


@pytest.mark.parametrize("name", METALS)
def test_reflectance_is_that_of_mitsuba(name: str) -> None:
    """Our Fresnel formula gives Mitsuba's values at all angles, and the known one at normal incidence."""
    start()
    import drjit as dr
    import mitsuba as mi

    metal = METALS[name]
    cosine = dr.linspace(mi.Float, 0.001, 1, 500)
    index = mi.Complex2f(metal.eta, metal.k)
    ours = np.array(ggx._fresnel(cosine, index))
    theirs = np.array([float(mi.fresnel_conductor(mi.Float(c), index)[0]) for c in np.array(cosine)[::50]])
    np.testing.assert_allclose(ours[::50], theirs, atol=1e-5)
    expected = ((metal.eta - 1) ** 2 + metal.k**2) / ((metal.eta + 1) ** 2 + metal.k**2)
    assert ours[-1] == pytest.approx(expected, abs=1e-4)


def test_roughness_acts_in_its_own_direction() -> None:
    """A surface that is rough along x spreads light along x."""
    metal = mirror()
    light, weight, _ = ggx.sample(direction(1.0), uniform_points(128), (0.4, 0.05), metal)
    used = np.array(weight) > 0
    assert np.array(light.x)[used].std() > 3 * np.array(light.y)[used].std()
