"""An environment file is read as a whole: it is valid, or every mistake in it is reported at once."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config import ConfigurationError, environment_names, load
from tests.support.wrong import toml_text

ROOT = Path(__file__).resolve().parents[2]
Change = Callable[[dict[str, Any]], object]


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("WINDLASS_"):
            monkeypatch.delenv(name)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    return tmp_path


def changed(project: Path, name: str, change: Change) -> Path:
    path = project / "environments" / f"{name}.toml"
    data = tomllib.loads(path.read_text())
    change(data)
    path.write_text(toml_text(data))
    return project


def mistakes(project: Path, name: str) -> dict[str, str]:
    with pytest.raises(ConfigurationError) as caught:
        load(name, project)
    return {problem.key: problem.message for problem in caught.value.problems}


def put(path: str, value: Any) -> Change:
    def change(data: dict[str, Any]) -> None:
        *tables, last = path.split("/")
        for table in tables:
            data = data.setdefault(table, {})
        data[last] = value

    return change


def drop(path: str) -> Change:
    def change(data: dict[str, Any]) -> None:
        *tables, last = path.split("/")
        for table in tables:
            data = data[table]
        del data[last]

    return change


@pytest.mark.parametrize("name", ["dev", "local", "prod", "staging"])
def test_every_shipped_environment_is_right(name: str) -> None:
    environment = load(name, ROOT)
    assert environment.name == name
    assert environment.prefix == f"windlass-{name}"


def test_the_environments_are_the_files_in_the_folder(project: Path) -> None:
    (project / "environments" / "notes.txt").write_text("not an environment")
    assert environment_names(project) == ["dev", "local", "prod", "staging"]


def test_a_service_may_answer_to_host_names_alone(project: Path) -> None:
    without_paths = changed(project, "prod", put("services/web/path_patterns", []))
    assert load("prod", without_paths).services["web"].path_patterns == ()


def test_all_mistakes_are_reported_together_even_those_of_rules(project: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        data["kind"] = "prod"
        data["services"]["web"]["memory_mib"] = 1500
        data["network"]["cidr"] = "nonsense"
        data["network"]["zones"]["us-east-1a"] = {"public": "10.30.12.0/22", "private": "10.30.112.0/20"}
        data["database"]["instance_clas"] = data["database"].pop("instance_class")
        data["database"]["max_allocated_storage_gib"] = 50

    messages = mistakes(changed(project, "prod", change), "prod")
    assert set(messages) == {
        "kind",
        "services.web.memory_mib",
        "network.cidr",
        "network.zones.us-east-1a",
        "network.zones.us-east-1a.isolated",
        "database.instance_clas",
        "database.instance_class",
        "database.max_allocated_storage_gib",
    }


def test_two_services_need_two_priorities(project: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        data["services"]["api"] = dict(data["services"]["web"])

    assert "already used by services.web" in mistakes(changed(project, "prod", change), "prod")["services.api.priority"]


def test_an_environment_variable_goes_over_dotenv_and_that_over_the_file(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".env").write_text(
        "WINDLASS_DATABASE__INSTANCE_CLASS=db.t4g.small\nWINDLASS_SERVICES__WEB__CPU=1024\n"
        "WINDLASS_SERVICES__WEB__MEMORY_MIB=2048\n"
    )
    monkeypatch.setenv("WINDLASS_DATABASE__INSTANCE_CLASS", "db.t4g.large")
    monkeypatch.setenv("WINDLASS_LOAD_BALANCER__ALLOWED_CIDRS", '["192.0.2.0/24"]')
    monkeypatch.setenv("WINDLASS_CLUSTER__EXECUTE_COMMAND", "true")
    monkeypatch.setenv("WINDLASS_AWS__ACCOUNT_ID", "210987654321")
    environment = load("prod", project)
    assert environment.database.instance_class == "db.t4g.large"
    assert environment.services["web"].cpu == 1024
    assert environment.load_balancer.allowed_cidrs == ("192.0.2.0/24",)
    assert environment.cluster.execute_command is True
    assert environment.aws.account_id == "210987654321"


def test_a_mistake_in_a_variable_names_the_variable(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / ".env").write_text("WINDLASS_CLUSTER__LOGS_RETENTION_DAYS=8\n")
    monkeypatch.setenv("WINDLASS_DATABASE__MULTI_AZ", "maybe")
    with pytest.raises(ConfigurationError) as caught:
        load("prod", project)
    text = str(caught.value)
    assert "from environment variable WINDLASS_DATABASE__MULTI_AZ" in text
    assert "from WINDLASS_CLUSTER__LOGS_RETENTION_DAYS in .env" in text


@pytest.mark.parametrize("place", ["variable", "dotenv"])
def test_a_variable_that_no_key_belongs_to_is_a_mistake(
    project: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    if place == "variable":
        monkeypatch.setenv("WINDLASS_DATABSE__MULTI_AZ", "true")
    else:
        (project / ".env").write_text("WINDLASS_DATABSE__MULTI_AZ=true\n")
    messages = mistakes(project, "prod")
    assert "did you mean WINDLASS_DATABASE" in messages["WINDLASS_DATABSE__MULTI_AZ"]


def test_a_variable_with_an_unknown_key_below_a_table_is_a_mistake(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINDLASS_DATABASE__MULTI_ZA", "true")
    assert "did you mean multi_az" in mistakes(project, "prod")["database.multi_za"]


def test_an_unknown_environment_names_those_there_are(project: Path) -> None:
    assert 'did you mean "prod"' in mistakes(project, "prd")["environment"]


@pytest.mark.parametrize("content", [b"a = ", b"\xff\xfe", b'project = "a"\nproject = "b"\n'])
def test_a_file_that_is_not_toml_says_where(project: Path, content: bytes) -> None:
    (project / "environments" / "prod.toml").write_bytes(content)
    with pytest.raises(ConfigurationError, match="is not TOML"):
        load("prod", project)


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ('project = "a"\nregion = eu\n', ["region = eu", "         ^"]),
        ("[a]\r\nb = \x1b[31m1\r\n", ["b =  [31m1", "    ^"]),
        (f'a = "{"x" * 200}" b\n', ["x" * 38 + '" b', " " * 40 + "^"]),
    ],
    ids=["short", "not printable", "long"],
)
def test_a_file_that_is_not_toml_shows_the_place(project: Path, content: str, shown: list[str]) -> None:
    (project / "environments" / "prod.toml").write_bytes(content.encode())
    with pytest.raises(ConfigurationError, match="is not TOML") as caught:
        load("prod", project)
    line, caret = str(caught.value).splitlines()[-2:]
    assert [line.removeprefix("      "), caret.removeprefix("      ")] == shown


def test_what_ends_too_early_has_no_place(project: Path) -> None:
    (project / "environments" / "prod.toml").write_text("a = [1")
    with pytest.raises(ConfigurationError) as caught:
        load("prod", project)
    assert len(str(caught.value).splitlines()) == 4


def test_the_model_is_frozen() -> None:
    environment = load("prod", ROOT)
    with pytest.raises(ValueError, match="frozen"):
        environment.project = "other"  # type: ignore[misc]


def test_the_command_exits_with_2_and_no_traceback() -> None:
    variables = {**os.environ, "WINDLASS_ENVIRONMENT": "nowhere"}
    run = subprocess.run(
        [sys.executable, "main.py"], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert "there is no environment of this name" in run.stderr
    assert "Traceback" not in run.stderr
