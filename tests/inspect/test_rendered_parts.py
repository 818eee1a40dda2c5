"""From rendered frames to defects on the part, and the geometry of photographs, which nobody rendered."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from blemish.arrays import Scores
from blemish.dataset import Dataset, open_dataset
from blemish.dataset.index import FrameEntry, Frames
from blemish.dataset.layers import read_geometry
from blemish.dataset.split import SplitRule
from blemish.errors import RequestError
from blemish.exchange import bring_in
from blemish.inspect.concluding import conclude
from blemish.inspect.inspecting import Inspecting
from blemish.inspect.looking import look
from blemish.inspect.stored import read_surface
from blemish.inspect.surface.buffers import Buffers, nominal_patches
from blemish.inspect.surface.calibrate import calibrate
from blemish.inspect.surface.fused import compare_fusions, judge
from blemish.inspect.surface.fusing import Fusing
from blemish.learn.checkpoint import Model
from blemish.learn.protocol import Protocol
from blemish.learn.threshold import Threshold
from blemish.part import Part
from blemish.seen import geometry_for
from blemish.study import load_part, make_dataset, read_study

STUDY = """
name = "parts"
seed = 5

[part]
file = "builtin:clutch"
linear_tolerance_mm = 0.05

[camera]
width_px = 240
height_px = 200
pixel_pitch_um = 36.0

[plan]
sample_spacing_mm = 3.0
min_px_per_mm = 1.0
max_views = 3

[specimens]
correct = 1
defective = 2

[[defects]]
kind = "dent"
per_specimen = 16
diameter_mm = { uniform = [2.0, 3.0] }
depth_mm = 0.2

[[finishes]]
kind = "plain"
regions = ["*"]

[render]
samples_per_pixel = 2
noise_share = 0.0
visibility = false
geometry = true

[split]
shares = { train = 1, val = 1, test = 1 }
stratified = false
"""


@dataclass(frozen=True)
class Told:
    """What the mask says, a little unsure of itself, in place of a model."""

    dataset: Dataset
    frames: Frames
    threshold: float = 0.5

    def scores(self, frame: FrameEntry) -> Scores:
        """Nearly the truth."""
        mask = self.dataset.mask(frame)
        noise = np.random.default_rng(list(frame.name.encode())).uniform(0, 0.02, mask.shape)
        return np.where(mask > 0, 0.95 - noise, 0.01 + noise).astype(np.float32)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Part]:
    """A run folder with a dataset of the clutch and its geometry; the part."""
    root = tmp_path_factory.mktemp("parts")
    (root / "study.toml").write_text(STUDY)
    file = read_study(root / "study.toml")
    part = load_part(file)
    make_dataset(file, root / "run", part=part)
    return root / "run", part


def test_every_defect_that_is_seen_is_found_on_the_part(run: tuple[Path, Part]) -> None:
    """A model that is right in every image is right on the part, however fused, and hardly calls falsely."""
    dataset = open_dataset(run[0] / "dataset")
    buffers = Buffers(dataset)
    patches = nominal_patches(buffers, 1.5)
    names = ("d000", "d001")
    frames = [np.flatnonzero(dataset.frames.column("specimen") == name.encode()) for name in names]
    (val,), (test,) = (judge(Told(dataset, dataset.frames.at(rows)), patches, buffers) for rows in frames)  # type: ignore[arg-type]
    calibration = calibrate([val], patches.area_mm2, patches.patch_mm, Fusing())
    single, *fused = compare_fusions([test], patches, calibration, Fusing())
    assert single.how == "single"
    assert 0 < fused[0].defects.total <= 16 == fused[0].defects_of_part.total
    for row in fused:
        assert row.defects.recall >= (0.75 if row.how == "bayes" else 1)  # few looks calibrate it here
        assert row.precision > 0.8
        assert row.recall > 0.7
        assert row.false_calls_per_part <= 1
    assert calibration.exponent > 0


def test_photographs_get_the_geometry_that_rendering_gave(run: tuple[Path, Part], tmp_path: Path) -> None:
    """The correct specimen, imported as photographs with poses, sees by CAD and plan what its frames saw, to the bit.

    What is there is kept; frames without poses and photographs of another part are refused.
    """
    root, part = run
    rows = ["photograph,view,specimen"]
    (tmp_path / "in").mkdir()
    for path in sorted((root / "dataset/frames/c000").glob("*/image.png")):
        shutil.copy(path, tmp_path / f"in/{path.parent.name}.png")
        rows.append(f"{path.parent.name}.png,{path.parent.name},A")
    (tmp_path / "table.csv").write_text("\n".join(rows) + "\n")
    bring_in("labelme", tmp_path / "in", tmp_path / "set", poses=tmp_path / "table.csv", plan=root / "plan.json")
    dataset = open_dataset(tmp_path / "set")
    with pytest.raises(RequestError, match=r"photographs with poses"):
        Buffers(dataset).check(dataset.frames)

    folder = geometry_for(dataset, part, tmp_path / "seen")
    buffers = Buffers(dataset, folder)
    buffers.check(dataset.frames)
    for frame in dataset.frames:
        ours = buffers.maps(frame)
        rendered = read_geometry(root / "dataset/frames/c000" / frame.view / "geometry.exr")
        for name, values in rendered.items():
            np.testing.assert_array_equal(ours[name], values, err_msg=name)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.exr")}
    geometry_for(dataset, part, folder)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.exr")} == before

    with pytest.raises(RequestError, match="are of another part than clutch"):
        geometry_for(dataset, replace(part, digest="0" * 64), folder)
    record = tmp_path / "set/frames" / dataset.frames[0].name / "frame.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {"world_from_camera": None}))
    with pytest.raises(RequestError, match=r"1 of 3 frames have no pose.*--poses"):
        geometry_for(dataset, part, folder)


class Dull(torch.nn.Module):
    """A network without learning: what is neither dark nor bright is defective."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = torch.nn.Parameter(torch.zeros(1))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Give logits."""
        return 1 - 4 * image.abs()


