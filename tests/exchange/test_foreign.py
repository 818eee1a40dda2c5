"""A foreign folder may hold anything: nothing outside it is read, nothing crashes, every complaint names the file."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import layouts
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from blemish.dataset.record import is_name
from blemish.errors import ForeignDataError, RequestError
from blemish.exchange import bring_in
from blemish.exchange.decode import MAX_PIXELS, grey, levels
from blemish.exchange.foreign import Folder
from blemish.exchange.naming import folder_names


@pytest.mark.parametrize("name", ["../x.png", "/etc/passwd", "a/../../x.png", "\\\\server\\x", "x\0.png", "a" * 5000])
def test_names_that_lead_out_of_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    """Neither up, nor from the root, nor through a NUL."""
    (tmp_path / "in").mkdir()
    with pytest.raises(ForeignDataError):
        Folder(tmp_path / "in").read(name)


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    """A link inside may point about inside, and nowhere else."""
    layouts.photograph(tmp_path / "secret.png", (4, 4))
    layouts.photograph(tmp_path / "in/images/a.png", (4, 4))
    (tmp_path / "in/masks").mkdir()
    (tmp_path / "in/images/b.png").symlink_to("a.png")
    (tmp_path / "in/images/c.png").symlink_to(tmp_path / "secret.png")
    (tmp_path / "in/images/d.png").symlink_to("d.png")
    with pytest.raises(ForeignDataError, match=r"c\.png: this link leads out"):
        bring_in("masks", tmp_path / "in", tmp_path / "out")
    kept = bring_in("masks", tmp_path / "in", tmp_path / "out", skip_bad=True)
    assert kept.kept == 2
    assert {file for file, _ in kept.skipped} == {"images/c.png", "images/d.png"}


def png(width: int, height: int, pixels: bytes = b"", bits: int = 8) -> bytes:
    """A PNG file that claims any size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(100_000, 100_000), (2**31 - 1, 1), (20_000, MAX_PIXELS // 20_000 + 1), (0, 0)])
def test_an_image_that_claims_to_be_giant_is_refused_before_it_is_unpacked(size: tuple[int, int]) -> None:
    """A hundred bytes may claim ten gigapixels."""
    with pytest.raises(ForeignDataError, match=r"here\.png"):
        grey(png(*size), "here.png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "TIFF", "WEBP"])
def test_truncated_images_are_refused_by_name(kind: str) -> None:
    """Half a photograph is none: never a grey lower half."""
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8)).save(buffer, kind)
    data = buffer.getvalue()
    assert grey(data, "whole").shape == (64, 64)
    for part in (0, 1, 10, len(data) // 2, len(data) - 40):
        with pytest.raises(ForeignDataError, match=r"cut\.img"):
            grey(data[:part], "cut.img")


def samples_of_every_kind() -> list[bytes]:
    """Small files in the formats that are read."""
    pixels = Image.fromarray(np.random.default_rng(1).integers(0, 255, (12, 9), dtype=np.uint8))
    files = []
    for kind, mode in (
        ("PNG", "P"),
        ("JPEG", "RGB"),
        ("BMP", "P"),
        ("TIFF", "L"),
        ("WEBP", "RGB"),
        ("PPM", "L"),
        ("PNG", "LA"),
    ):
        buffer = io.BytesIO()
        pixels.convert(mode).save(buffer, kind)
        files.append(buffer.getvalue())
    return files


KINDS = samples_of_every_kind()


@settings(deadline=None)
@given(data=st.data(), which=st.integers(0, len(KINDS) - 1))
def test_mutated_images_are_read_or_refused(data: st.DataObject, which: int) -> None:
    """Bytes changed, cut and put in anywhere: an array or an error of ours, and nothing else."""
    mutant = bytearray(KINDS[which])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(mutant) - 1))
        mutant[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    for read in (grey, levels):
        try:
            assert read(bytes(mutant), "mutant").ndim == 2
        except ForeignDataError as error:
            told = str(error)
            assert "mutant" in told


@pytest.mark.parametrize(
    ("mode", "value", "expected"),
    [
        ("L", 77, 77),
        ("RGB", (77, 77, 77), 77),
        ("RGB", (255, 0, 0), 76),
        ("RGBA", (77, 77, 77, 0), 77),
        ("LA", (77, 128), 77),
        ("1", 1, 255),
        ("I;16", 40000, 40000),
    ],
)
def test_every_kind_of_pixel_becomes_grey(mode: str, value: object, expected: int) -> None:
    """Equal channels give that channel, colours their luma, 16 bits stay; transparency is passed over."""
    buffer = io.BytesIO()
    Image.new(mode, (3, 2), value).save(buffer, "PNG")  # type: ignore[arg-type]
    read = grey(buffer.getvalue(), "x")
    assert (read == expected).all()
    assert read.dtype == (np.uint16 if mode == "I;16" else np.uint8)


def test_a_photograph_that_lies_on_its_side_is_stood_up() -> None:
    """The orientation that a camera notes is obeyed."""
    buffer = io.BytesIO()
    image, exif = Image.new("L", (6, 4), 9), Image.Exif()
    exif[274] = 6
    image.save(buffer, "JPEG", exif=exif)
    assert grey(buffer.getvalue(), "x").shape == (6, 4)


texts = st.lists(st.text(max_size=30), max_size=12)


@settings(deadline=None)
@given(texts=texts)
def test_any_names_become_folders_and_stay_apart(texts: list[str]) -> None:
    """Whatever groups are called, their folders are legal, and no two are one, on any file system."""
    names = folder_names(texts)
    assert set(names) == set(texts)
    assert all(is_name(name) for name in names.values())
    assert len({name.lower() for name in names.values()}) == len(set(texts))


def test_one_bad_file_stops_the_import_and_leaves_nothing(tmp_path: Path) -> None:
    """The error names the file; the folder is as it was."""
    layouts.ksdd2(tmp_path / "in")
    bad = tmp_path / "in/train/10302.png"
    bad.write_bytes(bad.read_bytes()[:60])
    (tmp_path / "out").mkdir()
    with pytest.raises(ForeignDataError, match=r"10302\.png"):
        bring_in("ksdd2", tmp_path / "in", tmp_path / "out")
    assert not any((tmp_path / "out").iterdir())


def test_skip_bad_goes_on_and_lists_what_it_left_out(tmp_path: Path) -> None:
    """Everything else is taken in, and the account says what is missing and why."""
    layouts.ksdd2(tmp_path / "in")
    (tmp_path / "in/train/10302.png").write_bytes(b"")
    (tmp_path / "in/test/20000_GT.png").unlink()
    summary = bring_in("ksdd2", tmp_path / "in", tmp_path / "out", skip_bad=True)
    assert summary.kept == 3
    assert {file for file, _ in summary.skipped} == {"train/10302.png", "test/20000.png"}
    assert "left out" in str(summary)
    assert "20000_GT.png: missing" in str(summary)


def test_a_mask_of_another_size_is_told(tmp_path: Path) -> None:
    """Sizes are compared before anything is drawn."""
    layouts.ksdd2(tmp_path / "in")
    layouts.as_mask(tmp_path / "in/train/10000_GT.png", layouts.blob((9, 9), (1, 1, 2, 2)))
    with pytest.raises(ForeignDataError, match=r"10000_GT\.png: its mask has 9 x 9 pixels, the image 24 x 65"):
        bring_in("ksdd2", tmp_path / "in", tmp_path / "out")


def test_a_dataset_is_not_made_inside_what_it_is_made_from(tmp_path: Path) -> None:
    """The next import would take the first one in."""
    layouts.ksdd2(tmp_path / "in")
    with pytest.raises(RequestError, match="inside"):
        bring_in("ksdd2", tmp_path / "in", tmp_path / "in/out")


def test_an_unknown_format_is_told_with_the_nearest(tmp_path: Path) -> None:
    """A slip of the finger is understood."""
    with pytest.raises(RequestError, match="did you mean mtd"):
        bring_in("mdt", tmp_path, tmp_path / "out")


@pytest.mark.parametrize(
    ("split", "sets"), [("2:1", {"train", "val", "test"}), ("1-1-1", {"train", "val", "test"}), ("none", set())]
)
def test_a_split_can_be_asked_for(tmp_path: Path, split: str, sets: set[str]) -> None:
    """Shares deal what the publisher did not fix; none leaves the dataset unsplit."""
    layouts.ksdd2(tmp_path / "in")
    assert set(bring_in("ksdd2", tmp_path / "in", tmp_path / "out", split=split).sets) == sets


def test_a_paper_split_that_nobody_published_is_refused(tmp_path: Path) -> None:
    """Nothing asked for is ignored."""
    layouts.masks(tmp_path / "in")
    with pytest.raises(RequestError, match="no published split"):
        bring_in("masks", tmp_path / "in", tmp_path / "out", split="paper")
