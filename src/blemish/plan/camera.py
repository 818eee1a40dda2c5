"""The camera, from the two data sheets that come with it: the sensor's and the lens's."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Interval

from blemish.arrays import MOST_PIXELS, Points, Rotation
from blemish.settings import Fraction, Positive, settings

Side = Annotated[int, Interval(ge=1, le=65_535)]


@settings
class Camera:
    """A grey matrix camera behind a pinhole: sensor, lens and the distance it is focused at.

    With pixel pitch p, focal length f and focus distance d (from the lens's principal plane), the thin lens law puts
    the image at b = f d / (d - f) behind the lens, and a pixel sees p d / b millimetres of the part.
    """

    width_px: Side = 1224
    """Image width."""
    height_px: Side = 1024
    """Image height."""
    pixel_pitch_um: Positive = 6.9
    """Distance between pixel centres on the sensor (after binning, if the camera bins)."""
    focal_length_mm: Positive = 35.0
    """Focal length, as engraved on the lens."""
    working_distance_mm: Positive = 200.0
    """From the lens's principal plane to the plane in focus."""
    f_number: Positive = 11.0
    """Focal length over the diameter of the aperture: how the lens's ring is set."""
    closest_focus_mm: Positive | None = None
    """The shortest working distance that the lens can be focused at, from its data sheet, if that is known."""
    distortion: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    """k1, k2, p1, p2, k3 of Brown and Conrady, in OpenCV's order, as a calibration gives them."""
    vignetting: Fraction = 0.0
    """Share of the light that is lost at the corner, growing with the square of the distance from the middle."""

    def __post_init__(self) -> None:
        if self.width_px * self.height_px > MOST_PIXELS:
            raise ValueError(
                f"{self.width_px} x {self.height_px} px: no frame has more than {MOST_PIXELS >> 20} million pixels"
            )
        if self.closest_focus_mm is not None and self.working_distance_mm < self.closest_focus_mm:
            raise ValueError(
                f"the lens cannot be focused nearer than {self.closest_focus_mm} mm (closest_focus_mm), "
                f"so not at a working distance of {self.working_distance_mm} mm"
            )
        if self.working_distance_mm <= self.focal_length_mm:
            raise ValueError(
                f"a lens of {self.focal_length_mm} mm cannot focus at {self.working_distance_mm} mm: "
                "the working distance must exceed the focal length"
            )

        if np.any(self._radial_growth() <= 0):
            raise ValueError(
                f"a distortion of {self.distortion} folds the image over within its own corners: check the order "
                "(k1, k2, p1, p2, k3) and that it was calibrated for this lens"
            )

    def _radial_growth(self) -> np.ndarray:
        """How fast the distorted radius grows with the true one, from the middle to the corner."""
        corner = np.hypot(self.width_px, self.height_px) / 2 / self.focal_length_px
        r2 = np.linspace(0, corner, 50) ** 2
        k1, k2, _, _, k3 = self.distortion
        return 1 + r2 * (3 * k1 + r2 * (5 * k2 + r2 * 7 * k3))

    @property
    def aperture_radius_mm(self) -> float:
        """Half the diameter of the aperture, f / 2N."""
        return self.focal_length_mm / self.f_number / 2

    def illumination(self) -> np.ndarray:
        """Give the relative illumination of the image, float32 (height, width): 1 in the middle."""
        x = (np.arange(self.width_px) + 0.5 - self.width_px / 2) / (np.hypot(self.width_px, self.height_px) / 2)
        y = (np.arange(self.height_px) + 0.5 - self.height_px / 2) / (np.hypot(self.width_px, self.height_px) / 2)
        return (1 - self.vignetting * (x[None, :] ** 2 + y[:, None] ** 2)).astype(np.float32)

    @property
    def image_distance_mm(self) -> float:
        """The distance b of the image behind the lens: 1/f = 1/d + 1/b."""
        return self.focal_length_mm * self.working_distance_mm / (self.working_distance_mm - self.focal_length_mm)

    @property
    def focal_length_px(self) -> float:
        """The image distance in pixels: what computer vision calls the focal length."""
        return self.image_distance_mm / (self.pixel_pitch_um * 1e-3)

    @property
    def mm_per_px(self) -> float:
        """What one pixel sees of a surface that is in focus and faces the camera."""
        return self.working_distance_mm / self.focal_length_px

    @property
    def field_of_view_mm(self) -> tuple[float, float]:
        """Width and height of the plane in focus that the image shows."""
        return self.width_px * self.mm_per_px, self.height_px * self.mm_per_px

    def blur_px(self, depth_mm: np.ndarray) -> np.ndarray:
        """Give the diameter in pixels of the blur circle of points at these depths along the optical axis, any shape.

        With aperture A = f / N, image distance b and focus distance d, a point at depth z is smeared over a circle of
        diameter ``c = A b |1/z - 1/d|`` on the sensor: the sensor stands at b, the point's image elsewhere.
        """
        aperture_mm = self.focal_length_mm / self.f_number
        defocus = np.abs(1 / depth_mm - 1 / self.working_distance_mm)
        return aperture_mm * self.image_distance_mm * defocus / (self.pixel_pitch_um * 1e-3)

    def sharp_depths_mm(self, max_blur_px: float) -> tuple[float, float]:
        """Give the nearest and the farthest depth whose blur circle is within ``max_blur_px``; far may be infinite."""
        aperture_mm = self.focal_length_mm / self.f_number
        tolerance = max_blur_px * self.pixel_pitch_um * 1e-3 / (aperture_mm * self.image_distance_mm)
        near, far = 1 / self.working_distance_mm + tolerance, 1 / self.working_distance_mm - tolerance
        return 1 / near, 1 / far if far > 0 else float("inf")

    @property
    def matrix(self) -> Rotation:
        """The intrinsic matrix K, (3, 3), pixels, for pixel centres at +0.5."""
        f = self.focal_length_px
        return np.array([[f, 0, self.width_px / 2], [0, f, self.height_px / 2], [0, 0, 1.0]])

    def project(self, points_camera: Points) -> np.ndarray:
        """Project points of the camera's frame (n, 3) to pixels (n, 2); they must lie in front, z > 0."""
        x, y = (points_camera[:, :2] / points_camera[:, 2:]).T
        k1, k2, p1, p2, k3 = self.distortion
        r2 = x * x + y * y
        radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
        seen_x = x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x)
        seen_y = y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y
        return np.stack([seen_x, seen_y], axis=1) * self.focal_length_px + [self.width_px / 2, self.height_px / 2]