def test_photographs_with_poses_are_inspected_as_frames_are(run: tuple[Path, Part], tmp_path: Path) -> None:
    """Marked photographs become evidence, objects and maps on the part; no size is known, so no coverage is told."""
    root, part = run
    rows = ["photograph,view,specimen"]
    for folder in ("images", "masks"):
        (tmp_path / "in" / folder).mkdir(parents=True)
    for path in sorted((root / "dataset/frames").glob("d*/*/image.png")):
        specimen, view = path.parts[-3:-1]
        shutil.copy(path, tmp_path / f"in/images/{specimen}-{view}.png")
        mask = (cv2.imread(str(path.with_name("mask.png")), cv2.IMREAD_UNCHANGED) > 0) * np.uint8(255)
        cv2.imwrite(str(tmp_path / f"in/masks/{specimen}-{view}.png"), mask)
        rows.append(f"{specimen}-{view}.png,{view},{specimen}")
    (tmp_path / "table.csv").write_text("\n".join(rows) + "\n")
    poses = {"poses": tmp_path / "table.csv", "plan": root / "plan.json"}
    bring_in("masks", tmp_path / "in", tmp_path / "set", split=SplitRule(shares={"val": 1.0, "test": 1.0}), **poses)
    dataset = open_dataset(tmp_path / "set")
    model = Model(Dull().eval(), Protocol(), Threshold(0.5, "f1", 1.0), "fp32", {}, {}, "0" * 64)
    geometry = geometry_for(dataset, part, tmp_path / "seen")
    asked = Inspecting(patch_mm=1.5)
    seen = look(model, dataset, asked, tmp_path / "inspection", geometry=geometry)
    found = conclude(seen, tmp_path / "inspection")
    assert found.frames == 3
    assert [one.how for one in found.fused] == ["single", "max", "mean", "bayes"]
    assert not found.coverage
    assert found.loss.pixels is None
    maps = read_surface(tmp_path / "inspection")
    assert len(maps.specimens) == 1
    assert maps.effective is None
