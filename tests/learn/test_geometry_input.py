"""Channels from the CAD model: what they say, that they move with the picture, and who must have them."""

from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from plates import plate

from blemish.dataset import write
from blemish.dataset.layers import CHANNELS
from blemish.dataset.ply import Geometry
from blemish.dataset.read import Dataset, open_dataset
from blemish.dataset.record import DefectRecord, FrameRecord, Header, SpecimenRecord
from blemish.dataset.split import SplitRule
from blemish.errors import RequestError, StudyError
from blemish.evaluate import evaluate
from blemish.learn import channels, load_model, networks, predict
from blemish.learn.augment import Variation, cut, cut_maps
from blemish.learn.checkpoint import WEIGHTS
from blemish.learn.crops import window_around
from blemish.learn.fit import Progress, train
from blemish.learn.geometry import network_maps
from blemish.learn.outcome import Training
from blemish.learn.protocol import Augmentation, Protocol
from blemish.learn.samples import open_pictures, training_sample, validation_sample
from blemish.settings import read

ALL = ("cosine", "depth", "curvature", "region:disc")
SIZES = [(64, 80), (70, 90), (48, 100), (96, 64)] * 2
NOTHING = 0xFFFFFFFF
PLATE = plate((60, 80), np.random.default_rng(0), defective=True)


def nominal_maps(shape: tuple[int, int]) -> dict[str, np.ndarray]:
    """An ellipse of two regions, nearer and flatter to the left; nothing around it."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    seen = ((rows / shape[0] - 0.5) / 0.45) ** 2 + ((columns / shape[1] - 0.5) / 0.4) ** 2 < 1
    across = columns / shape[1]
    found = {
        "depth.Z": np.where(seen, 190 + 20 * across, np.inf).astype(np.float32),
        "cosine": np.where(seen, 0.5 + 0.5 * across, 0).astype(np.float16),
        "curvature": np.where(seen, across - 0.5, 0).astype(np.float16),
        "face": np.where(seen, 1 + (across > 0.5), NOTHING).astype(np.uint32),
    }
    return {f"nominal.{name}": values for name, values in found.items()}


def parts(root: Path, *, nominal: bool = True, geometry: bool = True) -> Dataset:
    """Plates as if they were rendered: with a mesh of two regions, a camera and geometry beside each frame."""
    header = Header(name="parts", kind="rendered", classes=("scratch", "dent"), camera={"working_distance_mm": 200.0})
    write.create(root, header)
    triangles = np.array([[0, 1, 2], [0, 1, 2]], np.int32)
    mesh = Geometry(np.eye(3), triangles, np.array([1, 2]), np.array([0, 1]), np.array([0, 0]), ("rim", "disc"))
    for number, size in enumerate(SIZES):
        defective = bool(number % 2)
        image, mask = plate(size, np.random.default_rng(number), defective=defective)
        maps = {name: np.zeros(size, kind) for name, kind in CHANNELS.items()}
        maps |= nominal_maps(size) if nominal else {}
        name = f"{'d' if defective else 'c'}{number:03d}"
        defects = tuple(DefectRecord(id=i, kind="dent") for i in (1, 2)) if defective else ()
        write.write_specimen(root, SpecimenRecord(id=name, defective=defective, defects=defects), mesh)
        record = FrameRecord(specimen=name, view="v0", digest=f"{number:064x}")
        write.write_frame(root, record, image, mask, geometry=maps if geometry else None)
    write.finish(root, header, split=SplitRule(shares={"train": 2.0, "val": 1.0, "test": 1.0}))
    return open_dataset(root)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Plates with all that the CAD model says."""
    return parts(tmp_path_factory.mktemp("parts") / "data")


@pytest.fixture(scope="module")
def told(tiny: Protocol) -> Protocol:
    """A protocol with every channel."""
    return dataclasses.replace(tiny, geometry=ALL, max_epochs=2)


@pytest.fixture(scope="module")
def trained(data: Dataset, told: Protocol, tmp_path_factory: pytest.TempPathFactory) -> Training:
    """A model that takes every channel."""
    return train(told, data, tmp_path_factory.mktemp("run") / "model")


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=8))
def test_curvature_keeps_its_order_between_two_bounds(per_mm: list[float]) -> None:
    """A stronger curve is never a lower level; flat is 128; no part is 0, and 0 is no part."""
    values = np.sort(np.array([per_mm], np.float32))
    levels = channels.curvature_map(values, np.ones(values.shape, bool))
    assert (np.diff(levels.astype(int)) >= 0).all()
    assert levels.min() >= 1
    assert channels.curvature_map(np.zeros((1, 1)), np.ones((1, 1), bool)) == 128
    assert not channels.curvature_map(values, np.zeros(values.shape, bool)).any()


def test_depth_is_measured_by_the_working_distance() -> None:
    """The plane in focus is the middle, whatever the camera; twice the cell gives the same levels; nothing is 0."""
    depths = np.array([[150.0, 200.0, 230.0, 1000.0, np.inf]], np.float32)
    levels = channels.depth_map(depths, 200.0)
    np.testing.assert_array_equal(channels.depth_map(2 * depths, 400.0), levels)
    assert levels[0, 1] == 128
    assert (levels[0, 0], levels[0, 3], levels[0, 4]) == (1, 255, 0)


