"""Completion in the shell: what is installed completes verbs, options and files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from blemish.cli import VERBS


def install(home: Path, shell: str) -> Path:
    """Install completion for a shell into a home folder of its own; return the script."""
    script = home / f"complete.{shell}"
    env = os.environ | {"HOME": str(home), "USERPROFILE": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
    command = [sys.executable, "-m", "blemish", "--install-completion", "--shell", shell, "--output", str(script)]
    subprocess.run(command, env=env, check=True, capture_output=True)
    return script


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_verbs_options_and_files(tmp_path: Path) -> None:
    """What bash offers after a few letters is the verb, the option, the file that begins with them."""
    script = install(tmp_path, "bash")
    (tmp_path / "bracket.toml").touch()
    ask = f"""
source {script}
cd {tmp_path}
asks=$(complete -p blemish); asks=${{asks##*-F }}; asks=${{asks%% *}}
for line in "blemish ver" "blemish make --wor" "blemish make brack"; do
    COMP_WORDS=($line) COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 )) COMP_LINE=$line COMP_POINT=${{#line}} COMPREPLY=()
    COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
    $asks blemish "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD - 1]}}"
    echo "${{COMPREPLY[@]}}"
done
"""
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["verify", "--workers", "bracket.toml"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_know_every_verb(tmp_path: Path, shell: str) -> None:
    """The script for a shell names every verb."""
    text = install(tmp_path, shell).read_text(encoding="utf-8")
    assert not [verb for verb in VERBS if verb not in text]
