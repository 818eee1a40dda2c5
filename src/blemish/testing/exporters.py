"""The contract of an exporter: the same bytes every time, nothing but its folder, and what is lost is said."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from blemish.dataset.read import Dataset, open_dataset
from blemish.errors import DatasetError, RequestError, StudyError
from blemish.exchange import bring_in, give_out
from blemish.exchange.exporters import CATALOGUE, Exporter
from blemish.exchange.importers import IMPORTERS, Importer
from blemish.testing.contract import Contract
from blemish.testing.lending import offered
from blemish.testing.photographs import photographs

_NAME = "lent-format"


class ExporterContract(Contract):
    """Give ``exporter``; where there is a way back, ``back`` is the importer, or the name of one of ours."""

    exporter: Exporter
    options: Mapping[str, Any] = {}
    """Options of the exporter that keep most."""
    back: Importer | str = ""
    back_options: Mapping[str, Any] = {}

    def test_it_is_an_exporter(self) -> None:
        """It has settings as its options, and a function that writes."""
        fault = CATALOGUE.fault(_NAME, self.exporter)
        assert not fault, fault

    def test_an_export_is_the_same_every_time(self, tmp_path: Path) -> None:
        """The same dataset gives the same bytes in the same files, every frame of every set once."""
        dataset = photographs(tmp_path / "data")
        one = self._export(dataset, tmp_path / "one")
        assert tree(tmp_path / "one") == tree(self._export_to(dataset, tmp_path / "two"))
        assert one.frames == len(dataset.frames)
        assert sum(one.sets.values()) == len(dataset.frames)
        assert tree(tmp_path / "one"), "nothing was written"

    def test_what_is_lost_is_said_in_sentences(self, tmp_path: Path) -> None:
        """What the format cannot hold is told in words, for the person who exports."""
        lost = self._export(photographs(tmp_path / "data"), tmp_path / "out").lost
        assert isinstance(lost, tuple)
        assert all(isinstance(one, str) and one.strip() and "\n" not in one for one in lost), lost

    def test_it_writes_into_its_folder_alone(self, tmp_path: Path) -> None:
        """The dataset and everything beside the export stay as they were."""
        dataset = photographs(tmp_path / "data")
        (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
        before = tree(tmp_path)
        self._export(dataset, tmp_path / "out")
        after = {name: sum_ for name, sum_ in tree(tmp_path).items() if not name.startswith("out/")}
        assert after == before, f"changed: {sorted(set(after.items()) ^ set(before.items()))[:3]}"
        links = [path for path in (tmp_path / "out").rglob("*") if path.is_symlink()]
        assert not links, f"{links[0]} is a link"

    def test_a_damaged_frame_is_named_and_nothing_is_left(self, tmp_path: Path) -> None:
        """Half an export is none; the error says which frame is damaged."""
        dataset = photographs(tmp_path / "data")
        frame = dataset.frames[-1]
        (dataset.root / "frames" / frame.specimen / frame.view / "image.png").write_bytes(b"\x89PNG")
        try:
            self._export(open_dataset(dataset.root), tmp_path / "out")
        except DatasetError as error:
            told = str(error)
        else:
            told = ""
        assert frame.specimen in told, f"a damaged image was exported, or told so: {told!r}"
        assert not (tmp_path / "out").exists(), "half an export was left"

    def test_what_it_does_not_know_is_refused(self, tmp_path: Path) -> None:
        """An option that it does not have, and a folder that is taken, are mistakes of the request."""
        dataset = photographs(tmp_path / "data")
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
        wrong: list[tuple[Mapping[str, Any], Path, type[RequestError]]] = [
            ({"no_such_option": 1}, tmp_path / "new", StudyError),
            (self.options, tmp_path / "out", RequestError),
        ]
        for options, folder, expected in wrong:
            try:
                with offered("exporters", _NAME, self.exporter):
                    give_out(_NAME, dataset, folder, options=options)
            except expected:
                continue
            raise AssertionError(f"no {expected.__name__} for options {dict(options)} and folder {folder.name}")

    def test_there_and_back_every_mask_is_the_same(self, tmp_path: Path) -> None:
        """Where there is a way back, every image comes back with its pixels and its defective pixels, to the bit."""
        if not self.back:
            return
        dataset = photographs(tmp_path / "data")
        self._export(dataset, tmp_path / "out")
        name = self.back if isinstance(self.back, str) else _NAME
        if name in IMPORTERS:
            bring_in(name, tmp_path / "out", tmp_path / "again", options=self.back_options)
        else:
            with offered("importers", _NAME, self.back):
                bring_in(_NAME, tmp_path / "out", tmp_path / "again", options=self.back_options)
        before, after = (marked_pixels(one) for one in (dataset, open_dataset(tmp_path / "again")))
        assert set(before) == set(after), "images were lost, or changed"
        for key, mask in before.items():
            assert np.array_equal(mask, after[key]), "a mask came back as another"

    def _export(self, dataset: Dataset, folder: Path) -> Any:
        with offered("exporters", _NAME, self.exporter):
            return give_out(_NAME, dataset, folder, options=self.options)

    def _export_to(self, dataset: Dataset, folder: Path) -> Path:
        self._export(dataset, folder)
        return folder


def tree(folder: Path) -> dict[str, str]:
    """Give every file under a folder with the hash of its bytes."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def marked_pixels(dataset: Dataset) -> dict[str, np.ndarray]:
    """Give the defective pixels of each image, by the image's own content."""
    return {
        hashlib.sha256(dataset.image(frame).tobytes()).hexdigest(): dataset.mask(frame) > 0 for frame in dataset.frames
    }
