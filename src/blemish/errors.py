"""Everything that can go wrong, as one tree.

::

    BlemishError
    |-- RequestError        what was asked for cannot be done as asked      exit code 2
    |   |-- StudyError      a study file: unknown keys, wrong values, contradictions
    |   |-- PartError       a CAD or mesh file: missing, unreadable, no solid, implausible size
    |   |-- PlanError       no admissible viewpoint, a plan of another part
    |   |-- DefectError     a defect that does not fit where it was asked for
    |   |-- FinishError     a finish that its region cannot carry
    |   |-- ForeignDataError    images, masks or annotations that come from elsewhere
    |   |-- PluginError     a kind that no package offers, or that cannot be used as it is offered
    |   `-- DetectionError    records that support no curve of detection
    `-- WorkError           the request was right, the work failed          exit code 1
        |-- EngineError     no usable LLVM or GPU, the renderer gave up
        |-- StorageError    a folder that cannot be written, a disk that is full
        |-- DatasetError    a dataset that is not what its format promises
        `-- CheckpointError a model file that is damaged, of another version or not ours

A message says what was wrong, what came, where, and what to do. Anything that is not in this tree is our own bug and
keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(wrong: object, known: Iterable[object], otherwise: str = "there are") -> str:
    """Give the hint that a message about an unknown name ends with: the nearest known name, or all that there are."""
    import difflib

    names = [str(name) for name in known]
    near = difflib.get_close_matches(str(wrong), names, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    return f"{otherwise} {', '.join(names)}" if names else f"{otherwise} none"


def ran_out_of_memory(error: BaseException) -> bool:
    """Say whether an error tells that memory ran out; torch and the renderer tell it in words only."""
    told = isinstance(error, RuntimeError) and (
        "allocate memory" in str(error) or "out of memory" in str(error).lower()
    )
    return told or isinstance(error, MemoryError)


class BlemishError(Exception):
    """What went wrong, in words for the person who asked; ``exit_code`` is what the command line returns."""

    exit_code = 1


class RequestError(BlemishError):
    """What was asked for cannot be done as asked; changing the request is the cure."""

    exit_code = 2


class StudyError(RequestError):
    """A study file is wrong; ``mistakes`` holds every one of them, not only the first."""

    def __init__(self, where: str, mistakes: Iterable[str]) -> None:
        self.where = where
        self.mistakes = tuple(mistakes)
        count = len(self.mistakes)
        head = f"{where}: {count} mistake{'s' if count != 1 else ''}"
        super().__init__("\n".join([head, *(f"  {mistake}" for mistake in self.mistakes)]))

    def __reduce__(self) -> tuple[type[StudyError], tuple[str, tuple[str, ...]]]:
        return (type(self), (self.where, self.mistakes))


class PartError(RequestError):
    """A CAD or mesh file cannot be used as a part."""


class PlanError(RequestError):
    """No plan can be made, or the plan at hand belongs to another part."""


class DefectError(RequestError):
    """A defect does not fit where it was asked for."""


class FinishError(RequestError):
    """A finish cannot be laid on the region that it was given to."""


class ForeignDataError(RequestError):
    """Images, masks or annotations from elsewhere cannot be taken in."""


class PluginError(RequestError):
    """A kind was named that no package offers, that two offer, or that cannot be loaded."""


class DetectionError(RequestError):
    """Records from which no probability of detection can be told: too few, one-sided, or against the curve."""


class WorkError(BlemishError):
    """The request was right and the work failed."""


class EngineError(WorkError):
    """The renderer cannot start or gave up."""


class StorageError(WorkError):
    """Results cannot be written: no permission, no space, no folder."""


class DatasetError(WorkError):
    """A dataset on disk is not what its format promises."""


class CheckpointError(WorkError):
    """A model file is damaged, of another version, or not ours."""
