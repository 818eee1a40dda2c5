"""labelme's shapes, its images, and the groups that its names tell."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import layouts
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from layouts import document, shape_of
from PIL import Image, ImageDraw

from blemish.dataset import open_dataset
from blemish.errors import ForeignDataError, StudyError
from blemish.exchange import bring_in, shapes
from blemish.exchange.grouping import group_by
from blemish.exchange.importers.labelme import BALL_SCREWS

SIZE = (40, 50)


def mask_of(tmp_path: Path, drawn: list[dict[str, Any]], **options: Any) -> np.ndarray:
    """Import one photograph with these shapes, and give its mask."""
    layouts.photograph(tmp_path / "in/a.png", SIZE)
    (tmp_path / "in/a.json").write_text(document(drawn, SIZE))
    bring_in("labelme", tmp_path / "in", tmp_path / "out", options=options)
    dataset = open_dataset(tmp_path / "out")
    return dataset.mask(dataset.frames[0])


def test_polygons_are_filled_with_their_outline(tmp_path: Path) -> None:
    """A polygon is what Pillow draws with outline and filling, as labelme does."""
    points = [(5.2, 3.7), (30.1, 8.8), (12.5, 33.3)]
    canvas = Image.new("1", SIZE[::-1])
    ImageDraw.Draw(canvas).polygon(points, outline=1, fill=1)
    mask = mask_of(tmp_path, [shape_of("polygon", [list(point) for point in points])])
    np.testing.assert_array_equal(mask > 0, np.array(canvas))


@pytest.mark.parametrize(
    ("kind", "points", "area"),
    [
        ("circle", [[25, 20], [25, 30]], np.pi * 10.5**2),
        ("rectangle", [[30, 30], [10, 20]], 21 * 11),
        ("line", [[5, 20], [44, 20]], 400),
        ("linestrip", [[5, 10], [44, 10], [44, 30]], 590),
        ("point", [[25, 20]], np.pi * 5.5**2),
        (None, [[10, 10], [20, 10], [20, 20], [10, 20]], 121),
    ],
)
def test_every_kind_of_shape_is_drawn(tmp_path: Path, kind: str, points: list[list[float]], area: float) -> None:
    """Circles, rectangles, lines and points have the area that they should; no kind at all is a polygon."""
    assert np.count_nonzero(mask_of(tmp_path, [shape_of(kind, points)])) == pytest.approx(area, rel=0.06)


def test_a_mask_shape_lies_where_its_box_is(tmp_path: Path) -> None:
    """Labelme 5 holds masks as small images with a place; what sticks out of the image is cut off."""
    buffer = io.BytesIO()
    Image.new("L", (6, 4), 255).save(buffer, "PNG")
    held = base64.b64encode(buffer.getvalue()).decode()
    drawn = [shape_of("mask", [[x, y], [x + 5, y + 3]], mask=held) for x, y in ((10, 20), (47, 38), (-2, -1))]
    expected = layouts.blob(SIZE, (20, 10, 4, 6), (38, 47, 2, 3), (0, 0, 3, 4))
    np.testing.assert_array_equal(mask_of(tmp_path, drawn) > 0, expected)


def test_shapes_of_one_group_are_one_mark(tmp_path: Path) -> None:
    """Two parts with one group_id share an id; without one they do not."""
    boxes = [[[1, 1], [5, 5]], [[20, 20], [25, 25]], [[40, 2], [44, 6]]]
    drawn = [shape_of("rectangle", box, group_id=group) for box, group in zip(boxes, (7, 7, None), strict=True)]
    mask = mask_of(tmp_path, drawn)
    assert mask[3, 3] == mask[22, 22] != 0
    assert mask[4, 42] not in (0, mask[3, 3])


def test_only_the_labels_that_are_asked_for_are_taken(tmp_path: Path) -> None:
    """The others are passed over."""
    drawn = [shape_of("rectangle", [[1, 1], [5, 5]]), shape_of("rectangle", [[20, 20], [25, 25]], label="dust")]
    assert set(np.unique(mask_of(tmp_path, drawn, labels=("pit",)))) == {0, 1}


numbers = st.one_of(st.floats(), st.integers(-(10**9), 10**9), st.none(), st.text(max_size=3), st.booleans())
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)),
    max_leaves=10,
)
drawn_shapes = st.fixed_dictionaries(
    {
        "label": st.one_of(st.just("pit"), anything),
        "points": st.one_of(st.lists(st.lists(numbers, max_size=3), max_size=5), anything),
    },
    optional={
        "shape_type": st.one_of(st.sampled_from(["polygon", "circle", "line", "mask", "blob"]), anything),
        "group_id": anything,
        "mask": anything,
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        anything,
        st.fixed_dictionaries(
            {"shapes": st.one_of(anything, st.lists(drawn_shapes, max_size=3))},
            optional={"imagePath": anything, "imageData": anything, "imageWidth": anything},
        ),
    )
)
def test_any_annotation_is_taken_in_or_refused_by_name(tmp_path: Path, content: Any) -> None:
    """Whatever JSON lies beside a photograph: a dataset, or one error of ours that names the file; never a crash."""
    layouts.photograph(tmp_path / "in/a.png", SIZE)
    (tmp_path / "in/a.json").write_text(json.dumps(content))
    try:
        bring_in("labelme", tmp_path / "in", tmp_path / "out")
    except ForeignDataError as error:
        assert "a.json" in str(error)  # noqa: PT017 - either outcome is right
    else:
        assert len(open_dataset(tmp_path / "out").frames) == 1


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "-Infinity", "1e300", "null", '"5"', "true", "[1]"])
def test_coordinates_that_are_no_numbers_are_refused(tmp_path: Path, bad: str) -> None:
    """NaN and the like never reach the drawing."""
    layouts.photograph(tmp_path / "in/a.png", SIZE)
    text = document([shape_of("polygon", [[1, 1], [9, 1], [9, 77777]])], SIZE).replace("77777", bad)
    (tmp_path / "in/a.json").write_text(text)
    with pytest.raises(ForeignDataError, match=r"a\.json: shape 1: point 3"):
        bring_in("labelme", tmp_path / "in", tmp_path / "out")


@given(points=st.lists(st.tuples(st.floats(-9e4, 9e4), st.floats(-9e4, 9e4)), min_size=3, max_size=8))
def test_any_finite_polygon_can_be_drawn(points: list[tuple[float, float]]) -> None:
    """However far out its corners lie, a polygon is drawn and cut off."""
    assert shapes.draw("polygon", points, (20, 10)).shape == (10, 20)


def test_a_shape_wholly_outside_is_told(tmp_path: Path) -> None:
    """It is a mistake of the annotator's, or the wrong image."""
    with pytest.raises(ForeignDataError, match="wholly outside"):
        mask_of(tmp_path, [shape_of("rectangle", [[100, 100], [120, 120]])])


