"""Which LLVM Dr.Jit compiles with: found and checked before it is loaded.

Dr.Jit loads LLVM at run time and does not bring it. LLVM 14 and older is refused by it; **15 and 16 are loaded and
then abort the whole process**, because they cannot translate the float minimum; 17 to 22 work. **23.1 aborts too**, on
some programs and not on others ("Cannot select: fmaximum"): our own formulas avoid what it stumbles over
(:mod:`blemish.finish.arithmetic`), Mitsuba's do not. So nothing is loaded here that is not known to work:

1. the library that the user names in ``DRJIT_LIBLLVM_PATH``; a bad one is an error, never passed over in silence;
2. the newest system library whose name says 17 to 22;
3. the library of the Python package ``karellen-llvm-core``, a dependency of ours where it exists; a 23 with a warning.

The first two are strangers: a child process tries them, so that an abort ends the child. The third needs no trial.
"""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from blemish.errors import EngineError

VARIABLE = "DRJIT_LIBLLVM_PATH"
OLDEST, NEWEST = 17, 22
PACKAGE = "karellen-llvm-core"
CURE = f"`pip install '{PACKAGE}<{NEWEST + 1}'` (Linux x86_64), or set {VARIABLE} to an LLVM {OLDEST} - {NEWEST}"

# Set for the processes that we start: what was found and tried once is not tried again by every worker.
_TRIED = "BLEMISH_TRIED_LLVM"

_SYSTEM_FOLDERS = (
    "/usr/lib/*-linux-gnu",
    "/usr/lib/llvm-*/lib",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/lib",
    "/opt/homebrew/opt/llvm*/lib",
    "/usr/local/opt/llvm*/lib",
)

# Load, ask for the version, and compile what 15 and 16 stumble over. Runs in a child: see `try_out`.
_TRIAL = """
import ctypes, os, sys
library = ctypes.CDLL(os.environ["DRJIT_LIBLLVM_PATH"])
numbers = [ctypes.c_uint() for _ in range(3)]
if not hasattr(library, "LLVMGetVersion"):
    sys.exit("it is older than LLVM 16")
library.LLVMGetVersion(*[ctypes.byref(number) for number in numbers])
print(*[number.value for number in numbers], sep=".", flush=True)
if numbers[0].value < int(sys.argv[1]):
    sys.exit(f"it is LLVM {numbers[0].value}")
import drjit
from drjit.llvm import Float
assert float(drjit.sum(drjit.minimum(drjit.arange(Float, 4), 2))[0]) == 5
"""


_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Llvm:
    """An LLVM library that Dr.Jit can use."""

    path: Path
    version: str
    source: str
    """Who brought it: ``DRJIT_LIBLLVM_PATH``, ``system`` or ``karellen-llvm-core``."""


def find() -> Llvm:
    """Find the LLVM to compile with, in the order above; :class:`EngineError` with the cure if there is none."""
    named = os.environ.get(VARIABLE)
    if named:
        return _named_by_user(Path(named))
    faults = []
    for path in system_libraries():
        version, fault = try_out(path)
        if not fault:
            return Llvm(path, version, "system")
        faults.append(f"{path}: {fault}")
    ours = packaged()
    if ours is None:
        raise EngineError("\n".join([f"no LLVM {OLDEST} - {NEWEST} was found for the renderer; {CURE}", *faults]))
    if int(ours.version.split(".")[0]) > NEWEST:
        _log.warning("LLVM %s is known to abort on some programs; %s", ours.version, CURE)
    return ours


def use(llvm: Llvm) -> None:
    """Tell Dr.Jit, and every process that this one starts, to load this library."""
    os.environ[VARIABLE] = str(llvm.path)
    os.environ[_TRIED] = "|".join([str(llvm.path), llvm.version, llvm.source])


def try_out(path: Path) -> tuple[str, str]:
    """Try a library in a child process (0.5 s): its version, and what is wrong with it ("" if it works)."""
    if not path.is_file():
        return "", "there is no such file"
    environment = {**os.environ, VARIABLE: str(path)}
    command = [sys.executable, "-c", _TRIAL, str(OLDEST)]
    try:
        child = subprocess.run(  # noqa: S603  our own interpreter with our own text
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    except subprocess.TimeoutExpired:
        return "", "it did not answer within a minute"
    version = child.stdout.strip()
    if child.returncode < 0:
        return version, f"it takes the process down (signal {-child.returncode})"
    if child.returncode > 0:
        return version, (child.stderr.strip().splitlines() or ["it does not work"])[-1]
    return version, ""


def system_libraries() -> list[Path]:
    """List the system's libraries whose names say that they are new enough and not too new, newest first."""
    found = {path.resolve(): number for path, number in _numbered() if OLDEST <= number <= NEWEST}
    return sorted(found, key=lambda path: -found[path])


def packaged() -> Llvm | None:
    """Give the library that the Python package brought, if it is installed."""
    try:
        package = metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError:
        return None
    for file in package.files or ():
        path = Path(str(file.locate()))
        if re.fullmatch(r"libLLVM\.so\.\d+(\.\d+)*", path.name) and path.is_file():
            return Llvm(path.resolve(), package.version, PACKAGE)
    return None


def _named_by_user(path: Path) -> Llvm:
    tried = os.environ.get(_TRIED, "").split("|")
    if tried[0] == str(path) and len(tried) == 3:
        return Llvm(path, tried[1], tried[2])
    ours = packaged()
    if ours is not None and path.resolve() == ours.path:
        return ours
    version, fault = try_out(path)
    if fault:
        raise EngineError(
            f"{VARIABLE} names {path}, which cannot be used: {fault} (LLVM {OLDEST} or newer is needed); "
            f"name another library, or unset the variable and `pip install {PACKAGE}`"
        )
    return Llvm(path, version, VARIABLE)


def _numbered() -> Iterator[tuple[Path, int]]:
    for pattern in _SYSTEM_FOLDERS:
        for folder in Path("/").glob(pattern.lstrip("/")):
            for path in folder.glob("libLLVM*"):
                said = re.search(r"libLLVM-(\d+)\.|libLLVM\.so\.(\d+)|llvm[@-](\d+)/lib/libLLVM\.", str(path))
                if said:
                    yield path, int(next(number for number in said.groups() if number))
