"""Inspection planning: from a part, a camera and a ring light to the viewpoints that see it all.

Samples are spread over the surface, candidates around the part, rays tell which candidate inspects which sample, and a
cover takes the few that together see everything. ``plan.json`` keeps the result.
"""

from blemish.plan.camera import Camera
from blemish.plan.files import read_plan, write_plan
from blemish.plan.light import RingLight
from blemish.plan.make import make_plan
from blemish.plan.model import Plan, Viewpoint
from blemish.plan.planning import Planning

__all__ = ["Camera", "Plan", "Planning", "RingLight", "Viewpoint", "make_plan", "read_plan", "write_plan"]
