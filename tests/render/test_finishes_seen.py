"""What a camera sees of the finishes: their pitch, one image at any resolution, energy, transitions, highlights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cells import specimen_of

from blemish.arrays import Scores
from blemish.engine import start
from blemish.finish.blasted import Blasted
from blemish.finish.borders import borders_of
from blemish.finish.brushed import Brushed
from blemish.finish.cast import Cast
from blemish.finish.ground import Ground
from blemish.finish.metals import METALS, Metal
from blemish.finish.milled import Milled
from blemish.finish.plain import Plain
from blemish.finish.polished import Polished
from blemish.finish.skin import BARE, Skin, film_reflectance
from blemish.finish.turned import Turned
from blemish.frames import Pose, look_at
from blemish.part import PartSource, load
from blemish.part.model import Part, Region, Surface
from blemish.part.surfaces import gradient
from blemish.plan.camera import Camera
from blemish.plan.light import RingLight
from blemish.plan.model import Viewpoint
from blemish.render import Rendering, Sensor, build_scene, shoot

CAMERA = Camera(width_px=200, height_px=152, pixel_pitch_um=8.5, focal_length_mm=35.0, working_distance_mm=200.0)
"""0.04 mm a pixel: 8 x 6 mm."""
RING = RingLight(inner_radius_mm=30.0, outer_radius_mm=110.0, offset_mm=50.0)
FAR_AXIS: dict[str, Any] = {"axis_point_mm": (-60.0, 0.0, 0.0), "axis_direction": (0.0, 0.0, 1.0)}
FINISHES = [
    Turned(feed_mm=0.2, pattern=1, **FAR_AXIS),
    Milled(feed_mm=0.24, cutter_diameter_mm=12.0, step_over_mm=8.0, pattern=1),
    Brushed(pattern=1),
    Ground(ra_um=0.8, pattern=1),
    Blasted(pattern=1),
    Cast(pattern=1),
    Polished(pattern=1),
    Plain(),
]


def kind_of(finish: Any) -> str:
    """The name of a finish, for the names of tests."""
    return type(finish).__name__.lower()


def plate(split_mm: float | None = None, turned_deg: float = 0.0) -> Part:
    """A sheet of 60 mm at z = 0: one region, or two that meet at ``x = split_mm``; turned about z if wished."""
    xs = (-30.0, 0.0 if split_mm is None else split_mm, 30.0)
    corners = np.array([[x, y, 0.0] for y in (-30.0, 30.0) for x in xs])
    angle = np.deg2rad(turned_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0.0], [np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]])
    up = np.array([0.0, 0.0, 1.0])
    faces = (0, 0) if split_mm is None else (0, 1)
    surface = Surface("plane", np.zeros(3), up)
    regions = (Region("left", (0,)),) if split_mm is None else (Region("left", (0,)), Region("right", (1,)))
    return Part(
        name="plate",
        digest="plate",
        vertices_mm=corners @ turn.T,
        triangles=np.array([[0, 1, 4], [0, 4, 3], [1, 2, 5], [1, 5, 4]], dtype=np.int32),
        normals=np.broadcast_to(up, (4, 3, 3)).copy(),
        face=np.repeat(np.array(faces, dtype=np.int32), 2),
        surfaces=(surface,) * (max(faces) + 1),
        regions=regions,
    )


def seen(  # noqa: PLR0917  what, how, from where
    part: Part,
    finishes: dict[str, Any],
    camera: Camera = CAMERA,
    samples: int = 16,
    seed: int = 0,
    lean_deg: float = 20.0,
    pose: Pose | None = None,
    skin: Skin = BARE,
    light: RingLight = RING,
    ambient: float = 0.03,
) -> Scores:
    """The radiance of a frame."""
    lean = np.deg2rad(lean_deg)
    eye = 200.0 * np.array([np.sin(lean), 0.0, np.cos(lean)])
    pose = look_at(eye, np.zeros(3), np.array([0.0, 1.0, 0.0])) if pose is None else pose
    scene = build_scene(specimen_of(part), part, finishes, "aluminium", light, skin)
    rendering = Rendering(samples_per_pixel=samples, ambient_radiance=ambient, noise_share=0.0)
    return shoot(scene, camera, Viewpoint("v", pose), Sensor(), rendering, seed).radiance


@pytest.mark.parametrize(
    "finish", [FINISHES[0], replace(FINISHES[1], cutter_diameter_mm=200.0, step_over_mm=190.0)], ids=kind_of
)
def test_pitch_is_in_the_picture(finish: Any) -> None:
    """The spectrum of the rendered image has its line at the feed, within 2 %."""
    wide = replace(CAMERA, width_px=500, height_px=16)
    lean_deg = 12.0  # one flank of each groove is brighter than the other
    rows = seen(plate(), {"left": finish}, wide, samples=64, lean_deg=lean_deg).mean(axis=0)
    signal = (rows / np.convolve(rows, np.full(41, 1 / 41), "same"))[40:-40] - 1
    power = np.abs(np.fft.rfft(signal * np.hanning(len(signal)), 1 << 15)) ** 2
    frequency = np.fft.rfftfreq(1 << 15, CAMERA.mm_per_px / np.cos(np.deg2rad(lean_deg)))
    band = frequency > 1
    assert 1 / frequency[band][power[band].argmax()] == pytest.approx(finish.feed_mm, rel=0.02)


@pytest.mark.parametrize("finish", FINISHES, ids=kind_of)
@pytest.mark.parametrize("lean_deg", [0.0, 20.0])
def test_quarter_resolution_is_the_filtered_image(finish: Any, lean_deg: float) -> None:
    """A frame of quarter resolution has the mean (1 %) and deviation (10 %, or 0.5 % of the mean) of the filtered one.

    The variance is the covariance of two renderings with other random numbers, so noise does not count.
    """
    coarse = replace(CAMERA, width_px=50, height_px=38, pixel_pitch_um=34.0)
    part = plate()
    full = [seen(part, {"left": finish}, samples=16, seed=s, lean_deg=lean_deg) for s in (1, 2)]
    boxed = [image.reshape(38, 4, 50, 4).mean(axis=(1, 3)) for image in full]
    quarter = [seen(part, {"left": finish}, coarse, 256, s, lean_deg) for s in (3, 4)]
    assert np.mean(quarter) == pytest.approx(np.mean(boxed), rel=0.01)
    variance = [
        max(float(np.cov(one.ravel(), other.ravel())[0, 1]), 0.0) / np.mean(one) ** 2 for one, other in (boxed, quarter)
    ]
    assert variance[1] ** 0.5 == pytest.approx(variance[0] ** 0.5, rel=0.1, abs=0.005)


def test_no_moire_at_any_distance() -> None:
    """From afar, where grooves sink below the pixel, no beat between grooves and pixels is left: under 2 % of light."""
    finish = Turned(feed_mm=0.2, irregularity=0.0, run_out_mm=0.0, pattern=0, **FAR_AXIS)
    for pitch in (34.0, 40.0, 42.5, 45.0, 60.0, 85.0):  # 0.16 - 0.4 mm a pixel
        camera = replace(CAMERA, width_px=64, height_px=48, pixel_pitch_um=pitch)
        image = seen(plate(), {"left": finish}, camera, samples=64, lean_deg=0.0)
        slow = image.reshape(12, 4, 16, 4).mean(axis=(1, 3))[2:-2, 2:-2]
        rows, columns = np.mgrid[: slow.shape[0], : slow.shape[1]]
        basis = np.stack([np.ones(slow.size), rows.ravel(), columns.ravel(), rows.ravel() ** 2, columns.ravel() ** 2])
        rest = slow.ravel() - basis.T @ np.linalg.lstsq(basis.T, slow.ravel(), rcond=None)[0]
        assert rest.std() / slow.mean() < 0.02, pitch


@pytest.mark.parametrize("kind", ["brushed", "ground", "milled"])
def test_a_turned_region_carries_the_turned_texture(kind: str) -> None:
    """Part, direction and camera turned together give the same picture."""
    angle = np.deg2rad(35.0)
    along = (1.0, 0.0, 0.0), (float(np.cos(angle)), float(np.sin(angle)), 0.0)
    made = {"brushed": Brushed(pattern=4), "ground": Ground(ra_um=0.8, pattern=4), "milled": Milled(pattern=4)}[kind]
    images = []
    for turned_deg, direction in zip((0.0, 35.0), along, strict=True):
        a = np.deg2rad(turned_deg)
        eye = 200 * np.array([np.sin(0.35) * np.cos(a), np.sin(0.35) * np.sin(a), np.cos(0.35)])
        pose = look_at(eye, np.zeros(3), np.array([-np.sin(a), np.cos(a), 0.0]))
        finish = replace(made, direction=direction)
        images.append(seen(plate(turned_deg=turned_deg), {"left": finish}, pose=pose, samples=16))
    one, other = images
    # The light's own sampling stays with the camera, so even the noise is the same but for rounding.
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.98
    assert np.mean(one) == pytest.approx(np.mean(other), rel=0.002)


@pytest.mark.parametrize("finish", FINISHES, ids=kind_of)
def test_no_finish_shines_of_itself(finish: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a white furnace, a metal that absorbs nothing never sends back more than comes in; at most a quarter is lost.

    What is lost is light that meets the rough surface a second time, which the model leaves out.
    """
    mirror = Metal(0.001, 60.0, "no real metal", 1.5 + 0j)
    monkeypatch.setitem(METALS, "aluminium", mirror)
    dark = RingLight(inner_radius_mm=20.0, outer_radius_mm=20.1, offset_mm=0.0, radiance=1e-9)  # hides nothing
    for lean_deg in (0.0, 45.0):
        image = seen(
            plate(),
            {"left": finish},
            replace(CAMERA, width_px=32, height_px=24),
            256,
            0,
            lean_deg,
            None,
            BARE,
            dark,
            1.0,
        )
        assert image.max() <= 1.0 + 1e-4
        assert image.mean() > 0.75


