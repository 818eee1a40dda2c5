"""The command line: one verb a file, each imported only when it is asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import cyclopts

VERBS = {
    "new": "Make a study folder with a commented study.toml.",
    "check": "Tell every mistake in a study, and what it would cost in frames, disk and time.",
    "plan": "Find the viewpoints that cover the part, and print the coverage.",
    "view": "See the plan in the browser; move, add and delete views.",
    "make": "Make the dataset; run it again to go on where it stopped.",
    "verify": "Prove that a dataset on disk is what its format promises.",
    "import": "Bring foreign or annotated photographs into a dataset.",
    "stats": "Count and measure a dataset; set two side by side.",
    "fit": "Set finish, light and exposure of a study from photographs of correct surface.",
    "annotate": "Draw defects on photographs in the browser.",
    "export": "Give a dataset out in a foreign format: COCO, YOLO, MVTec AD ...",
    "train": "Train or fine-tune a network on a dataset, and choose its threshold.",
    "tune": "Train with every pair of learning rate and weight decay; tell the best.",
    "evaluate": "Measure a trained network on a dataset.",
    "inspect": "Measure what the network really finds: by size, on the part, with all views together.",
    "compare": "Fill a transfer table: sources by networks, tested on one target.",
    "deploy": "Write a trained network as an ONNX file for machines without torch.",
    "predict": "Mark the defects on photographs.",
    "report": "Write one HTML file about a run.",
    "run": "All of it: plan, make, train, evaluate, inspect, report.",
    "schema": "Print the JSON Schema of a study, for editors.",
    "doctor": "Say what is installed, what is missing, and the cure.",
}


def app() -> cyclopts.App:
    """Give the command line with all its verbs, none of them imported yet."""
    import cyclopts

    from blemish import __version__

    found = cyclopts.App(
        name="blemish",
        version=__version__,
        help="Synthetic data and inspection models for machined metal parts, from a CAD file.",
        help_format="plaintext",  # rendering Markdown takes as long to load as all the rest
        suppress_keyboard_interrupt=False,  # we have something to say
    )
    for verb, meaning in VERBS.items():
        module = f"{verb}_" if verb == "import" else verb
        found.command(f"blemish.cli.{module}:{module}", name=verb, help=meaning, help_format="markdown")
    found.command(
        "blemish.cli.completion:install_completion",
        name="--install-completion",
        help="Teach your shell (bash, zsh, fish, PowerShell) to complete verbs, options and files.",
    )
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command line and leave with 0 (done), 1 (the work failed) or 2 (the request was wrong)."""
    import cyclopts

    from blemish.errors import BlemishError

    try:
        app()(arguments, exit_on_error=False)
    except cyclopts.CycloptsError:
        sys.exit(2)  # cyclopts has said what was wrong
    except BlemishError as error:
        print(f"blemish: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        from blemish.extras import what_is_missing

        told = what_is_missing(str(error.name).partition(".")[0])
        if not told:
            raise
        print(f"blemish: {told}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        # Whoever read what was printed (`| head`) has read enough; nothing is left to be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (OSError, MemoryError, RuntimeError) as error:
        told = _of_the_machine(error)
        if not told:
            raise
        print(f"blemish: {told}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print(
            "\nblemish: stopped. Finished frames and epochs are kept; the same command goes on from them.",
            file=sys.stderr,
        )
        sys.exit(130)


def _of_the_machine(error: Exception) -> str:
    """Say what the machine lacks, where an error tells that it does: disk, memory, a permission; else nothing."""
    from blemish.disk import cure_of
    from blemish.errors import ran_out_of_memory

    if isinstance(error, OSError):
        cure = cure_of(error)
        return f"{error.filename or 'the disk'}: {error.strerror}: {cure}" if cure else ""
    if ran_out_of_memory(error):
        return (
            f"memory ran out ({str(error)[:200] or 'more was refused'}); what is finished is kept: run the same "
            "command again with fewer workers, smaller images or crops, or on a machine with more memory"
        )
    return ""
