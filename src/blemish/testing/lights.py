"""The contract of a light: one luminous area for the planner and the renderer, that both see in the same place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from blemish.defects.samples import bars
from blemish.engine import start
from blemish.frames import Pose, look_at, orthonormal
from blemish.plan.camera import Camera
from blemish.plan.candidates import Candidates
from blemish.plan.planning import Planning
from blemish.plan.samples import sample_surface
from blemish.plan.visibility import Visibility, see
from blemish.testing.contract import SettingsContract

_RAYS = 20_000


class LightContract(SettingsContract):
    """Give ``light``, one that stands around ``camera`` as its data sheet says."""

    light: Any
    camera: Camera = Camera()

    @property
    def value(self) -> Any:
        """The light."""
        return self.light

    @property
    def pose(self) -> Pose:
        """A camera that looks slantwise at a place, from its working distance."""
        eye = np.array([0.15, -0.1, 0.98]) * self.camera.working_distance_mm / 0.9964
        return look_at(eye, np.zeros(3))

    def emitter(self, light: Any = None) -> Any:
        """What the renderer makes of it."""
        start()
        from blemish.render.emitters import place

        return place(self.light if light is None else light, self.pose)

    def chosen(self, light: Any = None, count: int = _RAYS) -> dict[str, Any]:
        """Directions towards it from a place near the plane in focus, chosen as the renderer chooses them."""
        emitter = self.emitter(light)
        import drjit as dr
        import mitsuba as mi

        here = mi.Point3f(0.5, 0.3, 0.2)
        point = np.random.default_rng(2).random((2, count)).astype(np.float32)
        direction, distance, density = emitter.towards(here, mi.Point2f(point))
        again, same = emitter.met(here, direction)
        shown = emitter.glow(here + direction * distance) if hasattr(emitter, "glow") else 1.0
        dr.eval(direction, distance, density, again, same, shown)
        return {
            "direction": np.array(direction),
            "distance": np.array(distance),
            "density": np.array(density),
            "met": np.array(again),
            "met_density": np.array(same),
            "radiance": np.broadcast_to(np.array(emitter.radiance) * np.array(shown), count),
        }

    def test_it_stands_around_its_camera(self) -> None:
        """Nothing keeps it from standing around the camera that it is given with."""
        assert not self.light.contradictions(self.camera), self.light.contradictions(self.camera)

    def test_its_luminous_area_is_positive(self) -> None:
        """Its radiance is above zero, and the directions in which it is seen are a part of the sphere."""
        found = self.chosen()
        assert self.light.radiance > 0
        shines = found["density"] > 0
        assert shines.mean() > 0.5, f"only {shines.mean():.0%} of the places chosen shine to where the camera looks"
        steradian = float(np.mean(1 / found["density"][shines]))
        assert 0 < steradian < 4 * np.pi, f"it fills {steradian:.3g} of the sphere's {4 * np.pi:.3g} sr"

    def test_choosing_and_meeting_agree(self) -> None:
        """A ray towards a chosen place meets the light there, with the density of the choice."""
        found = self.chosen()
        shines = found["density"] > 0
        is_met = found["met_density"][shines] > 0
        assert is_met.mean() > 0.998, f"{1 - is_met.mean():.2%} of the rays towards it miss it"
        for one, other, rel in (("met", "distance", 1e-3), ("met_density", "density", 1e-2)):
            met, chosen = (found[name][shines][is_met] for name in (one, other))
            np.testing.assert_allclose(met, chosen, rtol=rel, err_msg=f"{one} and {other} differ")

    def test_densities_add_up_to_one(self) -> None:
        """Over all directions the density of choosing sums to one: no light is counted twice, none is left out."""
        emitter = self.emitter()
        import mitsuba as mi

        rng = np.random.default_rng(3)
        z, angle = 2 * rng.random(1_000_000) - 1, 2 * np.pi * rng.random(1_000_000)
        flat = np.sqrt(1 - z * z)
        even = np.stack([flat * np.cos(angle), flat * np.sin(angle), z]).astype(np.float32)
        total = 4 * np.pi * np.array(emitter.met(mi.Point3f(0.5, 0.3, 0.2), mi.Vector3f(even))[1]).mean()
        assert abs(total - 1) < 0.05, f"densities add up to {total:.3f}"

    def test_twice_the_radiance_is_twice_the_light(self) -> None:
        """The light that arrives is in proportion to ``radiance``, from the same directions."""
        one, two = self.chosen(), self.chosen(replace(self.light, radiance=2 * self.light.radiance))
        np.testing.assert_array_equal(one["direction"], two["direction"])
        np.testing.assert_allclose(two["radiance"], 2 * one["radiance"], rtol=1e-5)
        assert one["radiance"].max() > 0, "it shines nowhere"

    def test_the_planner_s_points_lie_on_it(self) -> None:
        """From the place that the camera looks at, each point of ``points()`` is met by a ray towards it."""
        emitter = self.emitter()
        import mitsuba as mi

        points = self.light.points()
        assert points.ndim == 2
        assert points.shape[1] == 3
        span = self.pose.apply(points)
        far = np.linalg.norm(span, axis=1)
        ray = mi.Vector3f((span.T / far).astype(np.float32))
        distance, density = (np.array(one) for one in emitter.met(mi.Point3f(0, 0, 0), ray))
        assert (density > 0).all(), f"{int((density <= 0).sum())} of {len(points)} points are not on the light"
        np.testing.assert_allclose(distance, far, rtol=5e-3)

    def test_it_reaches_no_farther_than_it_says(self) -> None:
        """No chosen place is farther from the axis than ``outer_radius_mm``, by which clearance is kept."""
        found = self.chosen()
        place = np.array([0.5, 0.3, 0.2]) + (found["direction"] * found["distance"]).T
        local = self.pose.inverse().apply(place)
        away = float(np.hypot(local[:, 0], local[:, 1]).max())
        assert away <= self.light.outer_radius_mm * 1.001 + 1e-3, f"{away:.4g} mm, stated {self.light.outer_radius_mm}"

    def test_a_mirror_that_throws_it_into_the_lens_is_bright_in_the_plan(self) -> None:
        """A plate that mirrors one of its points is in bright field; one that mirrors what is behind it is not."""
        target = np.array([0.0, 0.0, self.camera.working_distance_mm])
        points = self.light.points()
        for number in (0, len(points) // 2):
            towards = points[number] - target
            normal = towards / np.linalg.norm(towards) - target / np.linalg.norm(target)
            assert self._is_bright(normal, target), f"point {number} is mirrored and not found bright"
        steep = np.deg2rad(80.0)
        away = np.array([0.0, np.sin(steep), -np.cos(steep)])
        assert not self._is_bright(away, target), "a mirror that shows what is behind the part is found bright"

    def _is_bright(self, normal: np.ndarray, target: np.ndarray) -> bool:
        """Say whether the middle of a plate that stands so in the camera's frame is seen in bright field."""
        world_from_target = orthonormal(normal).T
        return self._seen(Pose(world_from_target, -world_from_target @ target))

    def _seen(self, pose: Pose) -> bool:
        from blemish.engine.rays import RayCaster

        plate = bars([np.array([[-3.0, -2.0], [3.0, -2.0], [3.0, 0.0], [-3.0, 0.0]])], 3.0)
        samples = sample_surface(plate, 1.0, ("*",), 0)
        planning = Planning(max_angle_deg=85.0, min_px_per_mm=0.0, max_blur_px=1e3, border_px=0, lobe_deg=4.0)
        caster = RayCaster(plate.vertices_mm, plate.triangles)
        found: Visibility = see(samples, Candidates.of([pose]), self.camera, self.light, planning, caster=caster)
        middle = np.linalg.norm(samples.positions_mm, axis=1).argmin()
        bright = np.unpackbits(found.bright[0], count=found.num_samples).view(bool)
        return bool(found.sees(0)[middle] and bright[middle])
