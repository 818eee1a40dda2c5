"""Films on metal: no light is made, directions are chosen as they reflect, and every kind shows only where it lies."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from blemish.engine import start
from blemish.finish import coated, soiling

ALPHA = (0.12, 0.3)
COATS = [(0.4, 0.0), (0.0, 0.6), (0.5, 0.5), (0.7, 0.1)]
FILMS: dict[str, dict[str, float]] = {
    "dust": {"speck_mm": 0.2, "cell_mm": 0.5, "fill": 0.8, "albedo": 0.4},
    "fibre": {"length_mm": 3.9, "width_mm": 0.05, "sway_mm": 0.4, "waves": 2.0, "albedo": 0.6},
    "stain": {"rim": 0.6, "ragged": 0.7, "strength": 0.8, "albedo": 0.2, "haze": 0.3},
    "fingerprint": {"ridge_mm": 0.4, "smear": 0.2, "strength": 0.4, "albedo": 0.1, "haze": 0.2},
    "rub": {"streak_mm": 0.06, "cover": 0.5, "strength": 0.2, "albedo": 0.1, "haze": 0.3},
    "pits": {"pit_mm": 0.4, "strength": 0.6, "albedo": 0.25},
}


def film(kind: str, pattern: int = 1) -> SimpleNamespace:
    """A film of a kind on the plane z = 0, four by two millimetres; the second of two triangles is covered."""
    return SimpleNamespace(
        kind=kind,
        parameters={**FILMS[kind], "pattern": pattern},
        centre_mm=(1.0, 2.0, 0.0),
        normal=(0.0, 0.0, 1.0),
        along=(1.0, 0.0, 0.0),
        half_axes_mm=(2.0, 1.0),
        triangles=np.array([1]),
    )


def seen(films: list[SimpleNamespace], side: int = 400, triangle: int = 1) -> dict[str, np.ndarray]:
    """Evaluate films on a grid around their centre, five by three millimetres."""
    start()
    import mitsuba as mi

    x, y = np.meshgrid(np.linspace(-2.5, 2.5, side), np.linspace(-1.5, 1.5, side))
    places = mi.Point3f((x.ravel() + 1).astype(np.float32), (y.ravel() + 2).astype(np.float32), 0)
    tables = soiling.film_tables(films, 2)
    assert tables is not None
    coat = soiling.coat_at(tables, places, mi.UInt32(np.full(x.size, triangle, dtype=np.uint32)), True)
    names = ("shine", "diffuse", "haze", "relief")
    found = {name: np.broadcast_to(np.array(getattr(coat, name)), x.size).reshape(side, side) for name in names}
    return {**found, "rho": np.hypot(x / 2, y)}


@pytest.mark.parametrize("kind", FILMS)
def test_a_film_takes_light_where_it_lies_and_makes_none(kind: str) -> None:
    """Shine and diffuse add up to one at most; beyond its ellipse the metal is bare; somewhere inside it is not."""
    found = seen([film(kind)])
    total = found["shine"] + found["diffuse"]
    assert total.max() <= 1 + 1e-6
    assert found["shine"].min() >= 0
    assert found["diffuse"].min() >= 0
    assert (found["shine"][found["rho"] < 1] < 0.95).any()
    if kind != "pits":  # broken metal is where its triangles are
        beyond = found["rho"] > 1.02
        assert np.all(found["shine"][beyond] == 1)
        assert not np.any(found["diffuse"][beyond])
        assert not np.any(found["haze"][beyond])
        assert np.all(found["relief"] == 1)


@pytest.mark.parametrize("kind", FILMS)
def test_kinds_do_not_disturb_each_other(kind: str) -> None:
    """A film looks the same whether others are on the specimen or not; where there is none the metal is bare."""
    others = [film(other) for other in FILMS if other != kind]
    for one in others:
        one.triangles = np.array([0])
    alone, among = seen([film(kind)], 60), seen([*others, film(kind)], 60)
    for name in ("shine", "diffuse", "haze", "relief"):
        np.testing.assert_allclose(alone[name], among[name], atol=1e-6)
    bare = seen([film(kind)], 60, triangle=0)
    assert np.all(bare["shine"] == 1)
    assert not np.any(bare["diffuse"])


def test_another_pattern_is_another_stain() -> None:
    """Outlines follow from the pattern: the same number gives the same, another another."""
    one, same, other = (seen([film("stain", pattern)], 100)["shine"] for pattern in (3, 3, 4))
    assert np.array_equal(one, same)
    assert np.abs(one - other).max() > 0.2


def test_as_many_specks_as_were_asked_for() -> None:
    """In a circle of cells all filled in the middle, the covered area is that of the specks, within a third."""
    small = film("dust")
    small.parameters |= {"speck_mm": 0.1, "cell_mm": 0.25, "fill": 1.0}
    covered = (1 - seen([small], 1200)["shine"]).mean() * 15
    # A speck's radius is speck / 2 * (0.4 + 1.2 x^2) with x even on [0, 1]: its mean square is 0.77 of speck / 2.
    cells = np.pi * 2 * 1 / 0.25**2 / 2
    assert covered == pytest.approx(cells * np.pi * 0.05**2 * 0.77, rel=0.33)


def coated_metal(shine: float, diffuse: float) -> Any:
    """A patch of coated metal that reflects everything, its metal's index, a view, and points over the unit square."""
    start()
    import mitsuba as mi

    coat = soiling.Coat(mi.Float(shine), mi.Float(diffuse), mi.Float(0), mi.Float(1))
    micro = SimpleNamespace(alpha=ALPHA, reflectance=1.0, coat=coat)
    grid = ((np.arange(256) + 0.5) / 256).astype(np.float32)
    x, y = np.meshgrid(grid, grid)
    return micro, mi.Complex2f(0.0, 50.0), mi.Vector3f(0.3, 0.4, 0.75**0.5), mi.Point2f(x.ravel(), y.ravel())