def test_an_annotation_of_another_size_is_told(tmp_path: Path) -> None:
    """Marks drawn on a larger image would land in the wrong places."""
    layouts.photograph(tmp_path / "in/a.png", SIZE)
    (tmp_path / "in/a.json").write_text(document([], (80, 100)))
    with pytest.raises(ForeignDataError, match="100 x 80 pixels"):
        bring_in("labelme", tmp_path / "in", tmp_path / "out")


@pytest.mark.parametrize(
    ("stem", "group"),
    [
        ("data/01_200905041126_277500_315_crop_2", "277500_315"),
        ("data/01_200910101010_277500_315_crop_1", "277500_315"),
        ("data/KGT1-S-060-A02_crop_0", "KGT1-S"),
    ],
)
def test_ball_screws_are_grouped_by_place(stem: str, group: str) -> None:
    """The same position and angle, or the same screw, is one group however often it was photographed."""
    assert group_by("", BALL_SCREWS)(f"{stem}.jpg") == group


def test_a_grouping_that_misses_a_file_is_told(tmp_path: Path) -> None:
    """A photograph without a group might show what others show."""
    layouts.photograph(tmp_path / "in/s1_a.png", SIZE)
    layouts.photograph(tmp_path / "in/odd.png", SIZE)
    with pytest.raises(ForeignDataError, match=r"odd\.png"):
        bring_in("labelme", tmp_path / "in", tmp_path / "out", options={"groups": r"s(?P<screw>\d+)_"})
    kept = bring_in(
        "labelme", tmp_path / "in", tmp_path / "out", options={"groups": r"s(?P<screw>\d+)_"}, skip_bad=True
    )
    assert (kept.kept, [file for file, _ in kept.skipped]) == (1, ["odd.png"])


def test_photographs_without_annotation_may_be_left_out(tmp_path: Path) -> None:
    """Where nobody looked, nothing is known to be correct."""
    (tmp_path / "in").mkdir()
    layouts.labelme(tmp_path / "in")
    summary = bring_in("labelme", tmp_path / "in", tmp_path / "out", options={"unannotated": "leave"})
    assert (summary.kept, summary.dropped) == (3, {"no annotation": 2})


def test_options_tell_all_their_mistakes_at_once(tmp_path: Path) -> None:
    """Names and values are checked like a study's."""
    (tmp_path / "in").mkdir()
    with pytest.raises(StudyError, match="2 mistakes") as caught:
        bring_in("labelme", tmp_path / "in", tmp_path / "out", options={"lable": 1, "line_width_px": 0})
    assert "did you mean labels" in str(caught.value)
