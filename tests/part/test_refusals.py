"""Files that are no part: each gives one error that names the file and the cure."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from blemish.errors import PartError, StorageError
from blemish.part import PartSource, load
from blemish.part import step as step_module


@pytest.mark.parametrize(
    ("name", "what", "cure"),
    [
        ("gone.step", "no such file", "relative"),
        ("folder.step", "folder", "name the STEP"),
        ("words.step", "no STEP file", "export"),
        ("empty.step", "empty file", "export"),
        ("cut.step", "finds no shape|no solid|broke down|not closed", "export"),
        ("curves.step", "no solid", "solid"),
        ("open.step", r"not closed: 4 faulty edges \(4 open\)", "close the body"),
        ("two.step", "2 separate solids", "on its own"),
        ("tiny.step", r"0\.2 x 0\.3 x 0\.1 mm .*millimetre", "unit"),
        ("part.sldprt", r"\.sldprt", "these are read: .step"),
        ("part.stl", "unit .* must be stated", "mm, cm, m, inch"),
    ],
)
def test_a_bad_file_is_one_clear_error(data: Path, tmp_path: Path, name: str, what: str, cure: str) -> None:
    """The message says what is wrong, names the file and says what to do."""
    for file in data.glob("*.step"):
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / "folder.step").mkdir()
    (tmp_path / "words.step").write_text("solid words, but no STEP")
    (tmp_path / "empty.step").touch()
    whole = (data / "mixed.step").read_bytes()
    (tmp_path / "cut.step").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "part.sldprt").write_bytes(b"\0")
    (tmp_path / "part.stl").write_text("solid\nendsolid\n")
    with pytest.raises(PartError, match=f"(?s){what}.*{cure}") as caught:
        load(PartSource(file=name), base=tmp_path)
    assert str(caught.value).startswith(str(tmp_path / name))
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_unit_for_step_is_refused(data: Path) -> None:
    """A STEP file says its unit; a second opinion is a contradiction, not something to ignore."""
    with pytest.raises(PartError, match="leave unit out"):
        load(PartSource(file="mixed.step", unit="mm"), base=data)


def test_an_unknown_built_in_part_lists_the_known() -> None:
    """The message names the parts that there are."""
    with pytest.raises(PartError, match="builtin:clutch"):
        load(PartSource(file="builtin:clotch"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    """A file without permission is told as that."""
    file = tmp_path / "part.step"
    file.touch(mode=0o000)
    with pytest.raises(PartError, match="permissions"):
        load(PartSource(file="part.step"), base=tmp_path)


def test_a_hanging_kernel_is_stopped(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time limit the child is gone, the message says the limit and what to do."""
    note = tmp_path / "pid"
    code = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    monkeypatch.setattr(step_module, "READER", (sys.executable, "-c", code))
    with pytest.raises(PartError, match=r"mixed\.step: .*busy after 3 s .*time_limit_s"):
        load(PartSource(file="mixed.step", time_limit_s=3.0), base=data)
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)


@pytest.mark.parametrize(
    ("code", "error", "said"),
    [
        ("import os; os.abort()", PartError, "broke down on this file, signal 6"),
        ("print('\\033[32;1m*** ERR ***\\033[0m'); exit(9)", PartError, r"exit code 9 \(\*\*\* ERR \*\*\*\)"),
        ("raise SystemExit('the kernel is ill')", PartError, r"exit code 1 \(the kernel is ill\).*doctor"),
        ("raise SystemExit(3)", PartError, "finds no shape"),
        ("import sys; print('disk full', file=sys.stderr); sys.exit(4)", StorageError, r"\(disk full\).*TMPDIR"),
    ],
)
def test_a_kernel_that_breaks_down_is_told(
    data: Path, monkeypatch: pytest.MonkeyPatch, code: str, error: type[Exception], said: str
) -> None:
    """A crash, a failure, an empty result and a full disk of the child each become one error of ours."""
    monkeypatch.setattr(step_module, "READER", (sys.executable, "-c", code))
    with pytest.raises(error, match=f"(?s)mixed.step.*{said}|{said}.*mixed.step"):
        load(PartSource(file="mixed.step"), base=data)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_no_part(tmp_path: Path) -> None:
    """A named pipe is refused instead of waited for."""
    os.mkfifo(tmp_path / "part.step")
    with pytest.raises(PartError, match="neither a file nor a folder"):
        load(PartSource(file="part.step"), base=tmp_path)
