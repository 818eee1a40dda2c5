"""The render room: a specimen becomes a scene once, and a frame (image, mask, visible areas) for each viewpoint.

Image and mask come from the same rays, so the label is what was rendered. Settings: :class:`Rendering` says how exactly
frames are computed, :class:`Sensor` what the camera makes of the light.
"""

from blemish.render.frame import Frame, shoot
from blemish.render.rendering import Rendering
from blemish.render.scene import Scene, build_scene
from blemish.render.sensor import Sensor, expose

__all__ = ["Frame", "Rendering", "Scene", "Sensor", "build_scene", "expose", "shoot"]