@pytest.mark.parametrize("width_mm", [1.0, 3.0])
def test_a_transition_mixes_in_proportion_to_the_distance(width_mm: float) -> None:
    """Across a transition, the share of the other finish falls from one half to none in proportion; outside, none."""
    finishes = {"left": Plain(roughness=0.6), "right": Plain(roughness=0.1)}
    camera = replace(CAMERA, width_px=160, height_px=400, pixel_pitch_um=8.5)
    skin = replace(BARE, transition_mm=width_mm)
    part = plate(split_mm=0.0)
    pure = [seen(part, dict.fromkeys(finishes, one), camera, 16, 0, 0.0) for one in finishes.values()]
    mixed = seen(part, finishes, camera, 16, 0, 0.0, skin=skin)
    share = ((mixed - pure[0]) / (pure[1] - pure[0])).mean(axis=0)
    x = (np.arange(160) + 0.5 - 80) * CAMERA.mm_per_px
    expected = np.clip(0.5 + x / width_mm, 0, 1)
    outside = np.abs(x) > 0.55 * width_mm
    np.testing.assert_allclose(share[outside], expected[outside], atol=0.02)
    assert np.abs(share - expected).max() < 0.25  # lumps are as large as the band is wide
    assert np.abs(share - expected).mean() < 0.08
    assert (mixed == np.where(x < 0, pure[0], pure[1])).all(axis=0)[outside].all()


