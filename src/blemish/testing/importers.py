"""The contract of an importer: what it takes in is what is there, and what is hostile or broken it refuses in words."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from blemish.dataset.read import Dataset, open_dataset
from blemish.dataset.verify import verify
from blemish.errors import BlemishError, ForeignDataError, RequestError, StudyError
from blemish.exchange import bring_in
from blemish.exchange.importers import CATALOGUE, Importer
from blemish.testing.contract import Contract
from blemish.testing.exporters import tree
from blemish.testing.lending import offered

_NAME = "lent-format"


class ImporterContract(Contract):
    """Give ``importer``, and ``lay_out``, which writes a small set in its format."""

    importer: Importer
    options: Mapping[str, Any] = {}

    def lay_out(self, folder: Path) -> Mapping[str, np.ndarray]:
        """Write a set of two or more photographs into a folder; give the defective pixels of each, by its file."""
        raise NotImplementedError

    def test_it_is_an_importer(self) -> None:
        """It has settings as its options, a line that tells the layout, and a function that finds."""
        fault = CATALOGUE.fault(_NAME, self.importer)
        assert not fault, fault
        assert self.importer.layout.strip()
        assert "\n" not in self.importer.layout

    def test_every_label_is_taken_in(self, tmp_path: Path) -> None:
        """Each photograph has the defective pixels that its annotation says, to the bit, and none is left out."""
        truth = self._laid(tmp_path)
        dataset = self._import(tmp_path / "in", tmp_path / "out")
        found = {_file(dataset, frame): dataset.mask(frame) > 0 for frame in dataset.frames}
        assert set(found) == set(truth), f"taken in: {sorted(found)}, there are: {sorted(truth)}"
        for file, mask in truth.items():
            assert np.array_equal(found[file], mask), f"{file}: its mask is another"
        assert verify(tmp_path / "out").ok

    def test_an_import_is_the_same_every_time_and_touches_nothing_else(self, tmp_path: Path) -> None:
        """The same folder gives the same bytes; it and everything beside it stay as they were."""
        self._laid(tmp_path)
        before = tree(tmp_path)
        with offered("importers", _NAME, self.importer):
            for name in ("one", "two"):
                bring_in(_NAME, tmp_path / "in", tmp_path / name, options=self.options)
        assert tree(tmp_path / "one") == tree(tmp_path / "two")
        beside = ("one/", "two/", ".one", ".two")
        after = {name: sum_ for name, sum_ in tree(tmp_path).items() if not name.startswith(beside)}
        assert after == before, "the source, or something beside it, was changed"

    def test_the_record_names_its_package(self, tmp_path: Path) -> None:
        """The dataset says by what it was brought in."""
        self._laid(tmp_path)
        dataset = self._import(tmp_path / "in", tmp_path / "out")
        assert any(name.startswith("blemish_lent") for name in dataset.header.software), dataset.header.software

    def test_nothing_to_import_is_told_with_the_layout(self, tmp_path: Path) -> None:
        """An empty folder is no dataset, and an option that it does not have is a mistake."""
        (tmp_path / "in").mkdir()
        assert isinstance(self._refused(tmp_path / "in", tmp_path / "out"), ForeignDataError)
        self._laid(tmp_path)
        assert isinstance(self._refused(tmp_path / "in", tmp_path / "out", no_such_option=1), StudyError)

    def test_a_link_that_leads_out_is_refused(self, tmp_path: Path) -> None:
        """A photograph that is a link to a file outside the folder is not read."""
        truth = self._laid(tmp_path)
        file = tmp_path / "in" / next(iter(truth))
        shutil.move(file, tmp_path / "elsewhere")
        file.symlink_to(tmp_path / "elsewhere")
        assert isinstance(self._refused(tmp_path / "in", tmp_path / "out"), RequestError)
        assert not (tmp_path / "out").exists() or not any((tmp_path / "out").iterdir())

    def test_damage_is_one_error_of_ours_or_a_sound_dataset(self, tmp_path: Path) -> None:
        """Any one file cut, emptied, swapped, removed or filled with noise: refused in words, or taken whole."""
        self._laid(tmp_path)
        rng = np.random.default_rng(7)
        for number, (what, source) in enumerate(_damaged(tmp_path / "in", tmp_path, rng)):
            out = tmp_path / f"out{number}"
            refused: BlemishError | None = None
            try:
                self._import(source, out)
            except BlemishError as error:
                refused = error
            if refused is None:
                assert verify(out).ok, f"{what}: taken, and the dataset is not sound"
            else:
                assert str(refused).strip(), f"{what}: refused without a word"
                assert not out.exists() or not any(out.iterdir()), f"{what}: refused, and half of it was left"

    def _laid(self, folder: Path) -> Mapping[str, np.ndarray]:
        (folder / "in").mkdir(exist_ok=True)
        return self.lay_out(folder / "in")

    def _import(self, source: Path, out: Path, **more: Any) -> Dataset:
        with offered("importers", _NAME, self.importer):
            bring_in(_NAME, source, out, options={**self.options, **more})
        return open_dataset(out)

    def _refused(self, source: Path, out: Path, **more: Any) -> BlemishError:
        try:
            self._import(source, out, **more)
        except BlemishError as error:
            return error
        raise AssertionError("it was taken")


def _file(dataset: Dataset, frame: Any) -> str:
    source = dataset.record(frame).source
    assert source is not None
    return str(source["file"])


def _damaged(whole: Path, beside: Path, rng: np.random.Generator) -> Iterator[tuple[str, Path]]:
    """Give copies of a folder, each with one file damaged in another way."""
    names = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file())
    for kind in ("cut", "empty", "noise", "changed", "removed", "folder", "swapped"):
        source = beside / f"in-{kind}"
        shutil.copytree(whole, source)
        path = source / names[int(rng.integers(len(names)))]
        data = bytearray(path.read_bytes())
        if kind == "cut":
            path.write_bytes(data[: len(data) // 2])
        elif kind in ("empty", "noise"):
            path.write_bytes(b"" if kind == "empty" else rng.bytes(200))
        elif kind == "changed":
            at = int(rng.integers(len(data) + 1))
            data[at : at + 3] = rng.bytes(4)
            path.write_bytes(data)
        elif kind == "swapped":
            path.write_bytes((source / names[0]).read_bytes() if path != source / names[0] else b"{}")
        else:
            path.unlink()
            if kind == "folder":
                path.mkdir()
        yield f"{kind} {path.name}", source
