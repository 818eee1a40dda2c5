"""The contract of a finish: a formula of slope and roughness, and how it is seen by the renderer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from blemish.engine import aligned, start
from blemish.finish.catalogue import FINISHES, MOST_NUMBERS
from blemish.finish.lay import lay
from blemish.finish.metals import metal_named
from blemish.finish.relief import Relief, Track
from blemish.part.model import Part, Surface
from blemish.part.plate import plate
from blemish.testing.contract import SettingsContract

_PLACES = 60_000
_NAMES = ("slope_along", "slope_across", "alpha_along", "alpha_across")


class FinishContract(SettingsContract):
    """Give ``finish``, one plain thing of the kind with a ``pattern``, and what is stated of it."""

    finish: Any
    slope_along: float | None = None
    """Standard deviation of the slope along the track, where that is stated."""
    slope_across: float | None = None
    """The same across the track."""
    pitch_across_mm: float | None = None
    """What repeats across the track, where something does."""

    @property
    def value(self) -> Any:
        """The finish."""
        return self.finish

    def relief(self, along: np.ndarray, across: np.ndarray, footprint_mm: float = 0.0) -> dict[str, np.ndarray]:
        """Evaluate the formula in double precision, at places of a plane, seen through a footprint."""
        start()
        import drjit as dr
        from drjit.llvm import Float64

        def number(value: float) -> Any:
            return dr.opaque(Float64, value)  # not a part of the program, which so is compiled once

        track = Track(
            along_mm=Float64(along),
            across_mm=Float64(across),
            turn=Float64(0.0 * along),
            period_along_mm=number(0.0),
            period_across_mm=number(0.0),
            footprint_along_mm=number(footprint_mm),
            footprint_across_mm=number(footprint_mm),
            position_mm=(Float64(along), Float64(across), Float64(0.3 * along - 0.7 * across)),
            along=(number(1.0), number(0.0), number(0.0)),
            across=(number(0.0), number(1.0), number(0.0)),
        )
        numbers = [*self.finish.numbers(), *[1.0] * (MOST_NUMBERS - len(self.finish.numbers()))]
        found: Relief = self.finish.relief(track, [number(float(value)) for value in numbers])
        values = [getattr(found, name) for name in _NAMES]
        dr.eval(values)
        return {name: np.broadcast_to(np.array(value), along.shape) for name, value in zip(_NAMES, values, strict=True)}

    def places(self, count: int = _PLACES) -> tuple[np.ndarray, np.ndarray]:
        """Places that are metres apart, so that every size of the pattern is met often."""
        rng = np.random.default_rng(11)
        return rng.uniform(-2000, 2000, count), rng.uniform(-2000, 2000, count)

    def test_its_numbers_fit_into_the_table(self) -> None:
        """At most twelve finite numbers; the pattern is one of them if there is any relief."""
        numbers = self.finish.numbers()
        assert len(numbers) <= MOST_NUMBERS, f"{len(numbers)} numbers, at most {MOST_NUMBERS}"
        assert np.isfinite(np.array(numbers, dtype=np.float64)).all(), numbers

    def test_its_population_is_read_from_a_study(self) -> None:
        """A study lists it with its regions, and what is drawn is what was written."""
        fault = FINISHES.catalogue.fault("mine", type(self.finish))
        assert not fault, fault
        drawn = FINISHES.settings_of("mine", type(self.finish))(**vars(self.finish)).draw(np.random.default_rng(0))
        assert drawn == self.finish

    def test_slope_and_roughness_are_sound(self) -> None:
        """Slopes stay below those of a wall, roughness between a mirror's and 1, at any footprint."""
        for footprint_mm in (0.0, 0.05, 1.0):
            found = self.relief(*self.places(4000), footprint_mm)
            for name in _NAMES:
                assert np.isfinite(found[name]).all(), f"{name} is not finite"
            for name in ("slope_along", "slope_across"):
                assert np.abs(found[name]).max() < 3, f"{name} reaches {np.abs(found[name]).max():.3g}"
            for name in ("alpha_along", "alpha_across"):
                low, high = found[name].min(), found[name].max()
                assert low >= 0.0199, f"{name} falls to {low:.3g}"
                assert high <= 2, f"{name} reaches {high:.3g}"

    def test_it_has_the_stated_slope(self) -> None:
        """The standard deviation of the slope is the stated one, within 4 %."""
        found = self.relief(*self.places())
        for name in ("slope_along", "slope_across"):
            stated = getattr(self, name)
            if stated is not None:
                measured = float(found[name].std())
                assert abs(measured - stated) <= 0.04 * stated + 1e-9, f"{name}: {measured:.4g}, stated {stated:.4g}"

    def test_it_has_the_stated_pitch(self) -> None:
        """The strongest line in the spectrum across the track stands at the stated pitch, within 3 %."""
        pitch = self.pitch_across_mm
        if pitch is None:
            return
        across = np.arange(8192) * pitch / 16
        slope = self.relief(np.zeros_like(across), across)["slope_across"]
        power = np.abs(np.fft.rfft(slope * np.hanning(len(slope)))) ** 2
        found = 1 / np.fft.rfftfreq(len(slope), pitch / 16)[power.argmax()]
        assert abs(found - pitch) <= 0.03 * pitch, f"{found:.4g} mm, stated {pitch:.4g}"

    def test_what_a_footprint_takes_from_the_slope_it_gives_to_the_roughness(self) -> None:
        """Seen from afar slopes become less and roughness more, so that a highlight stays as wide."""
        near, far = (self.relief(*self.places(20_000), footprint_mm) for footprint_mm in (0.0, 5.0))
        for side in ("along", "across"):
            slope, alpha = f"slope_{side}", f"alpha_{side}"
            assert far[slope].std() <= 1.02 * near[slope].std() + 1e-9, f"{slope} grows with the footprint"
            assert far[alpha].mean() >= 0.999 * near[alpha].mean(), f"{alpha} shrinks with the footprint"
        spread = [
            sum(one[f"slope_{side}"].var() + (one[f"alpha_{side}"] ** 2).mean() / 2 for side in ("along", "across"))
            for one in (near, far)
        ]
        assert 0.8 < spread[1] / spread[0] < 1.25, f"the highlight becomes {spread[1] / spread[0]:.2f} times as wide"

    def test_normals_are_unit_vectors_that_are_seen(self) -> None:
        """What the renderer gets is an orthonormal frame whose normal faces the viewer."""
        found = self._seen(self.finish, 3000)
        for one, other, expected in (("n", "n", 1), ("s", "s", 1), ("t", "t", 1), ("n", "s", 0), ("s", "t", 0)):
            dot = np.einsum("ij,ij->j", found[one], found[other])
            assert np.abs(dot - expected).max() < 1e-4, f"{one} . {other} is not {expected}"
        assert (np.einsum("ij,ij->j", found["n"], found["to_viewer"]) > 0).all()

    def test_order_and_tiling_change_nothing(self) -> None:
        """Places asked for all at once, in another order or in parts give the same bytes."""
        whole = self._seen(self.finish, 3000)
        order = np.random.default_rng(2).permutation(3000)
        mixed, part = self._seen(self.finish, 3000, order), self._seen(self.finish, 3000, np.arange(1000, 1500))
        for name in ("n", "s", "alpha"):
            assert np.array_equal(whole[name][:, order], mixed[name]), f"{name} depends on the order"
            assert np.array_equal(whole[name][:, 1000:1500], part[name]), f"{name} depends on the tile"

    def test_another_specimen_compiles_nothing(self) -> None:
        """Other patterns run the program that is there: their values are not written into it."""
        start()
        import drjit as dr

        self._seen(self.finish, 500)
        runs = []
        dr.set_flag(dr.JitFlag.KernelHistory, True)  # noqa: FBT003
        try:
            for pattern in (7, 8, 9):
                dr.kernel_history_clear()
                self._seen(replace(self.finish, pattern=pattern), 500)
                runs.append([one for one in dr.kernel_history() if one["type"] == dr.KernelType.JIT])
        finally:
            dr.set_flag(dr.JitFlag.KernelHistory, False)  # noqa: FBT003
        assert all(runs)
        found = [one["cache_hit"] for programs in runs for one in programs]
        assert all(found), "its values are written into the compiled program"

    def test_the_pattern_decides(self) -> None:
        """The same pattern is the same surface; another one is another, if there is any relief at all."""
        one, same, other = (self._seen(replace(self.finish, pattern=number), 2000)["n"] for number in (1, 1, 2))
        assert np.array_equal(one, same)
        if self.relief(*self.places(2000))["slope_across"].std() > 1e-6:
            assert not np.array_equal(one, other), "patterns 1 and 2 are the same surface"

    def _seen(self, finish: Any, count: int, rows: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """What the renderer makes of it at places of a plate, looked at from everywhere above."""
        start()
        import drjit as dr
        import mitsuba as mi

        from blemish.finish.micro import micro_surface, tables

        part = _plate()
        laid = lay(part, {region.name: finish for region in part.regions})
        rng = np.random.default_rng(4)
        places = np.stack([*rng.uniform(-20, 20, (2, count)), np.zeros(count)]).astype(np.float32)
        view = np.stack([*rng.uniform(-0.8, 0.8, (2, count)), np.ones(count)])
        view = (view / np.linalg.norm(view, axis=0)).astype(np.float32)
        rows = np.arange(count) if rows is None else rows

        def numbers(values: np.ndarray) -> Any:
            return mi.Float(aligned(values, np.float32))  # one program wherever NumPy's array lies

        micro = micro_surface(
            tables(laid, part.face, metal_named("aluminium")),
            mi.Point3f(*map(numbers, places[:, rows])),
            mi.Vector3f(*map(numbers, np.tile([[0.0], [0.0], [1.0]], len(rows)))),
            mi.UInt32(aligned(np.zeros(len(rows)), np.uint32)),
            mi.Vector3f(*map(numbers, view[:, rows])),
            numbers(np.full(len(rows), 0.01)),
            mi.Bool(aligned(np.ones(len(rows)), np.bool_)),
        )
        dr.eval(micro.frame, micro.alpha)
        frame = {name: np.array(getattr(micro.frame, name)) for name in ("n", "s", "t")}
        alpha = np.stack([np.broadcast_to(np.array(one), len(rows)) for one in micro.alpha])
        return {**frame, "alpha": alpha, "to_viewer": view[:, rows]}


def _plate() -> Part:
    """A plate that counts as a piece of a large cylinder about x: some finishes need an axis."""
    round_ = Surface("cylinder", np.array([0.0, 0.0, -1000.0]), np.array([1.0, 0.0, 0.0]), radius_mm=1000.0)
    return replace(plate(width_mm=40.0, height_mm=40.0), surfaces=(round_,))
