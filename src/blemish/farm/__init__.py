"""Many frames are a map of a pure task over a list: here, in processes that are replaced, or on the workers of Dask.

A task may not depend on what ran before it; the farm gives no promise about order, and results do not need one. What
all tasks share (the *job*) is sent to each worker once; workers need no file of the one who asks.
"""

from blemish.farm.crew import Crew, Farm, open_farm, reach

__all__ = ["Crew", "Farm", "open_farm", "reach"]
