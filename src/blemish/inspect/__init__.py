"""What a model can really inspect: how surely it finds what is how large, seen from all views, on the whole part.

:mod:`predictions` keeps what the model thinks of every pixel. :mod:`sightings` lists every defect in every view;
:mod:`hit_miss` and :mod:`signal_response` fit the probability of detection to them (:mod:`detection`). :mod:`patches`
divides the surface, :mod:`backproject` and :mod:`fuse` bring all views together on it, :mod:`on_part` calls defects
there. :mod:`effective` says where on the part which size is found how surely. It works from datasets on disk alone.
"""
