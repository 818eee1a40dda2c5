"""Finding LLVM: what is too old is named, and never loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from blemish.engine import llvm
from blemish.errors import EngineError

OLD = [path for path, number in llvm._numbered() if number < llvm.OLDEST and path.is_file()]


def test_a_named_library_that_does_not_exist_is_an_error_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's wrong path is told as it is, with what to install."""
    monkeypatch.setenv(llvm.VARIABLE, "/nowhere/libLLVM.so.99")
    monkeypatch.delenv(llvm._TRIED, raising=False)
    with pytest.raises(EngineError, match=r"/nowhere/libLLVM\.so\.99.*no such file.*pip install"):
        llvm.find()


def test_a_named_file_that_is_no_library_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file of another kind is refused in words."""
    fake = tmp_path / "libLLVM.so.20"
    fake.write_text("not a library")
    monkeypatch.setenv(llvm.VARIABLE, str(fake))
    monkeypatch.delenv(llvm._TRIED, raising=False)
    with pytest.raises(EngineError, match=r"libLLVM\.so\.20, which cannot be used"):
        llvm.find()


@pytest.mark.skipif(not OLD, reason="this machine has no LLVM older than 17")
@pytest.mark.parametrize("library", OLD[:1] + OLD[-1:], ids=str)
def test_a_too_old_library_never_takes_the_process_down(library: Path) -> None:
    """With a too old LLVM named by the user, a fresh process ends with our error, not with a signal."""
    environment = {**os.environ, llvm.VARIABLE: str(library)}
    environment.pop(llvm._TRIED, None)
    code = (
        "import blemish.engine as engine\nfrom blemish.errors import EngineError\n"
        "try: engine.start('cpu')\nexcept EngineError as error: print(error)"
    )
    child = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert str(library) in child.stdout
    assert "17 or newer" in child.stdout


def test_a_library_that_kills_its_process_is_found_out_in_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """An abort while trying ends the child and comes back as words."""
    monkeypatch.setattr(llvm, "_TRIAL", "import os\nos.abort()")
    version, fault = llvm.try_out(Path(sys.executable))
    assert version == ""
    assert "takes the process down" in fault


def test_no_library_anywhere_is_an_error_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any LLVM, the message says what to install."""
    monkeypatch.delenv(llvm.VARIABLE, raising=False)
    monkeypatch.setattr(llvm, "system_libraries", list)
    monkeypatch.setattr(llvm, "packaged", lambda: None)
    with pytest.raises(EngineError, match="pip install 'karellen-llvm-core"):
        llvm.find()


def test_the_system_is_preferred_to_the_package_only_if_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system library that fails its trial is passed over."""
    ours = llvm.Llvm(Path("/ours"), "23.1", llvm.PACKAGE)
    monkeypatch.delenv(llvm.VARIABLE, raising=False)
    monkeypatch.setattr(llvm, "system_libraries", lambda: [Path("/bad"), Path("/good")])
    monkeypatch.setattr(llvm, "packaged", lambda: ours)
    monkeypatch.setattr(llvm, "try_out", lambda path: ("19.1.0", "" if path == Path("/good") else "broken"))
    assert llvm.find() == llvm.Llvm(Path("/good"), "19.1.0", "system")
    monkeypatch.setattr(llvm, "try_out", lambda path: ("", "broken"))
    assert llvm.find() == ours


def test_a_package_that_is_too_new_serves_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """LLVM 23 is used if there is nothing else, and the log says what that risks and how to mend it."""
    monkeypatch.delenv(llvm.VARIABLE, raising=False)
    monkeypatch.setattr(llvm, "system_libraries", list)
    for version, is_warned in (("22.1.8", False), ("23.1.4.post8", True)):
        caplog.clear()
        monkeypatch.setattr(llvm, "packaged", lambda version=version: llvm.Llvm(Path("/ours"), version, llvm.PACKAGE))
        assert llvm.find().version == version
        assert ("known to abort" in caplog.text) == is_warned


def test_a_worker_does_not_try_again_what_its_parent_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one process found is told to the processes that it starts."""
    found = llvm.Llvm(Path("/some/libLLVM.so.20"), "20.1.0", "system")
    monkeypatch.setenv(llvm.VARIABLE, "")
    monkeypatch.setenv(llvm._TRIED, "")
    llvm.use(found)
    monkeypatch.setattr(llvm, "try_out", lambda path: pytest.fail("tried again"))
    assert llvm.find() == found
