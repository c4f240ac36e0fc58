"""What scripts read, and how much people are shown."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from cli.app import main
from cli.running.bootstrap import Bootstrap
from cli.running.machine_ui import MachineUi
from cli.running.outcome import Outcome, outcomes_json
from tests.cli.fake_project import environment, state_key
from tests.cli.fake_terraform import error, planned, summary
from tests.cli.test_apply import APPLIED, HOLDS_SOMETHING
from tests.cli.test_help import commands
from tests.cli.test_local import local
from tests.support.documents import ROOT

__all__ = ["local"]

REMOVED = {"add": 0, "change": 0, "remove": 3, "import": 0}
CHANGED = {"when": ["plan"], "code": 2, "lines": [planned("aws_vpc.main", "create"), summary(add=1)]}
WARNS = {
    "when": ["plan"],
    "lines": [{"type": "diagnostic", "diagnostic": {"severity": "warning", "summary": "Old", "detail": "Do not."}}],
}


def check(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, dict]:
    """The exit code and the JSON of a check of dev.toml with a text at its end."""
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    with (tmp_path / "environments" / "dev.toml").open("a") as dev:
        dev.write(file)
    monkeypatch.setenv("WINDLASS_ROOT", str(tmp_path))
    code = main(["check", "dev", "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_check_as_json_of_a_valid_file(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr("cli.notices.today", lambda: date(2026, 12, 1))
    code, result = check("", tmp_path, monkeypatch, capsys)
    assert code == 0
    assert {each["quota"] for each in result.pop("quotas")} > {"fargate_vcpus", "elastic_ips", "iam_roles"}
    assert result == {
        "environment": "dev",
        "valid": True,
        "stacks": 4,
        "problems": [],
        "warnings": [],
        "waived": [],
        "notices": [],
    }


def test_check_as_json_names_file_and_key_of_each_mistake(tmp_path, monkeypatch, capsys) -> None:
    code, result = check("\n[nonsense]\na = 1\n", tmp_path, monkeypatch, capsys)
    assert (code, result["valid"]) == (2, False)
    (problem,) = result["problems"]
    assert (problem["file"], problem["key"]) == ("environments/dev.toml", "nonsense")
    assert "is not a key" in problem["message"]


def test_check_as_json_names_the_guard_that_refuses(tmp_path, monkeypatch, capsys) -> None:
    waiver = '\n[[waivers]]\nguard = "rules_are_described"\naddress = "a: b.c"\nreason = "nobody knows now"\n'
    code, result = check(waiver, tmp_path, monkeypatch, capsys)
    assert code == 2
    assert [problem["guard"] for problem in result["problems"]] == ["waivers_match_findings"]


def test_synth_as_json_gives_the_folder_of_each_stack(windlass, project) -> None:
    folders = json.loads(windlass("synth", "dev", "--json").out)
    assert folders["network"] == str(project.workspace.root / "cdktf.out" / "stacks" / "dev-network")


def test_validate_as_json_gives_the_problems_of_each_layer(windlass, terraform) -> None:
    warning = {"severity": "warning", "summary": "Deprecated", "detail": "Do not."}
    terraform.follow({"when": ["validate"], "lines": [{"diagnostics": [warning]}]})
    ended = windlass("validate", "dev", "--layer", "data", "--json")
    assert ended.code == 1
    assert json.loads(ended.out) == {"data": ["Warning: Deprecated\nDo not."]}


def test_quiet_leaves_results(windlass, terraform) -> None:
    terraform.follow(CHANGED)
    loud, quiet = windlass("plan", "dev"), windlass("plan", "dev", "--quiet")
    assert quiet.out == loud.out
    assert (quiet.err, bool(loud.err)) == ("", True)


@pytest.mark.parametrize("place", [("--quiet", "plan", "dev"), ("plan", "-q", "dev"), ("plan", "dev", "-q")])
def test_quiet_may_stand_anywhere(windlass, terraform, place) -> None:
    assert windlass(*place).err == ""


def test_quiet_leaves_errors_and_warnings(windlass, terraform) -> None:
    assert "no environment 'nowhere'" in windlass("plan", "nowhere", "--quiet").err
    terraform.follow(WARNS)
    assert "network: Warning: Old" in windlass("plan", "dev", "--layer", "network", "--quiet").err


def test_verbose_adds_each_terraform_command_and_its_log(windlass, terraform) -> None:
    ended = windlass("plan", "dev", "--layer", "network", "--verbose")
    assert "terraform init" in ended.err
    assert "terraform plan -out=" in ended.err
    log = Path(ended.err.split("terraform plan")[1].split("its output: ")[1].splitlines()[0])
    assert log.exists()
    assert "its output:" not in windlass("plan", "dev", "--layer", "network").err


def test_apply_destroy_and_bootstrap_as_json_say_what_was_done_to_each_layer(windlass, terraform) -> None:
    terraform.follow(CHANGED, APPLIED, HOLDS_SOMETHING)
    for command in (("apply", "dev"), ("destroy", "dev")):
        ended = windlass(*command, "--yes", "--json")
        assert ended.code == 0, ended.err
        layers = json.loads(ended.out)
        assert set(layers) == {"network", "data", "service"}
        assert [layer["changed"] for layer in layers.values()] == [True, True, True]
        assert layers["network"]["summary"]["add"] == 1
    terraform.follow(HOLDS_SOMETHING)
    assert json.loads(windlass("apply", "dev", "--yes", "--json").out)["data"] == {"changed": False, "summary": {}}


def test_bootstrap_as_json_says_what_was_done(windlass, terraform, monkeypatch) -> None:
    monkeypatch.setattr(Bootstrap, "create", lambda *_, **__: Outcome(unchanged=["bootstrap"]))
    monkeypatch.setattr(Bootstrap, "destroy", lambda _: Outcome(changed={"bootstrap": MachineUi(changes=REMOVED)}))
    ended = windlass("bootstrap", "dev", "--yes", "--json")
    assert json.loads(ended.out) == {"bootstrap": {"changed": False, "summary": {}}}
    ended = windlass("bootstrap", "dev", "--destroy", "--confirm", "dev", "--json")
    assert json.loads(ended.out) == {"bootstrap": {"changed": True, "summary": REMOVED}}


def test_what_was_changed_in_several_steps_is_added_up() -> None:
    first = Outcome(changed={"bootstrap": MachineUi(changes={**REMOVED, "add": 5})})
    second = Outcome(changed={"bootstrap": MachineUi(changes={**REMOVED, "add": 1})}, unchanged=["network"])
    assert outcomes_json([first, second]) == {
        "bootstrap": {"changed": True, "summary": {"add": 6, "change": 0, "remove": 6, "import": 0}},
        "network": {"changed": False, "summary": {}},
    }


def test_local_apply_as_json_gives_layers_and_addresses(windlass, terraform, local) -> None:
    terraform.follow(CHANGED, APPLIED)
    services = {"value": {"web": {"url": "https://app.windlass.localhost:8443"}}, "sensitive": False}
    local.states[state_key("local", "service")] = {"outputs": {"services": services}}
    ended = windlass("local", "apply", "--json", on=local)
    assert ended.code == 0, ended.err
    result = json.loads(ended.out)
    assert result["environment"] == "local"
    assert {layer: one["changed"] for layer, one in result["layers"].items()} == {
        "bootstrap": False,
        "network": True,
        "data": True,
        "service": True,
    }
    assert result["addresses"] == [{"name": "web", "url": "https://app.windlass.localhost:8443", "sign_in": ""}]
    assert "local: is up after" in ended.err


@pytest.mark.parametrize("command", [("apply", "dev"), ("destroy", "dev"), ("local", "apply")])
def test_what_fails_half_way_prints_no_json(windlass, terraform, local, command) -> None:
    local.known["dev"] = environment("dev")
    terraform.follow(CHANGED, HOLDS_SOMETHING, {"when": ["apply"], "code": 1, "lines": [error("No such bucket")]})
    ended = windlass(*command, *(("--yes",) if command[0] != "local" else ()), "--json", on=local)
    assert (ended.code, ended.out) == (1, "")
    assert "No such bucket" in ended.err


@pytest.mark.parametrize("command", ["apply", "destroy", "bootstrap"])
def test_json_never_meets_a_question(windlass, terraform, command) -> None:
    ended = windlass(command, "dev", "--json")
    assert ended.code == 2
    assert "--json needs --yes" in ended.err
    assert not terraform.calls("apply")


WITHOUT_JSON = {
    "airflow": "prints what Airflow's own command prints",
    "completion": "prints a program for a shell",
    "local": "a group",
    "local airflow-password": "prints one word",
    "local clean": "leaves nothing to read: its exit code says it",
    "local down": "its exit code says it; `local status --json` has the rest",
    "local reset": "its exit code says it",
    "local trust": "talks to the browser's store of certificates; its exit code says it",
    "local up": "`local status --json` has what runs",
    "schema": "prints JSON without the option",
}
"""Command → why a script does not miss `--json`."""


def test_every_command_has_json_or_a_reason() -> None:
    names = {" ".join(path): {one.name for one in command.params} for path, command in commands()}
    assert {name for name, parameters in names.items() if "as_json" not in parameters} == set(WITHOUT_JSON)
