"""What photographs with poses show of the part, by CAD and plan: the geometry that rendered frames bring with them.

A photograph knows where its camera stood, not what each of its pixels saw. The part as designed, seen from there, tells
it; defects are missing from these maps, as nobody has measured them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from blemish.dataset import ply
from blemish.dataset.atomic import replace_file, workplace
from blemish.dataset.index import FrameEntry
from blemish.dataset.layers import write_geometry
from blemish.dataset.read import Dataset
from blemish.dataset.record import FrameRecord
from blemish.defects.specimen import Specimen
from blemish.disk import storing
from blemish.errors import RequestError, StudyError
from blemish.finish import Plain
from blemish.part.model import Part
from blemish.plan.camera import Camera
from blemish.plan.light import RingLight
from blemish.render import Rendering, build_scene
from blemish.settings import canonical, read
from blemish.work import mesh_of


def geometry_for(
    dataset: Dataset,
    part: Part,
    folder: Path,
    frames: Sequence[FrameEntry] | None = None,
    advance: Callable[[int, int, str], None] = lambda _done, _total, _note: None,
) -> Path:
    """Render what each frame of a dataset with poses sees of the part; give the folder.

    Writes ``part.ply``, the part as designed, and ``<specimen>/<view>/geometry.exr`` as FORMAT.md has it. What is there
    for the same part, camera and pose is kept. Costs a second or two a frame of five megapixels, most of it writing.
    Raises :class:`RequestError` for frames without pose or camera, and for another part than the photographs show.
    """
    listed = list(dataset.frames if frames is None else frames)
    records = [dataset.record(frame) for frame in listed]
    cameras = _cameras(dataset, part, records)
    from blemish.render.geometry import geometry
    from blemish.render.view import look

    specimen, bare = Specimen.of(part), {region.name: Plain() for region in part.regions}
    scene = None
    with storing(folder):
        replace_file(folder, folder / "part.ply", ply.pack(mesh_of(part, specimen)))
        for number, (record, camera) in enumerate(zip(records, cameras, strict=True), start=1):
            digest = _digest(part, record, camera)
            place = folder / record.name
            if not _has(place, digest):
                scene = build_scene(specimen, part, bare, "aluminium", RingLight()) if scene is None else scene
                assert record.pose is not None
                view = look(scene, camera, record.pose, Rendering())
                with workplace(folder) as made:
                    write_geometry(made / "geometry.exr", geometry(scene, view, camera))
                    place.mkdir(parents=True, exist_ok=True)
                    (made / "geometry.exr").replace(place / "geometry.exr")
                replace_file(folder, place / "made.txt", digest.encode())
            advance(number, len(records), record.name)
    return folder


def _cameras(dataset: Dataset, part: Part, records: Sequence[FrameRecord]) -> list[Camera]:
    """Read every frame's camera; one error tells all frames that cannot be put on this part."""
    mistakes, cameras = [], []
    blind = [record.name for record in records if record.pose is None or record.camera is None]
    if blind:
        mistakes.append(
            f"{len(blind)} of {len(records)} frames have no pose or no camera, first {blind[0]}: import them with the "
            "plan and a table of poses (`blemish import ... --poses TABLE`)"
        )
    digests = {name: dataset.specimen(name).part_digest for name in sorted({record.specimen for record in records})}
    others = [name for name, digest in digests.items() if digest and digest != part.digest]
    if others:
        mistakes.append(
            f"{len(others)} of {len(digests)} specimens, first {others[0]}, are of another part than {part.name} "
            f"(digest {str(digests[others[0]])[:12]} instead of {part.digest[:12]}), or it is read with other "
            "tolerances now: name the study that their plan was made by"
        )
    for record in records:
        try:
            cameras.append(read(Camera, record.camera or {}, f"{record.name}: its camera"))
        except StudyError as error:
            mistakes.append(str(error))
            continue
        size = (cameras[-1].width_px, cameras[-1].height_px)
        if record.camera is not None and size != (record.width_px, record.height_px):
            mistakes.append(
                f"{record.name}: has {record.width_px} x {record.height_px} pixels, its camera takes {size[0]} x "
                f"{size[1]}: import the photographs again with the plan that they were taken by"
            )
    if mistakes:
        shown = [*mistakes[:10], *([f"and {len(mistakes) - 10} more"] if len(mistakes) > 10 else [])]
        raise RequestError(f"{dataset.root}: its frames cannot be put on the part\n  " + "\n  ".join(shown))
    return cameras


def _digest(part: Part, record: FrameRecord, camera: Camera) -> str:
    told = canonical({"part": part.digest, "camera": camera, "pose": record.world_from_camera})
    return hashlib.sha256(told.encode()).hexdigest()


def _has(place: Path, digest: str) -> bool:
    try:
        return (place / "geometry.exr").is_file() and (place / "made.txt").read_text() == digest
    except OSError:
        return False