def test_maps_of_a_frame_are_its_channels_in_their_order(data: Dataset, told: Protocol) -> None:
    """Each channel alone is the one in the stack; all are 0 beside the part; a protocol without any reads nothing."""
    frame = data.frames[1]
    maps = network_maps(data, frame, told)
    assert maps is not None
    nothing = nominal_maps((frame.height_px, frame.width_px))["nominal.face"] == NOTHING
    for name, one in zip(ALL, maps, strict=True):
        alone = network_maps(data, frame, dataclasses.replace(told, geometry=(name,)))
        np.testing.assert_array_equal(alone, one[None])
        assert not one[nothing].any()
    assert set(np.unique(maps[3])) == {0, 255}
    assert network_maps(data, frame, dataclasses.replace(told, geometry=())) is None


@given(
    st.floats(-180, 180),
    st.booleans(),
    st.booleans(),
    st.tuples(st.integers(0, 59), st.integers(0, 79)),
    st.sampled_from([32, 96]),
)
def test_maps_turn_with_the_picture(
    angle_deg: float, mirrored: bool, upside_down: bool, pixel: tuple[int, int], side: int
) -> None:
    """Cut as a map, a picture is what it is cut as a picture: same place, same turn, same ground beside it."""
    image, mask = PLATE
    window = window_around(pixel, image.shape, side)
    variation = Variation(angle_deg=angle_deg, mirrored=mirrored, upside_down=upside_down)
    grey, _ = cut(image, mask, window, variation)
    maps = cut_maps(np.stack([image, 255 - image]), window, variation)
    assert maps is not None
    np.testing.assert_array_equal(maps[0], grey)


def test_channels_change_nothing_else(data: Dataset, told: Protocol, tmp_path: Path) -> None:
    """With them, a sample has the picture and the label that it has without them, varied by the same numbers."""
    without = dataclasses.replace(told, geometry=())
    pictures, plain = (open_pictures(data, "train", tmp_path, protocol) for protocol in (told, without))
    for make in (lambda *of: training_sample(*of[:2], 1, of[2]), validation_sample):
        for index in range(8):
            one, other = make(told, pictures, index), make(without, plain, index)
            assert one.image.shape[0] == 5
            np.testing.assert_array_equal(one.image[:1], other.image)
            np.testing.assert_array_equal(one.label, other.label)


def test_neither_light_nor_noise_touches_them(data: Dataset, told: Protocol, tmp_path: Path) -> None:
    """The strongest variation of light and sensor leaves the channels as the mildest does."""
    pictures = open_pictures(data, "train", tmp_path, told)
    loud = Augmentation(exposure_stops=3.0, blur_kernels_px=(7,), noise_variance=2000.0, dark_noise=50.0)
    still = Augmentation(exposure_stops=0.0, blur_kernels_px=(1,), noise_variance=0.0, dark_noise=0.0)
    for index in range(6):
        one, other = (
            training_sample(dataclasses.replace(told, augmentation=how), pictures, 0, index).image
            for how in (loud, still)
        )
        assert (one[0] != other[0]).any()
        np.testing.assert_array_equal(one[1:], other[1:])


def test_the_cache_holds_what_the_frames_say(data: Dataset, told: Protocol, tmp_path: Path) -> None:
    """Unpacked, and sent to another process, maps are those read frame by frame, in images of different sizes."""
    pictures = open_pictures(data, "train", tmp_path, told)
    for cache in (pictures.cache, pickle.loads(pickle.dumps(pictures.cache))):
        for index, frame in enumerate(cache.frames):
            np.testing.assert_array_equal(cache.maps(index), network_maps(data, frame, told))
    assert open_pictures(data, "train", tmp_path).maps(0) is None


@pytest.mark.parametrize("name", ["small", "unet"])
def test_a_network_begins_as_the_one_without(name: str) -> None:
    """With the same seed and whatever the maps say, fresh weights give what those of the picture alone give."""
    alone, told = (_fresh(name, maps) for maps in (0, 3))
    picture, maps = torch.rand(2, 2, 64, 64), torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(told(torch.cat([picture, maps], dim=1)), alone(picture))


def _fresh(name: str, maps: int) -> torch.nn.Module:
    torch.manual_seed(5)
    return networks.build(name, 2, maps=maps).eval()


def test_a_trained_network_may_be_told_more(data: Dataset, told: Protocol, trained: Training, tmp_path: Path) -> None:
    """Fine-tuned with a further channel and almost no rate, its weights stay; with one less it is refused."""
    more = dataclasses.replace(told, geometry=(*ALL, "region:rim"), fine_tuning_rate=1e-12, max_epochs=1)
    tuned = train(more, data, tmp_path / "more", init=trained.model).model
    weights = dict(trained.model.network.named_parameters())
    for name, tensor in tuned.network.named_parameters():
        torch.testing.assert_close(tensor[:, : weights[name].shape[1]] if tensor.ndim == 4 else tensor, weights[name])
    with pytest.raises(RequestError, match="which are other channels"):
        train(dataclasses.replace(told, geometry=ALL[:3]), data, tmp_path / "less", init=trained.model)


