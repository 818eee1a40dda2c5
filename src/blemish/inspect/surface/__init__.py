"""All views together on the part: evidence by patch of its surface, defects as objects, and where what would be found.

:mod:`patches` divides the surface (:mod:`cells` makes that fast), :mod:`backproject` brings each view onto it, whose
geometry :mod:`buffers` finds, :mod:`calibrate` measures how far a view may be believed, :mod:`fuse` brings views
together and :mod:`fused` says what that is worth; :mod:`on_part` lists what is called. :mod:`effective` maps how surely
a defect of a size is found, and :mod:`thin` where too few were tried. :mod:`marked` takes the truth from the marks of
photographs.
"""
