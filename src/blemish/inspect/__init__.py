"""What a model can really inspect: how surely it finds what is how large, seen from all views, on the whole part.

:mod:`predictions` keeps what the model thinks of every pixel, :mod:`sighted` lists every defect in every view, and
:mod:`loss` says where recall is lost. :mod:`pod` fits the probability of detection; :mod:`surface` brings all views
together on the part and maps what would be found there. :mod:`looking` and :mod:`concluding` do all of it, and
:mod:`inspection` is what they say. It works from datasets on disk alone.
"""
