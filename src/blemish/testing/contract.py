"""What all contracts share: laws about settings, and a way to run a contract without pytest."""

from __future__ import annotations

import dataclasses
import inspect
import tempfile
from pathlib import Path
from typing import Any

from blemish.errors import StudyError
from blemish.settings import fault_of, plain, read


class Contract:
    """A set of laws, each a method whose name begins with ``test_``; some take a ``tmp_path``, an empty folder."""


class SettingsContract(Contract):
    """The laws of everything that stands in a study: it is written, read back and checked like settings of ours."""

    @property
    def value(self) -> Any:
        """The settings that are tested."""
        raise NotImplementedError

    def test_its_settings_come_back_from_a_study(self) -> None:
        """Written as plain numbers and read again, it is the same, and it can be compared and hashed."""
        kind = type(self.value)
        assert not fault_of(kind), f"{kind.__name__}: {fault_of(kind)}"
        again = read(kind, plain(self.value), "the settings")
        assert again == self.value, f"written and read it became {again}, from {self.value}"
        assert hash(again) == hash(self.value)

    def test_a_setting_that_it_does_not_have_is_refused(self) -> None:
        """A key that nothing reads is a mistake, as everywhere in a study."""
        told: tuple[str, ...] = ()
        try:
            read(type(self.value), {**plain(self.value), "no_such_setting": 1}, "the settings")
        except StudyError as error:
            told = error.mistakes
        assert len(told) == 1, f"a setting that does not exist was taken, or told so: {told}"
        assert "no_such_setting" in told[0], told

    def test_every_setting_is_explained(self) -> None:
        """Under each field stands what it means; editors and the reference show it."""
        from blemish.schema import field_docs

        try:
            inspect.getsource(type(self.value))
        except (OSError, TypeError):
            return  # typed at a prompt: nobody can read what stands under its fields
        words = field_docs(type(self.value))
        bare = [one.name for one in dataclasses.fields(self.value) if not words.get(one.name) and one.name != "kind"]
        assert not bare, f"no docstring under {', '.join(bare)}"


def prove(contract: type[Contract]) -> int:
    """Run all laws of a contract, in the order of their names; give how many there are, or raise what the first breaks.

    For notebooks and scripts; in a test suite, pytest finds the laws of a class that is called ``Test...``.
    """
    laws = sorted(name for name in dir(contract) if name.startswith("test_"))
    for name in laws:
        law = getattr(contract(), name)
        with tempfile.TemporaryDirectory(prefix="blemish-") as folder:
            given = {"tmp_path": Path(folder)} if "tmp_path" in inspect.signature(law).parameters else {}
            law(**given)
    return len(laws)