def test_a_killed_training_with_channels_ends_with_the_same_bytes(
    data: Dataset, told: Protocol, trained: Training, tmp_path: Path
) -> None:
    """Stopped in the second epoch and begun again, the weights are those of the undisturbed training."""

    def stop(progress: Progress) -> None:
        if progress.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(told, data, tmp_path, progress=stop)
    train(told, data, tmp_path)
    assert (tmp_path / WEIGHTS).read_bytes() == (trained.folder / WEIGHTS).read_bytes()


def test_a_model_remembers_its_channels_and_uses_them(data: Dataset, trained: Training, tmp_path: Path) -> None:
    """Read back it wants the same; other maps give other scores; tiles change nothing; evaluation reads the maps."""
    model = load_model(trained.folder)
    assert model.protocol.geometry == ALL
    frame = data.split("test")[0]
    image, maps = data.image(frame), network_maps(data, frame, model.protocol)
    assert maps is not None
    scores = predict(model, image, maps)
    assert (predict(model, image, 255 - maps) != scores).any()
    big = np.kron(image, np.ones((5, 5), np.uint8))
    of_big = np.stack([np.kron(one, np.ones((5, 5), np.uint8)) for one in maps])
    whole = predict(model, big, of_big, tile_px=1024)
    np.testing.assert_allclose(predict(model, big, of_big, tile_px=288, margin_px=112), whole, atol=1e-5)
    assert evaluate(model, data, "test", tmp_path / "evaluation").images == len(data.split("test"))


def test_an_exported_model_takes_the_same_channels(data: Dataset, trained: Training, tmp_path: Path) -> None:
    """Through onnxruntime, scores are torch's; without maps it is refused as torch's is."""
    pytest.importorskip("onnxruntime", reason="the extra `deploy` is not installed")
    pytest.importorskip("onnxscript", reason="the extra `deploy` is not installed")
    from blemish.learn import load_deployed
    from blemish.learn.deploy import export_onnx

    export_onnx(load_model(trained.folder), tmp_path)
    deployed = load_deployed(tmp_path)
    assert deployed.geometry == ALL
    frame = data.frames[1]
    image, maps = data.image(frame), network_maps(data, frame, trained.model.protocol)
    np.testing.assert_allclose(predict(deployed, image, maps), predict(trained.model, image, maps), atol=1e-5)
    with pytest.raises(RequestError, match="plain photographs have none"):
        predict(deployed, image)


def test_maps_that_do_not_fit_are_refused(data: Dataset, tiny: Protocol, trained: Training, tmp_path: Path) -> None:
    """None where some are needed, some where none are, others than the image's size; fine-tuning from another set."""
    frame = data.frames[0]
    image, maps = data.image(frame), network_maps(data, frame, trained.model.protocol)
    assert maps is not None
    with pytest.raises(RequestError, match="takes cosine, depth, curvature, region:disc of the CAD model"):
        predict(trained.model, image)
    with pytest.raises(RequestError, match="takes 4 of the image's size"):
        predict(trained.model, image, maps[:, :-1])
    plain = dataclasses.replace(trained.model, protocol=dataclasses.replace(tiny, geometry=()))
    with pytest.raises(RequestError, match="takes 0 of"):
        predict(plain, image, maps)
    other = dataclasses.replace(trained.model.protocol, geometry=(*ALL[:3], "region:rim"))
    with pytest.raises(RequestError, match="which are other channels"):
        train(other, data, tmp_path / "tuned", init=trained.model)


def test_a_dataset_without_them_is_refused_with_the_command_that_makes_them(told: Protocol, tmp_path: Path) -> None:
    """No geometry, geometry of the specimen only, a region that the part does not have: told before any work."""
    without, earlier = parts(tmp_path / "a", geometry=False), parts(tmp_path / "b", nominal=False)
    for data, words in ((without, "there is no such file"), (earlier, "not the part as designed")):
        with pytest.raises(RequestError, match=rf'{words}.*render\.geometry = "nominal".*`blemish make`'):
            train(told, data, tmp_path / "run")
    strange = dataclasses.replace(told, geometry=("region:disk", "region:rim"))
    with pytest.raises(RequestError, match=r"no such regions: 'disk': did you mean disc\?"):
        train(strange, parts(tmp_path / "c"), tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["cosin"], r"'cosin' is no channel; did you mean cosine\?"),
        (["region"], r"'region' is no channel; did you mean region:NAME\?"),
        (["depth", "depth"], "'depth' is named twice"),
        (["normals"], "there are cosine, depth, curvature, region:NAME"),
    ],
)
def test_a_channel_that_does_not_exist_is_named(names: list[str], words: str) -> None:
    """Unknown names get the nearest known one."""
    with pytest.raises(StudyError, match=words):
        read(Protocol, {"geometry": names}, "study.toml")
