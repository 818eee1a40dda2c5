"""The specimens of a dataset as meshes to be looked at: grey metal, each defect in its own colour."""

from __future__ import annotations

from pathlib import Path

from blemish.dataset import ply
from blemish.dataset.atomic import storing
from blemish.errors import DatasetError


def write_meshes(root: Path, folder: Path) -> int:
    """Write ``SPECIMEN.ply`` into a folder for every specimen of a dataset that has its geometry; give how many."""
    written = 0
    with storing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted((root / "specimens").glob("*/part.ply")):
            geometry = geometry_of(root, path.parent.name)
            (folder / f"{path.parent.name}.ply").write_bytes(ply.pack_coloured(geometry))
            written += 1
    return written


def geometry_of(root: Path, specimen: str) -> ply.Geometry:
    """Read the mesh of one specimen of a dataset."""
    path = root / "specimens" / specimen / "part.ply"
    try:
        return ply.unpack(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path}: {error}; make the dataset again to repair it") from None
