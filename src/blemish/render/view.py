"""A view: the camera at its place with its light, and the rays that its pixels send out.

**Lens.** A pinhole sends each ray from the lens's centre. A thin lens sends it from a random place on its aperture, of
radius f / 2N, to where the centre's ray meets the plane in focus: what lies off that plane is blurred by just the
circle that :meth:`~blemish.plan.camera.Camera.blur_px` states.

**Distortion.** Pixels are where the real lens puts them; a ray leaves in the direction that the ideal lens would see
there. Brown and Conrady's polynomial is inverted by a fixed-point iteration, which for the lenses of inspection (a few
percent at the corner) is exact to 1e-6 after eight steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import drjit as dr
import mitsuba as mi
import numpy as np

from blemish.frames import Pose
from blemish.plan.camera import Camera
from blemish.render.emitters import Emitter, place
from blemish.render.rendering import Rendering
from blemish.render.sampler import PixelSampler

if TYPE_CHECKING:
    from blemish.render.scene import Scene

AT_PIXEL, AT_LENS = 0, 63
"""What the sampler's pairs are for: the place in the pixel and on the aperture; light takes the numbers between."""
STEPS = 8


@dataclass(frozen=True)
class View:
    """A camera at its place with its light, as data to the compiled code."""

    right: Any
    down: Any
    forward: Any
    eye: Any
    focal_px: Any
    width_px: Any
    height_px: Any
    focus_mm: Any
    aperture_mm: Any
    """Radius of the aperture; None is a pinhole."""
    distortion: Any
    """k1, k2, p1, p2, k3; None is a lens that draws straight lines straight."""
    sample_angle: Any
    """The angle across which one sample looks, in rad: that of a pixel over the square root of its samples."""
    light: Emitter
    ambient: Any


def look(scene: Scene, camera: Camera, world_from_camera: Pose, rendering: Rendering) -> View:
    """Put camera and light in place."""
    right, down, forward = (mi.Vector3f(*map(float, column)) for column in world_from_camera.rotation.T)
    eye = mi.Point3f(*map(float, world_from_camera.translation_mm))
    sizes = (mi.Float(camera.focal_length_px), mi.UInt32(camera.width_px), mi.UInt32(camera.height_px))
    focus = mi.Float(camera.working_distance_mm)
    aperture = mi.Float(camera.aperture_radius_mm) if rendering.depth_of_field else None
    distortion = [mi.Float(value) for value in camera.distortion] if any(camera.distortion) else None
    angle = mi.Float(sample_angle(camera, rendering))
    ambient = mi.Float(rendering.ambient_radiance)
    dr.make_opaque(right, down, forward, eye, sizes, focus, aperture, distortion, angle, ambient)
    light = place(scene.light, world_from_camera)
    return View(right, down, forward, eye, *sizes, focus, aperture, distortion, angle, light, ambient)


def sample_angle(camera: Camera, rendering: Rendering) -> float:
    """Give the angle across which one sample looks, in rad.

    The samples of a pixel are spread evenly over it, so each stands for its share of the pixel's area, and a finish is
    smoothed over that share only; the rest of the smoothing is the mean of the samples.
    """
    return float(1 / (camera.focal_length_px * rendering.samples_per_pixel**0.5))


def pixels_that_see(scene: Scene, view: View, camera: Camera) -> np.ndarray:
    """Give the numbers of all pixels that may see the part, in order, int64.

    One ray is cast through the centre of each pixel, and the pixels within two of a hit, and as much more as the hit
    may be blurred, are taken as well: what is missed is at most a splinter of the part thinner than a pixel and more
    than two pixels away from the rest.
    """
    import cv2

    pixel = dr.arange(mi.UInt32, camera.width_px * camera.height_px)
    ray = centre_ray(view, pixel)
    found = scene.world.ray_intersect_preliminary(ray, coherent=True)
    seen = found.is_valid().numpy().reshape(camera.height_px, camera.width_px)
    blur = 0
    if view.aperture_mm is not None and seen.any():
        depths = (found.t * dr.dot(ray.d, view.forward)).numpy()[seen.ravel()]
        blur = int(np.ceil(camera.blur_px(np.array([depths.min(), depths.max()])).max() / 2))
    around = np.ones((5 + 2 * blur, 5 + 2 * blur), np.uint8)
    return np.flatnonzero(cv2.dilate(seen.astype(np.uint8), around))


def centre_ray(view: View, pixel: Any) -> Any:
    """Send a ray from the lens's centre through the centre of each pixel."""
    x, y = _on_image_plane(view, pixel, mi.Point2f(0.5, 0.5))
    return mi.Ray3f(view.eye, dr.normalize(view.right * x + view.down * y + view.forward))


def camera_ray(view: View, sampler: PixelSampler) -> Any:
    """Send a ray for each sample, through its place in the pixel and on the aperture."""
    x, y = _on_image_plane(view, sampler.pixel, sampler.pair(AT_PIXEL))
    direction = view.right * x + view.down * y + view.forward
    if view.aperture_mm is None:
        return mi.Ray3f(view.eye, dr.normalize(direction))
    point = sampler.pair(AT_LENS)
    sine, cosine = dr.sincos(2 * dr.pi * point.x)
    radius = view.aperture_mm * dr.sqrt(point.y)
    begin = view.right * (radius * cosine) + view.down * (radius * sine)
    return mi.Ray3f(view.eye + begin, dr.normalize(direction * view.focus_mm - begin))


def _on_image_plane(view: View, pixel: Any, within: Any) -> tuple[Any, Any]:
    """Give the slopes of the direction that the ideal lens would see at a place within each pixel."""
    row = pixel // view.width_px
    column = pixel - row * view.width_px
    seen_x = (mi.Float(column) + within.x - mi.Float(view.width_px) / 2) / view.focal_px
    seen_y = (mi.Float(row) + within.y - mi.Float(view.height_px) / 2) / view.focal_px
    if view.distortion is None:
        return seen_x, seen_y
    k1, k2, p1, p2, k3 = view.distortion
    x, y = seen_x, seen_y
    for _ in range(STEPS):
        r2 = x * x + y * y
        radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
        x, y = (
            (seen_x - 2 * p1 * x * y - p2 * (r2 + 2 * x * x)) / radial,
            (seen_y - p1 * (r2 + 2 * y * y) - 2 * p2 * x * y) / radial,
        )
    return x, y
