"""Many frames are a map of a pure task over a list: here in this process, or in several that are recycled.

A task may not depend on what ran before it; the farm gives no promise about order, and results do not need one.
"""

from blemish.farm.pool import spread

__all__ = ["spread"]
