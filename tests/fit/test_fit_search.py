"""The fit finds what pictures were made with, and leaves alone what is right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from discs import PLACES, disc

from blemish.errors import RequestError
from blemish.fit import fit


def test_light_and_exposure_need_few_pictures(tmp_path: Path) -> None:
    """On renders of other specimens it finds roughness and radiance within 10 %, and lowers the distance held out."""
    made = disc(tmp_path)
    photographs = made.photographs(roughness=0.15, radiance=1.4)
    places = [PLACES["roughness"], PLACES["radiance"]]
    done = fit(made.values, made.part, made.views, photographs, places, pictures=4, guesses=4, steps=4)
    found = {one.knob.place: one.centre for one in done.found}
    assert found[PLACES["roughness"]] == pytest.approx(0.15, rel=0.1)
    assert found[PLACES["radiance"]] == pytest.approx(1.4, rel=0.1)
    assert done.after["held out"]["all"] < 0.5 * done.before["held out"]["all"]
    assert done.found[1].spread == 0


def test_a_study_never_gets_worse(tmp_path: Path) -> None:
    """With no time to search, centre and spread of what there is are taken only where they come nearer."""
    made = disc(tmp_path)
    places = [PLACES[name] for name in ("roughness", "exposure")]
    done = fit(made.values, made.part, made.views, made.photographs(), places, pictures=2, guesses=1, minutes=1e-4)
    assert done.after["fitted"]["all"] <= done.before["fitted"]["all"]
    assert done.cut_short
    assert {one.knob.place for one in done.found} in (set(), set(places))


@pytest.mark.slow
def test_roughness_pitch_and_radiance_are_recovered(tmp_path: Path) -> None:
    """Roughness, feed and radiance together, all a third off, come out within 10 %."""
    made = disc(tmp_path)
    truth = {"feed": 0.22, "roughness": 0.17, "radiance": 1.5}
    photographs = made.photographs(**truth)
    places = [PLACES[name] for name in truth]
    done = fit(made.values, made.part, made.views, photographs, places, guesses=16, minutes=20.0)
    for one, wanted in zip(done.found, truth.values(), strict=True):
        assert one.centre == pytest.approx(wanted, rel=0.1), one.knob.place
    assert done.after["held out"]["all"] < done.before["held out"]["all"]


@pytest.mark.slow
def test_a_study_fitted_to_its_own_renders_stays_what_it_is(tmp_path: Path) -> None:
    """Each knob comes back within its spread, or within the tenth that the law above asks for; the spread is small."""
    made = disc(tmp_path)
    places = [PLACES[name] for name in ("feed", "roughness", "exposure")]
    done = fit(made.values, made.part, made.views, made.photographs(), places, guesses=8, minutes=20.0)
    for one in done.found:
        assert abs(np.log(one.centre / one.knob.start)) < max(2 * one.spread, 0.1), one.knob.place
        assert one.spread < 0.1


def test_photographs_of_another_size_are_refused(tmp_path: Path) -> None:
    """Pitch and blur are counted in pixels: another scale would be fitted by a wrong finish."""
    made = disc(tmp_path)
    photographs = made.photographs()
    other = {**made.values, "camera": {**made.values["camera"], "width_px": 512}}
    with pytest.raises(RequestError, match="512 x 256"):
        fit(other, made.part, made.views, photographs)