def test_sharp_edges_are_cut_clean() -> None:
    """Where the surface turns by more than the stated angle, no transition is made."""
    assert borders_of(plate(split_mm=0.0), 1.0, 30.0) is not None
    assert borders_of(plate(), 1.0, 30.0) is None
    bent = plate(split_mm=0.0)
    normals = bent.normals.copy()
    normals[2:] = (np.sin(0.7), 0.0, np.cos(0.7))
    assert borders_of(replace(bent, normals=normals), 1.0, 30.0) is None
    assert borders_of(replace(bent, normals=normals), 1.0, 45.0) is not None


def test_oxide_darkens_as_its_film_says() -> None:
    """Bare metal has its tabulated reflectance, steel is darkest under some 50 nm of magnetite, a tint multiplies."""
    assert film_reflectance(METALS["aluminium"], 0.0) == pytest.approx(0.91, abs=0.005)
    steel = [film_reflectance(METALS["steel"], d) for d in (0.0, 5.0, 50.0)]
    assert steel[0] > steel[1] > steel[2]
    assert steel[2] < 0.6 * steel[0]
    skins = BARE, replace(BARE, tint=0.5)
    bright, dim = (seen(plate(), {"left": Plain()}, replace(CAMERA, width_px=32, height_px=24), skin=s) for s in skins)
    np.testing.assert_allclose(dim, 0.5 * bright, rtol=1e-5)


@pytest.mark.parametrize("kind", ["cylinder", "cone", "sphere", "torus"])
def test_no_facet_in_a_highlight(kind: str) -> None:
    """The normals that light is reflected by on a mesh from STEP are those of the analytic surface, within 0.6 deg.

    A highlight moves by twice that; facets of 12 deg would move it by up to 12. The last two percent are slivers around
    the apex of a cone, where normals of neighbouring corners point far apart.
    """
    start()
    import drjit as dr
    import mitsuba as mi

    from blemish.render.trace import intersect

    data = Path(__file__).parents[1] / "part" / "data"
    part = load(PartSource() if kind == "cone" else PartSource(file="mixed.step"), base=data)
    scene = build_scene(specimen_of(part), part, {r.name: Plain() for r in part.regions}, "aluminium", RING)
    which = [i for i, surface in enumerate(part.surfaces) if surface.kind == kind]
    assert which, f"the part has no {kind}"
    rng = np.random.default_rng(5)
    weight = np.where(np.isin(part.face, which), part.areas_mm2, 0.0)
    triangle = rng.choice(len(weight), 4000, p=weight / weight.sum())
    share = rng.dirichlet((1.0, 1.0, 1.0), 4000)
    place = np.einsum("ij,ijk->ik", share, part.vertices_mm[part.triangles[triangle]])
    smooth = np.einsum("ij,ijk->ik", share, part.normals[triangle])
    ray = mi.Ray3f(mi.Point3f((place + 0.5 * smooth).T), mi.Vector3f((-smooth).T))
    hit = intersect(scene, ray)
    normal, position, met = hit.normal.numpy().T, hit.position.numpy().T, hit.triangle.numpy()
    ok = hit.is_valid.numpy() & (part.face[met] == part.face[triangle])
    assert ok.mean() > 0.95
    dr.eval()
    off_deg = []
    for face in which:
        mine = ok & (part.face[met] == face)
        true = gradient(part.surfaces[face], position[mine].astype(np.float64))
        cosine = np.abs(np.einsum("ij,ij->i", true, normal[mine]))
        off_deg.append(np.degrees(np.arccos(np.clip(cosine, 0, 1))))
    assert np.percentile(np.concatenate(off_deg), 98) < 0.6