@pytest.mark.parametrize(("shine", "diffuse"), COATS)
def test_samples_of_coated_metal_agree_with_their_density(shine: float, diffuse: float) -> None:
    """Weights are f cos over the density and never exceed one; the density is one over all directions."""
    micro, metal, view, points = coated_metal(shine, diffuse)
    import mitsuba as mi

    light, weight, density = coated.sample(micro, view, points, metal)
    value, again = coated.eval_pdf(micro, view, light, metal)
    value, again, density, weight = (np.array(item) for item in (value, again, density, weight))
    assert weight.max() <= 1 + 1e-4
    assert weight.mean() <= shine + diffuse + 1e-4
    used = (density > 0) & (np.array(light.z) > 0.01)
    np.testing.assert_allclose(again[used], density[used], rtol=5e-3)
    np.testing.assert_allclose(value[used], (weight * density)[used], rtol=5e-3)
    _, spread = coated.eval_pdf(micro, view, mi.warp.square_to_uniform_hemisphere(points), metal)
    assert np.array(spread).mean() * 2 * np.pi == pytest.approx((weight > 0).mean(), rel=0.05)


@pytest.mark.parametrize(("shine", "diffuse"), COATS)
def test_light_on_coated_metal_may_be_turned_around(shine: float, diffuse: float) -> None:
    """Exchanging viewer and light changes nothing (Helmholtz)."""
    micro, metal, one, _ = coated_metal(shine, diffuse)
    import mitsuba as mi

    other = mi.Vector3f(-0.48, 0.36, 0.8)
    there, _ = coated.eval_pdf(micro, one, other, metal)
    back, _ = coated.eval_pdf(micro, other, one, metal)
    assert float(there[0]) / 0.8 == pytest.approx(float(back[0]) / 0.75**0.5, rel=1e-4)


def test_a_diffuse_coat_reflects_its_share() -> None:
    """Without shine the mean weight of samples is the diffuse share: Lambert's law, to the digit."""
    micro, metal, view, points = coated_metal(0.0, 0.6)
    _, weight, _ = coated.sample(micro, view, points, metal)
    assert np.array(weight) == pytest.approx(0.6, rel=1e-4)
