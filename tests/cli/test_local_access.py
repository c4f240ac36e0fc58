"""The last screen of `local apply`, and what the screen says while something does not run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli import local_ports
from cli.commands.local.apply import FIRST_RUN
from cli.errors import CommandError
from cli.session import Session
from config import load
from release.airflow_status import AirflowStatus, ComponentStatus
from tests.cli.fake_embedded_aws import FakeEmbeddedAws
from tests.cli.fake_project import FakeDataPlane, FakeProject, service_status, state_key
from tests.cli.fake_terraform import FakeTerraform, planned, summary
from tests.cli.test_local import local

__all__ = ["local"]
ROOT = Path(__file__).resolve().parents[2]
PROBLEM = "unhealthy: container web: connection refused"


@pytest.fixture
def platform(local: FakeProject, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeProject:
    """The environment of `make local`, with everything it runs made up."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for step in ("prepare_airflow", "add_own_images"):
        monkeypatch.setattr(f"cli.data_plane.{step}", lambda *_: None)
    for step in ("add_own_images", "keep_minimums"):
        monkeypatch.setattr(f"cli.commands.local.apply.{step}", lambda *_: None)
    monkeypatch.setattr("cli.data_plane._migrate_all", lambda *_: None)
    monkeypatch.setattr("cli.commands.local.apply.install_airflow_in_background", lambda *_: None)
    services = (service_status("windlass-local-web-blue"), service_status("windlass-local-web-green", desired=0))
    outputs = {
        "services": {"value": {"web": {"url": "https://app.windlass.localhost:8443"}}},
        "airflow": {"value": {"url": "https://airflow.windlass.localhost:8443"}},
        "listener_arn": {"value": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/x/1/2"},
    }
    return FakeProject(
        root=local.root,
        known={"local": load("local", ROOT)},
        embedded_aws=FakeEmbeddedAws(local.root / ".windlass" / "embedded-aws"),
        containers=FakeDataPlane(services=services),
        states={"windlass/local/service/terraform.tfstate": {"outputs": outputs, "serial": 1, "lineage": "a"}},
    )


def test_the_last_screen_has_what_a_person_needs_and_nothing_else(
    windlass: Callable[..., Any], terraform: FakeTerraform, platform: FakeProject
) -> None:
    ended = windlass("local", "apply", on=platform)
    assert ended.code == 0, ended.err
    assert "all services with tasks are healthy (1)" in ended.out
    for wanted in (
        "https://airflow.windlass.localhost:8443",
        "user admin, password: ./windlass local airflow-password",
        "https://app.windlass.localhost:8443",
        "./windlass local trust",
        "git clone .windlass/repositories/git.windlass.localhost/dags.git",
        "./windlass status local",
        "./windlass deploy local web --switch --image 123456789012.dkr.ecr.eu-west-1.amazonaws.com/windlass-local/web:",
        "make clean-local",
    ):
        assert wanted in ended.out
    assert "arn:" not in ended.out
    assert "./windlass switch local web --rollback" in ended.out
    assert len(ended.out.strip().splitlines()) <= 18


def test_the_last_screen_suggests_a_version_that_no_colour_runs(
    windlass: Callable[..., Any],
    terraform: FakeTerraform,
    platform: FakeProject,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/windlass-local/web"
    running = {"/blue/image": f"{registry}:0.10.0", "/green/image": f"{registry}:0.9.0"}
    web = {colour: {"image_parameter": f"/{colour}/image"} for colour in ("blue", "green")}
    platform.states["windlass/local/service/terraform.tfstate"]["outputs"]["services"]["value"]["web"] |= web

    class Parameters:
        def get_parameters(self, *, Names: list[str]) -> Any:  # noqa: N803
            return {"Parameters": [{"Name": name, "Value": running[name]} for name in Names]}

    monkeypatch.setattr(type(platform.local), "client", lambda *_: Parameters())
    ended = windlass("local", "apply", on=platform)
    assert f"--switch --image {registry}:0.11.0" in ended.out
    assert "./windlass local image windlass-local/web:0.11.0" in ended.out


def test_addresses_are_those_of_what_runs_with_the_line_that_leads_there(
    windlass: Callable[..., Any],
    terraform: FakeTerraform,
    platform: FakeProject,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n")
    monkeypatch.setattr("cli.local_access.HOSTS_FILE", hosts)
    outputs = platform.states["windlass/local/service/terraform.tfstate"]["outputs"]
    shown = windlass("local", "up", "--with", "web", on=platform).out
    assert "https://app.windlass.localhost:8443" in shown
    assert "https://airflow.windlass.localhost" not in shown
    assert "127.0.0.1" not in shown.partition("Open in a browser")[2]
    outputs["services"]["value"]["web"]["url"] = "https://www.acme.example:8443"
    shown = windlass("local", "up", "--with", "web", on=platform).out
    assert f"this line in {hosts} leads a browser here: 127.0.0.1 www.acme.example\n" in shown
    hosts.write_text("127.0.0.1 www.acme.example\n")
    assert "leads a browser here" not in windlass("local", "up", "--with", "web", on=platform).out


def test_containers_of_what_is_not_applied_yet_do_not_start(
    windlass: Callable[..., Any], terraform: FakeTerraform, platform: FakeProject
) -> None:
    platform.states["windlass/local/service/terraform.tfstate"] = {"outputs": {}, "serial": 1, "lineage": "a"}
    ended = windlass("local", "up", "--with", "web", on=platform)
    assert ended.code != 0
    assert "local has no applied service layer, so there is nothing to run: ./windlass apply local" in ended.err
    assert not platform.containers.running


def test_a_first_run_says_how_long_it_takes_before_it_begins(
    windlass: Callable[..., Any], terraform: FakeTerraform, platform: FakeProject
) -> None:
    first = windlass("local", "apply", on=platform)
    assert first.err.index(FIRST_RUN) < first.err.index("network: ")
    assert FIRST_RUN not in windlass("local", "apply", on=platform).err


def test_it_is_green_only_where_every_task_is_healthy(
    windlass: Callable[..., Any], terraform: FakeTerraform, platform: FakeProject
) -> None:
    terraform.follow({"when": ["plan"], "code": 2, "lines": [planned("aws_vpc.main", "create"), summary(add=1)]})
    platform.containers.failure = (
        f"Not steady after 900 s:\n  web-blue: 1 of 2 running, {PROBLEM}\n    next: read the log"
    )
    ended = windlass("local", "apply", on=platform)
    assert ended.code == 1
    assert "local is applied, but not everything runs." in ended.err
    assert PROBLEM in ended.err
    assert "next: read the log" in ended.err
    assert "is up" not in ended.err
    assert "Open in a browser" not in ended.out


def test_waiting_is_not_silent_and_a_second_up_migrates_nothing(
    windlass: Callable[..., Any], terraform: FakeTerraform, platform: FakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrated = []
    monkeypatch.setattr("cli.data_plane._migrate_all", lambda _: migrated.append(1))
    first = windlass("local", "up", "--with", "web", on=platform)
    assert first.code == 0, first.err
    assert first.out.index("local is up after") < first.out.index("https://app.windlass.localhost:8443")
    assert "waiting for web-blue (starting)" in first.err
    second = windlass("local", "up", "--with", "web", "--with", "airflow", on=platform)
    assert (second.code, migrated) == (0, [1])
    assert "Waiting until" not in second.err
    platform.containers.restarts = True
    assert windlass("local", "up", "--with", "web", "--with", "airflow", on=platform).code == 0
    assert migrated == [1, 1], "other services may run after a restart"


def test_leftovers_of_a_killed_data_plane_are_ended_before_its_ports_are_checked(
    windlass: Callable[..., Any], terraform: FakeTerraform, platform: FakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.containers.leftovers = 81
    monkeypatch.setattr(local_ports, "is_taken", lambda port: port == 8443)
    ended = windlass("local", "up", "--with", "web", on=platform)
    assert ended.code == 1
    assert ended.err.index("Ended 81 processes") < ended.err.index("Port 8443 (load_balancer.https_port) is taken")


def test_what_is_wrong_beside_the_services_is_said_too(
    windlass: Callable[..., Any], terraform: FakeTerraform, platform: FakeProject
) -> None:
    platform.containers.problems = ("The data store x is slow.",)
    assert "The data store x is slow." in windlass("local", "up", "--with", "web", on=platform).err


@pytest.mark.parametrize(("problem", "code"), [("", 0), (PROBLEM, 1)])
def test_local_status_names_containers_addresses_and_problems_and_says_it_with_its_exit_code(
    windlass: Callable[..., Any], terraform: FakeTerraform, platform: FakeProject, problem: str, code: int
) -> None:
    platform.containers.services = (service_status("windlass-local-web-blue", problem=problem),)
    assert windlass("local", "up", "--with", "web", on=platform).code == 0
    shown = windlass("local", "status", on=platform)
    assert shown.code == code
    assert "windlass-local-web-blue" in shown.out
    assert (problem or "healthy") in shown.out
    assert "https://airflow.windlass.localhost:8443" in shown.out
    facts = json.loads(windlass("local", "status", "--json", on=platform).out)
    assert facts["data_plane"]["services"][0]["problem"] == problem
    assert {address["name"] for address in facts["addresses"]} == {"Airflow", "web"}
    assert "name     address" in shown.out


@pytest.mark.parametrize("problem", ["", "it was unable to place a task"])
def test_status_names_airflow_with_its_address_components_and_alarms(
    windlass: Callable[..., Any], platform: FakeProject, monkeypatch: pytest.MonkeyPatch, problem: str
) -> None:
    worker = ComponentStatus(
        component="worker-default",
        service_name="windlass-local-airflow-worker-default",
        desired_count=2,
        running_count=1 if problem else 2,
        pending_count=0,
        problem=problem,
    )
    status = AirflowStatus(url="https://airflow.x", components=(worker,), alarms=("queue-default",), alarm_count=14)
    monkeypatch.setattr("cli.commands.status.airflow_status", lambda *_: status)
    monkeypatch.setattr("cli.commands.status._services", lambda *_: [])
    platform.embedded_aws.start()
    shown = windlass("status", "local", on=platform)
    assert shown.code == 0, shown.err
    for wanted in ("https://airflow.x", "worker-default", "1/2" if problem else "2/2", "queue-default", problem):
        assert wanted in shown.out
    assert json.loads(windlass("status", "local", "--json", on=platform).out)["airflow"]["healthy"] is False


def test_status_of_one_service_has_no_airflow(
    windlass: Callable[..., Any], platform: FakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.commands.status._services", lambda *_: [])
    monkeypatch.setattr("cli.commands.status._airflow", lambda _: None)
    platform.embedded_aws.start()
    assert json.loads(windlass("status", "local", "--json", on=platform).out)["airflow"] is None, "none is applied"
    assert "airflow" not in json.loads(windlass("status", "local", "web", "--json", on=platform).out)


def test_local_status_of_nothing_says_how_to_start(
    windlass: Callable[..., Any], terraform: FakeTerraform, platform: FakeProject
) -> None:
    shown = windlass("local", "status", on=platform)
    assert shown.code == 1
    assert "To apply everything: make local" in shown.err


@pytest.mark.parametrize("command", [("plan", "local"), ("apply", "local", "--yes")])
def test_a_restarted_embedded_aws_is_reported_as_empty(
    windlass: Callable[..., Any],
    terraform: FakeTerraform,
    platform: FakeProject,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    monkeypatch.setattr(Session, "may_be_applied", lambda _: False)
    platform.embedded_aws.start()
    ended = windlass(*command, on=platform)
    assert ended.code == 1
    assert "Nothing is applied in local" in ended.err
    assert "make local" in ended.err
    assert not terraform.calls("plan")
    up = windlass("local", "up", on=platform)
    assert (up.code, "Nothing is applied in it yet. To apply everything: make local" in up.out) == (0, True)


def test_a_state_that_cannot_be_read_is_explained_once_for_all_layers(
    windlass: Callable[..., Any], project: FakeProject
) -> None:
    for layer in ("network", "data", "service"):
        refusal = CommandError("The bucket is closed.")
        project.states[state_key("dev", layer)] = refusal
    ended = windlass("status", "dev")
    assert ended.code == 1
    assert ended.err == "The state of network, data, service cannot be read: The bucket is closed.\n"
    assert ended.out.count("state cannot be read") == 3
    layers = json.loads(windlass("status", "dev", "--json").out)["layers"]
    assert [layer["note"].endswith("cannot be read: The bucket is closed.") for layer in layers] == [True] * 3
    assert "reason" not in layers[0]
