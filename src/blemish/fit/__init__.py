"""The fit room: finish, light, exposure and sensor of a study, set from photographs of correct surface.

:func:`read_photographs` takes them in and holds a part of the groups back; :func:`fit` searches what the study leaves
open (its knobs) until renders look like the rest; :func:`rewritten` gives the study's text with what was found, centre
and spread, in the place of what stood there.
"""

from blemish.fit.fitting import Fitted, fit
from blemish.fit.photographs import Photographs, read_photographs
from blemish.fit.rewrite import rewritten

__all__ = ["Fitted", "Photographs", "fit", "read_photographs", "rewritten"]
