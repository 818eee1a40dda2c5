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
UNWRITABLE = 4
"""Exit code: what it made could not be written."""
UNAFFORDABLE = 5
"""Exit code: it asked for more memory than it may have, or made more triangles than can be kept."""
MOST_MEMORY_BYTES = 16 << 30
"""Of address space, of which the kernel itself takes a twentieth."""
MOST_GLB_BYTES = 1 << 30
"""Some thirty million triangles."""


def main(arguments: list[str]) -> int:
    """Read one STEP file; give the exit code."""
    _limit_memory()
    # cascadio offers itself to trimesh when it can; nothing here needs that, and importing trimesh takes a second.
    sys.modules["trimesh"] = None  # type: ignore[assignment]
    import cascadio

    file, folder, linear_mm, angular_deg = arguments
    step = Path(file).read_bytes()
    tolerances = {"tol_linear": float(linear_mm), "tol_angular": math.radians(float(angular_deg))}
    styled = b"STYLED_ITEM" in step
    # The kernel skips entities of unknown names; the new name is as long as the old, so nothing else moves.
    plain = step.replace(b"STYLED_ITEM", b"STYLED_NONE") if styled else step
    try:
        results = {"faces.glb": cascadio.load(plain, "step", include_brep=True, **tolerances)}
        if styled:
            results["colours.glb"] = cascadio.load(step, "step", **tolerances)
    except MemoryError:
        return UNAFFORDABLE
    if not all(results.values()):
        return UNREADABLE
    if max(map(len, results.values())) > MOST_GLB_BYTES:
        return UNAFFORDABLE
    try:
        for name, glb in results.items():
            (Path(folder) / name).write_bytes(glb)
    except OSError as error:
        print(error, file=sys.stderr)
        return UNWRITABLE
    return 0


def _limit_memory() -> None:
    """Keep a hostile file from taking the machine's memory; where the system knows no such limit, there is none."""
    try:
        import resource
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    allowed = MOST_MEMORY_BYTES if most == resource.RLIM_INFINITY else min(MOST_MEMORY_BYTES, most)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
