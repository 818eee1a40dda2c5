"""blemish: from the CAD model of a metal part to a labelled dataset, and from that to an inspection model."""

__version__ = "0.1.0"
