"""Completion in real shells: commands, environments, services, layers."""

import os
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from cli import completion
from cli.commands.completion import SHELLS
from tests.support.documents import ENVIRONMENTS

ROOT = Path(__file__).resolve().parents[2]
WORDS = {
    "./windlass de": {"destroy", "deploy"},
    "./windlass check ": set(ENVIRONMENTS),
    "./windlass plan prod --la": {"--layer"},
    "./windlass plan prod --layer n": {"network"},
    "./windlass switch prod ": {"web"},
    "./windlass switch prod web ": {"blue", "green"},
    "./windlass local airflow": {"airflow-password"},
    "./windlass local up --environment ": {"local"},
    "./windlass completion f": {"fish"},
}
CONTEXT, NAME = click.Context(click.Command("plan")), click.Argument(["name"])
each_line = pytest.mark.parametrize("line", WORDS)

BASH = """
eval "$(./windlass completion bash)"
COMP_WORDS=({words}) COMP_CWORD={index} COMPREPLY=()
_windlass_completion ./windlass
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH = """
compdef() {{ }}
_describe() {{ print -l -- "${{completions_with_descriptions[@]%%:*}}" }}
compadd() {{ print -l -- "${{completions[@]}}" }}
eval "$(./windlass completion zsh)"
words=({words}) CURRENT={number}
_windlass_completion
"""
FISH = """
./windlass completion fish | source
complete --do-complete '{line}'
"""


def complete(shell: str, line: str) -> set[str]:
    """What a shell offers behind a line."""
    binary = shutil.which(shell)
    if binary is None:
        pytest.skip(f"{shell} is not installed on this machine")
    words = line.split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    scripts = {"bash": BASH, "zsh": ZSH, "fish": FISH}
    script = scripts[shell].format(words=quoted, index=len(words) - 1, number=len(words), line=line)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WINDLASS_")}
    ended = subprocess.run(
        [binary, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return {offered.split("\t")[0] for offered in ended.stdout.split("\n") if offered}


@each_line
def test_bash_completes(line: str) -> None:
    assert complete("bash", line) == WORDS[line]


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["zsh", "fish"])
@each_line
def test_other_shells_complete(shell: str, line: str) -> None:
    assert complete(shell, line) == WORDS[line]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_runs_the_command_as_it_was_typed(shell: str) -> None:
    """A clone's `./windlass` is not on the PATH, where click's own scripts look for `windlass`."""
    ended = subprocess.run([ROOT / "windlass", "completion", shell], capture_output=True, text=True, check=True)
    assert f"{shell}_complete" in ended.stdout
    assert SHELLS[shell] in ended.stdout
    assert "_complete windlass" not in ended.stdout
    assert "commands[windlass]" not in ended.stdout


def test_a_half_written_file_still_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "half.toml").write_text("[services.web\n")
    monkeypatch.setenv("WINDLASS_ROOT", str(tmp_path))
    assert completion.environments(CONTEXT, NAME, "") == ["half"]
    assert completion.local_environments(CONTEXT, NAME, "") == []


def test_nothing_is_offered_where_there_are_no_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WINDLASS_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)
    assert completion.environments(CONTEXT, NAME, "") == []
