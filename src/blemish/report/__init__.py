"""The report: one HTML file about a run, with every picture inside it, that opens anywhere.

:mod:`figures` draws, :mod:`splat` draws parts, :mod:`write` gathers what lies in the run folder and fills the page.
"""

from blemish.report.write import write_report

__all__ = ["write_report"]
