"""The viewer: a plan seen, tried out and corrected in the browser.

What a state shows and what an edit does is worked out in :mod:`.draft`, :mod:`.colours` and :mod:`.session`, without a
browser; :mod:`.window` draws it with viser.
"""

from blemish.viewer.draft import Bench, Draft, open_draft
from blemish.viewer.session import Session, open_session

__all__ = ["Bench", "Draft", "Session", "open_draft", "open_session"]
