"""Probability of detection: how surely one look finds a defect, by its size (MIL-HDBK-1823A).

:mod:`hit_miss` and :mod:`signal_response` fit a curve (:mod:`detection`) to records, with bounds by likelihood ratio
(:mod:`likelihood`, :mod:`curve`) that allow for defects seen in several views; :mod:`goodness` and :mod:`scatter`
refuse one that the records do not support. :mod:`curves` fits all that a set of sightings supports, :mod:`sensing` a
regression on size, angle and resolution, and :mod:`false_calls` counts what is called in vain.
"""
