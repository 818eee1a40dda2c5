"""The engine room: it finds LLVM or a GPU, starts Mitsuba, turns meshes into ray-traceable ones and casts rays.

Nothing here knows of parts or defects. Mitsuba and Dr.Jit are imported by :func:`start`, never before: the library
that Dr.Jit compiles with must be chosen first, because a wrong one takes the whole process down.
"""

from blemish.engine.memory import aligned, give_back
from blemish.engine.mesh import split_corners, to_mitsuba, to_ray_scene
from blemish.engine.rays import RayCaster
from blemish.engine.variant import facts, start

__all__ = ["RayCaster", "aligned", "facts", "give_back", "split_corners", "start", "to_mitsuba", "to_ray_scene"]
