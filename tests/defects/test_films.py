"""Films: dust, stains and traces of hands lie on the part, change no shape and are never looked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from builders import box, rod
from pressed import FILMS, is_closed, populations, settled_at, turned

from blemish.defects import DefectPopulation, Dent, make_specimen
from blemish.defects.dust import Dust
from blemish.defects.fibre import Fibre
from blemish.defects.film import Film
from blemish.defects.fingerprint import Fingerprint
from blemish.defects.imprint import imprint
from blemish.defects.kind import Kind, Spot
from blemish.defects.rub import Rub
from blemish.defects.stain import Stain
from blemish.errors import StudyError
from blemish.part.model import Part
from blemish.settings import read, settings

DENTS = {"kind": "dent", "per_specimen": 6, "diameter_mm": 1.0, "regions": ["top"]}


@pytest.mark.parametrize("part", [box(), rod()], ids=["box", "rod"])
def test_films_move_nothing(part: Part) -> None:
    """A correct specimen with every kind of film has each vertex and each normal at rest, to the bit, and no crack."""
    specimen = make_specimen(part, "c000", False, populations(*FILMS), 4)
    assert len(specimen.defects) == len(specimen.films) == 7
    assert np.array_equal(specimen.vertices_mm, specimen.rest_vertices_mm)
    assert np.array_equal(specimen.normals, specimen.rest_normals)
    assert is_closed(specimen.triangles)
    for defect in specimen.defects:
        assert not defect.significant
        assert defect.depth_mm == 0
        assert defect.area_mm2 > 0.1


def test_a_film_covers_its_ellipse_and_little_more() -> None:
    """The triangles that it covers contain all that shows of it, and end where its footprint ends."""
    stain = Stain(diameter_mm=4.0, elongation=2.0, orientation_deg=30.0)
    (film,) = imprint(box(), "c000", [settled_at(box(), stain, (1.0, 2.0, 5.0))]).films
    specimen = imprint(box(), "c000", [settled_at(box(), stain, (1.0, 2.0, 5.0))])
    long, short = film.half_axes_mm
    step = specimen.vertices_mm - film.centre_mm
    across = np.cross(film.normal, film.along)
    rho = np.hypot(step @ film.along / long, step @ across / short)
    on_top = np.all(specimen.vertices_mm[specimen.triangles][:, :, 2] == 5, axis=1)
    covered = np.zeros(len(specimen.triangles), dtype=bool)
    covered[film.triangles] = True
    assert np.all(covered[on_top & np.all(rho[specimen.triangles] < 1, axis=1)])
    assert np.all(rho[specimen.triangles[film.triangles]].min(axis=1) < 1.2)


def test_a_dent_under_a_film_keeps_its_label_and_its_place() -> None:
    """Films before or after: the dents are where they were, with as many triangles of theirs within a few percent."""
    alone = make_specimen(box(), "d000", True, populations(DENTS), 2, 0.03)
    stains = {"kind": "stain", "per_specimen": 4, "diameter_mm": 8.0, "regions": ["top"]}
    under = make_specimen(box(), "d000", True, populations(DENTS, stains), 2, 0.03)
    over = make_specimen(box(), "d000", True, populations(stains, DENTS), 2, 0.03)
    assert turned(under) == turned(over) == 0
    assert is_closed(under.triangles)
    covered = np.concatenate([film.triangles for film in under.films])
    assert np.isin(under.instance[covered], [defect.id for defect in under.defects if defect.kind == "dent"]).any()
    for specimen in (under, over):
        dents = [defect for defect in specimen.defects if defect.kind == "dent"]
        stained = [defect.id for defect in specimen.defects if defect.kind == "stain"]
        assert len(stained) == 4
        assert set(stained) <= set(np.unique(specimen.instance))
        for one, other in zip(alone.defects, dents, strict=True):
            assert other.area_mm2 == pytest.approx(one.area_mm2, rel=0.02)
            assert other.depth_mm == pytest.approx(one.depth_mm, rel=0.02)
    dents = [defect for defect in under.defects if defect.kind == "dent"]
    assert [one.position_mm for one in alone.defects] == [one.position_mm for one in dents]


def test_films_end_at_sharp_edges() -> None:
    """A stain larger than the top of a block has its place there, and covers nothing of the sides."""
    part = box((6.0, 6.0, 6.0))
    table = {"kind": "stain", "per_specimen": 1, "diameter_mm": 7.0, "regions": ["top"]}
    (film,) = (specimen := make_specimen(part, "c000", False, populations(table), 1)).films
    assert np.all(specimen.face[film.triangles] == 1)
    assert len(film.triangles) > 50


def test_films_are_never_significant() -> None:
    """To call dust significant is refused, with the cure."""

    @settings
    class Defects:
        defects: tuple[DefectPopulation, ...] = ()

    with pytest.raises(StudyError, match=r"defects\[1\].significant: .* never significant; leave `significant` out"):
        read(Defects, {"defects": [{"kind": "dust", "significant": True}]}, "study.toml")
    assert not read(Defects, {"defects": [{"kind": "dust"}]}, "study.toml").defects[0].significant


@pytest.mark.parametrize("film", [Dust(), Fibre(), Stain(), Fingerprint(), Rub()], ids=lambda film: type(film).__name__)
def test_a_film_is_a_spot_without_height(film: Any) -> None:
    """It reaches as far as its footprint, and moves nothing."""
    assert isinstance(film, Film)
    assert isinstance(film, Kind)
    assert isinstance(film, Spot)
    u, v = np.random.default_rng(0).uniform(-12, 12, (2, 4000))
    relief = film.relief(u, v)
    assert not np.any([relief.height_mm, relief.along, relief.across])
    away = np.hypot(np.maximum(np.abs(u) - film.half_spine_mm, 0), v)
    assert not np.any(relief.presence_mm[away > film.reach_mm])
    long, short = film.half_axes_mm
    assert np.all(relief.presence_mm[np.hypot(u / long, v / short) < 1] > 0)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Dust(speck_mm=0.2, cell_mm=0.3), "at least 0.4 mm"),
        (lambda: Dust(patch_mm=0.5), "at most half the patch, 0.25 mm"),
        (lambda: Fibre(length_mm=1.0, width_mm=0.3), "at most a fifth of its length, 0.2 mm"),
        (lambda: Fibre(length_mm=1.0, sway_mm=0.9), "at most 0.45 mm"),
        (lambda: Fingerprint(length_mm=5.0), "its length is the larger"),
        (lambda: Rub(length_mm=2.0), "its length is the larger"),
    ],
)
def test_films_that_cannot_be_are_refused(make: Any, says: str) -> None:
    """A contradiction is told with the value that would do."""
    with pytest.raises(ValueError, match=says):
        make()


def test_a_film_may_cover_what_a_dent_would_not_fit_on() -> None:
    """On a sheet thinner than any dent needs, films have their place."""
    part = box((20.0, 20.0, 0.05))
    specimen = make_specimen(part, "d000", True, populations({"kind": "stain", "per_specimen": 1}), 0)
    assert [defect.kind for defect in specimen.defects] == ["stain"]
    assert Dent().deepest_mm > 0.05 / 2


def test_the_twin_has_the_films_and_not_the_defects() -> None:
    """At rest the specimen is level, its dust still lies there, and the broken floors of pits are whole again."""
    table = {"kind": "pits", "per_specimen": 2}
    specimen = make_specimen(box(), "d000", True, populations(table, *FILMS, DENTS), 5)
    twin = specimen.at_rest()
    assert sorted(film.kind for film in specimen.films) == sorted([*(film.kind for film in twin.films), "pits", "pits"])
    assert len(twin.films) == 7
    assert np.array_equal(twin.vertices_mm, specimen.rest_vertices_mm)
    assert np.array_equal(twin.instance, specimen.instance)
    assert not np.array_equal(specimen.vertices_mm, twin.vertices_mm)
