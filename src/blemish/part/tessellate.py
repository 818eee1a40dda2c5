"""The child process that runs the CAD kernel: ``python -m blemish.part.tessellate FILE FOLDER LINEAR_MM ANGULAR_DEG``.

The kernel may crash or hang on a bad file; in a process of its own it takes nobody with it. It writes ``faces.glb``
and, for a file with coloured faces, ``colours.glb`` into the folder: with colours the kernel's exporter splits a body
by colour and keeps the B-rep data of the first colour only, so that a second reading without the colours is needed.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

UNREADABLE = 3
"""Exit code: the kernel made nothing of the file."""


def main(arguments: list[str]) -> int:
    """Read one STEP file; give the exit code."""
    import cascadio

    file, folder, linear_mm, angular_deg = arguments
    step = Path(file).read_bytes()
    options = {"tol_linear": float(linear_mm), "tol_angular": math.radians(float(angular_deg)), "include_brep": True}
    styled = b"STYLED_ITEM" in step
    # An entity of an unknown name is skipped by the kernel; its length stays, so nothing else in the file moves.
    plain = step.replace(b"STYLED_ITEM", b"STYLED_NONE") if styled else step
    faces = cascadio.load(plain, "step", **options)
    if not faces:
        return UNREADABLE
    (Path(folder) / "faces.glb").write_bytes(faces)
    if styled:
        (Path(folder) / "colours.glb").write_bytes(cascadio.load(step, "step", **options))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
