"""What all views together say of each patch.

==========  ==================================================================================
``max``     the largest l of its views: whoever is surest decides
``mean``    sum w l / sum w: all views, each as far as it is trusted (:mod:`backproject`)
``bayes``   g sum L: likelihood ratios as measured, tempered (:mod:`calibrate`)
==========  ==================================================================================

Views are taken one after the other, so memory is that of the patches; their order does not matter. With a single view
each says what that view says: l, l and g L.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blemish.arrays import PerPoint
from blemish.errors import RequestError
from blemish.inspect.surface.backproject import ViewEvidence
from blemish.inspect.surface.fusing import Fusion

if TYPE_CHECKING:
    from blemish.inspect.surface.calibrate import Calibration


@dataclass(frozen=True, eq=False)
class Evidence:
    """Evidence of a defect on each patch of one specimen."""

    how: Fusion
    log_odds: PerPoint
    """Larger is more likely a defect; NaN where no view looks, (n,)."""
    views_seen: np.ndarray
    """How many views look at each patch, int32 (n,)."""

    def called(self, threshold: float) -> np.ndarray:
        """Give which patches are called a defect, bool (n,); one that no view sees is not."""
        return np.nan_to_num(self.log_odds, nan=-np.inf) >= threshold


def fuse(
    views: Iterable[ViewEvidence], how: Fusion, num_patches: int, calibration: Calibration | None = None
) -> Evidence:
    """Fuse the views of a specimen; ``bayes`` needs what :func:`~.calibrate.calibrate` measured."""
    if how == "bayes" and calibration is None:
        raise RequestError("fusing by bayes needs the rates of views: calibrate them on the validation set first")
    seen = np.zeros(num_patches, dtype=np.int32)
    total = np.full(num_patches, -np.inf) if how == "max" else np.zeros(num_patches)
    weight = np.zeros(num_patches)
    for view in views:
        seen[view.patch] += 1
        if how == "max":
            total[view.patch] = np.maximum(total[view.patch], view.log_odds)
        elif how == "mean":
            trust = view.weight.astype(np.float64)
            total[view.patch] += trust * view.log_odds
            weight[view.patch] += trust
        else:
            assert calibration is not None
            total[view.patch] += calibration.exponent * calibration.ratio(view)
    if how == "mean":
        total = np.divide(total, weight, out=total, where=weight > 0)
    return Evidence(how, np.where(seen > 0, total, np.nan), seen)


def own_evidence(view: ViewEvidence, how: Fusion, calibration: Calibration | None = None) -> PerPoint:
    """Give what one view says of the patches that it sees, in the measure of a fusion, (k,)."""
    if how != "bayes":
        return view.log_odds
    assert calibration is not None
    return calibration.exponent * calibration.ratio(view)
