"""What an inspection left is shown as it was written, and what is damaged is told once and not shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import box
from found_on_box import DENT, FALSE_CALL, leave_inspection
from test_session import session

from blemish.errors import WorkError
from blemish.viewer.findings import in_short, in_words, looking_at, summary
from blemish.viewer.frame import CALLED, TRUE, frame_picture, outlined
from blemish.viewer.inspected import Inspected, read_inspected
from blemish.viewer.maps import DETECTION, RESULTS, by_detection, by_evidence, by_verdict, paint_result, wishes
from blemish.viewer.session import Session, inspection_of

FILES = ("surface/patches.npz", "surface/d000.npz", "surface/effective.npz", "objects.json")


def inspected(run: Path) -> Inspected:
    """The inspection of the box."""
    leave_inspection(run, box())
    found = read_inspected(run)
    assert found is not None
    return found


def sitting(run: Path) -> Session:
    """A session that shows it."""
    return replace(session(run), inspected=inspected(run), specimen="d000")


def test_where_nothing_was_inspected_there_is_nothing_to_show(tmp_path: Path) -> None:
    """A run without an inspection is no mistake."""
    assert inspection_of(tmp_path) == (None, "")
    assert session(tmp_path).found == ()


@pytest.mark.parametrize("name", FILES)
def test_what_is_cut_or_gone_is_told_with_its_name_and_the_cure(tmp_path: Path, name: str) -> None:
    """Each file that is damaged at any length gives one message, and the plan can be looked at without it."""
    leave_inspection(tmp_path, box())
    path = tmp_path / "inspection" / name
    whole = path.read_bytes()
    for end in (0, 10, len(whole) // 2, len(whole) - 2):
        path.write_bytes(whole[:end])
        with pytest.raises(WorkError, match=r"damaged.*blemish inspect"):
            read_inspected(tmp_path)
        shown, trouble = inspection_of(tmp_path)
        assert shown is None
        assert path.name in trouble
    path.unlink()
    if name in FILES[::3]:  # the others may be absent: the study did not ask for them
        with pytest.raises(WorkError, match=r"missing.*blemish inspect"):
            read_inspected(tmp_path)


def test_maps_of_another_surface_are_refused(tmp_path: Path) -> None:
    """A specimen with fewer patches than the surface does not belong to it."""
    leave_inspection(tmp_path, box())
    path = tmp_path / "inspection" / "surface" / "d000.npz"
    with np.load(path) as file:
        fewer = {name: file[name][:-1] for name in file.files}
    np.savez(path, **fewer)
    with pytest.raises(WorkError, match="do not belong to these patches"):
        read_inspected(tmp_path)


def test_an_object_is_shown_by_a_view_that_looks_at_it(tmp_path: Path) -> None:
    """The dent on top by the camera above, the false call by the one in front of its side; words say which is true."""
    here = sitting(tmp_path)
    dent, false_call = here.found
    np.testing.assert_allclose(dent.place_mm, DENT, atol=1.0)
    np.testing.assert_allclose(false_call.place_mm, FALSE_CALL, atol=1.0)
    assert looking_at(here.draft, dent)[0] == "v000"
    assert looking_at(here.draft, false_call)[0] == "v001"
    assert "touches defect 3" in in_words(1, dent)
    assert "false call" in in_words(2, false_call)
    assert in_short(1, dent).startswith("1: top, ")
    assert here.inspected is not None
    assert "**2 objects** found on d000, 1 of them without a defect" in summary(here.inspected, "d000")


def test_a_view_that_called_an_object_goes_before_one_that_only_saw_it(tmp_path: Path) -> None:
    """Who called it shows it best; a view that the plan no longer has is passed over."""
    here = sitting(tmp_path)
    dent = replace(here.found[0], seen_by=("v000", "v002"), called_by=("v002", "gone"))
    assert looking_at(here.draft, dent) == ("v002",)
    assert looking_at(here.draft, replace(dent, called_by=("gone",)))[0] == "v000"
    assert looking_at(here.draft, replace(dent, seen_by=(), called_by=())) == ("v000",)


@pytest.mark.parametrize("mode", RESULTS)
def test_every_colour_of_a_map_is_told(tmp_path: Path, mode: str) -> None:
    """The legend names each class that is there; a scale names its ends and what no view saw."""
    found = inspected(tmp_path)
    painting = paint_result(found.surface.specimens["d000"], mode)
    assert painting.colours.shape == (len(found.patches), 3)
    shown, told = set(map(tuple, painting.colours.tolist())), {colour for _, colour in painting.legend}
    assert shown == told or mode == "evidence"


def test_found_missed_and_unseen_have_their_own_colours(tmp_path: Path) -> None:
    """A dent that is called is found, one that is not is missed, one below the part was seen by no view."""
    maps = inspected(tmp_path).surface.specimens["d000"]
    names = {name for name, _ in by_verdict(maps).legend}
    assert names == {"sound", "found", "false call", "not seen"}
    everywhere = replace(maps, truth=np.ones_like(maps.truth))
    assert {name for name, _ in by_verdict(everywhere).legend} == {"found", "missed", "defect that no view saw"}


def test_nothing_called_and_nothing_seen_can_be_painted(tmp_path: Path) -> None:
    """A sound specimen has no calls, and one that no view saw has no evidence at all."""
    maps = inspected(tmp_path).surface.specimens["d000"]
    sound = replace(maps, called=np.zeros_like(maps.called))
    unseen = replace(sound, evidence=np.full_like(maps.evidence, np.nan), views=np.zeros_like(maps.views))
    assert np.isfinite(by_evidence(sound).colours).all()
    assert len(np.unique(by_evidence(unseen).colours, axis=0)) == 1


def test_detection_is_told_by_kind_and_size_and_by_the_smallest_found(tmp_path: Path) -> None:
    """Below the part nothing is found; elsewhere the class of its probability, or of the smallest size, is told."""
    found = inspected(tmp_path)
    effective, views = found.surface.effective, found.surface.views
    assert effective is not None
    assert wishes(effective) == ("dent, 0.5 mm", "smallest dent")
    assert wishes(None) == ()
    assert [name for name, _ in by_detection(effective, views, "dent, 0.5 mm").legend] == ["no view", "90 % or more"]
    smallest = by_detection(effective, views, "smallest dent")
    assert [name for name, _ in smallest.legend] == ["none, or no view", "up to 0.4 mm"]
    assert DETECTION not in RESULTS


def test_outlines_lie_around_what_they_mark_and_never_on_it() -> None:
    """What was called is ringed in red and what is true in green, and the pixels themselves stay as photographed."""
    grey = np.full((60, 80), 90, np.uint8)
    mask = np.zeros((60, 80), dtype=bool)
    mask[20:30, 30:40] = True
    picture = outlined(grey, mask, mask)
    assert (picture[mask] == 90).all()
    for colour in (CALLED, TRUE):
        assert (picture == colour).all(axis=2).any()
    assert (outlined(grey, ~mask & mask, ~mask & mask) == 90).all()


def test_a_view_without_a_frame_has_no_picture(tmp_path: Path) -> None:
    """Before the dataset is made, or for a view that was added since, there is nothing to show."""
    assert frame_picture(tmp_path, "d000", "v000") is None
