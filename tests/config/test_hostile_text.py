"""Hostile text, wherever text is allowed: refused with a message, or written so that it stays text."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config import ConfigurationError, Environment, load
from layers.escape import literal
from layers.synthesis import SynthesisError, synthesise, terraform_json
from tests.support.text_fields import TextField, bases, text_fields
from tests.support.wrong import toml_text

HOSTILE = {
    "quotes": """a "b" 'c'""",
    "backslash": r"a\b\n\u0000",
    "newlines": "a\nb\r\nc",
    "an expression": '${file("/etc/passwd")}',
    "an expression without quotes": "${path.root}",
    "an expression in an expression": '${"${path.root}"}',
    "half an expression": "${",
    "a doubled expression": "$${path.root} $$${path.root}",
    "a directive": "%{ for x in [1, 2] }x%{ endfor }",
    "a doubled directive": "%%{ if true }",
    "a token of CDKTF": "${TfToken[TOKEN.0]}",
    "a list token of CDKTF": "#{TfToken[TOKEN.0]}",
    "a NUL": "a\0b",
    "an escape sequence": "\x1b[31mred",
    "unicode": "ünïcödé 🐘 \u202eright to left\u2028",
    "a path out of the folder": "../../../../../../tmp/escaped",
    "an absolute path": "/etc/passwd",
    "YAML": "!!python/object/apply:os.system ['true']",
    "JSON": '"}], "x": [{"y": "',
    "a heredoc": "<<EOF\nx\nEOF",
    "nothing": "",
    "very much": "x" * 100_000,
}
FIELDS = text_fields()
PLAIN = "plain"
EXPRESSION = re.compile(r"(?<!\$)\$\{[^{}]*\}")


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("WINDLASS_"):
            monkeypatch.delenv(name)


def loaded(root: Path, data: dict[str, Any]) -> Environment:
    (root / "environments").mkdir(exist_ok=True)
    (root / "environments" / "tried.toml").write_text(toml_text(data), encoding="utf-8")
    return load("tried", root)


def accepted(root: Path, field: TextField, text: str) -> bool:
    try:
        loaded(root, field.put(bases()[field.base], text))
    except ConfigurationError as error:
        assert field.path[0] in str(error)
        assert len(str(error)) < 5_000
        assert "\x1b" not in str(error)
        return False
    return True


def test_the_walk_finds_the_places_that_people_know() -> None:
    names = {str(field) for field in FIELDS}
    assert {
        "project",
        "tags.a",
        "tags.a (its name)",
        "state.path",
        "state.organization",
        "network.zones.eu-west-1a.public",
        "services.web (its name)",
        "services.web.environment.a",
        "services.web.migration_command.0",
        "services.web.test_listener.allowed_cidrs.0",
    } <= names
    assert len(names) > 40


@pytest.mark.slow
@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_text_is_accepted_or_refused_with_a_message(field: TextField, tmp_path: Path) -> None:
    freely = [name for name, text in HOSTILE.items() if accepted(tmp_path, field, text)]
    if not is_free(field):
        # What ends up in names, addresses and backends takes nothing that could be an expression.
        assert {"an expression", "a directive", "half an expression", "newlines", "a NUL"} & set(freely) == set()
    elif accepted(tmp_path, field, PLAIN):  # otherwise the table lacks what it needs in this file, and another has it
        assert "an expression" in freely
        assert {"a NUL", "very much", "a token of CDKTF"} & set(freely) == set()


def is_free(field: TextField) -> bool:
    """Whether the field takes any text at all."""
    return not field.is_key and field.path[-2:-1] in (
        ("command",),
        ("entry_point",),
        ("environment",),
        ("health_check_command",),
        ("migration_command",),
    )


def environment_with(root: Path, base: str, text: str) -> Environment:
    """An environment that has the text in every field that takes it."""
    data = bases()[base]
    for field in FIELDS:
        if is_free(field) and field.path[0] in data and accepted(root, field, text):
            data = field.put(data, text)
    return loaded(root, data)


def containers(documents: dict[str, Any]) -> list[str]:
    tasks = documents["service"]["resource"]["aws_ecs_task_definition"]
    return [body["container_definitions"] for body in tasks.values()]


def expressions(value: Any) -> list[str]:
    return sorted(EXPRESSION.findall(json.dumps(value)))


TRIED = [name for name, text in HOSTILE.items() if len(text) <= 4096 and "\0" not in text and "TfToken" not in text]


@pytest.mark.slow
def test_what_is_accepted_is_escaped_in_the_json_and_for_terraform(tmp_path: Path) -> None:
    """Terraform's own evaluation gives back what stood in the file, and the JSON holds no expression more."""
    plain = terraform_json(environment_with(tmp_path, "production", PLAIN))
    stack: dict[str, Any] = {"locals": {}}
    for index, name in enumerate(TRIED):
        documents = terraform_json(environment_with(tmp_path, "production", HOSTILE[name]))
        assert json.loads(json.dumps(documents)) == documents
        assert expressions(documents) == expressions(plain), name
        # The references of ours have nothing behind them here.
        stack["locals"][f"case_{index}"] = [EXPRESSION.sub("ours", text) for text in containers(documents)]
    folder = tmp_path / "stack"
    folder.mkdir()
    (folder / "main.tf.json").write_text(json.dumps(stack))
    for index, name in enumerate(TRIED):
        for text in console(folder, f"local.case_{index}"):
            container, _ = json.loads(text)
            settings = {setting["name"]: setting["value"] for setting in container["environment"]}
            assert settings["a"] == HOSTILE[name], name


def console(folder: Path, expression: str) -> list[str]:
    run = subprocess.run(
        ["terraform", "console"],
        cwd=folder,
        input=f"jsonencode({expression})\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return list(json.loads(json.loads(run.stdout)))


WRITTEN: list[str] = []
"""Files that were opened for writing while `RECORDING` was not empty."""
RECORDING: list[bool] = []


def record(event: str, arguments: tuple[Any, ...]) -> None:
    if RECORDING and event in ("open", "os.mkdir", "os.rename"):
        writes = event != "open" or (isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR))
        if writes and isinstance(arguments[0], str | os.PathLike):
            WRITTEN.append(os.fspath(arguments[1] if event == "os.rename" else arguments[0]))


def test_nothing_outside_the_output_folder_is_written(tmp_path: Path) -> None:
    environment = environment_with(tmp_path, "production", HOSTILE["a path out of the folder"])
    sys.addaudithook(record)
    RECORDING.append(True)
    try:
        synthesise(environment, tmp_path)
    except SynthesisError:
        pytest.fail("the text was accepted, so it must be written")
    finally:
        RECORDING.clear()
    own = (str(tmp_path / "cdktf.out"), "/dev/")
    elsewhere = {path for path in WRITTEN if not path.startswith(own) and "windlass-synth-" not in path}
    assert {path for path in elsewhere if "__pycache__" not in path and ".windlass" not in path} == set()
    assert any(path.startswith(own[0]) for path in WRITTEN)


@pytest.mark.parametrize("text", ["${a}", "$${a}", "$$${a}", "%{a}", "%%{a}", "a$", "100%", "$ {a}", ""])
def test_doubling_can_be_undone(text: str) -> None:
    assert literal(text).replace("$${", "${").replace("%%{", "%{") == text
