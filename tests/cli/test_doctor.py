"""`./windlass doctor`: what the machine lacks, and what a crash left."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli import doctor, local_ports
from cli.doctor import Finding, examine
from cli.running.work_lock import killed_holder, work_lock
from local.dataplane.containers import namespaces
from local.dataplane.stores import postgres_place
from tests.cli.fake_project import FakeProject, environment
from tests.cli.fake_terraform import FakeTerraform
from tests.cli.test_local import local

__all__ = ["local"]


def findings(project: FakeProject) -> dict[str, Finding]:
    return {each.name: each for each in examine(project, project.environments.load("local"))}


@pytest.fixture(autouse=True)
def _nothing_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    monkeypatch.setattr(postgres_place, "SYSTEM_FOLDER", tmp_path / "var-lib")
    monkeypatch.setattr(doctor, "_unfinished_installations", lambda _: [])


def test_a_machine_that_can_run_a_platform_passes(
    windlass: Callable[..., Any], terraform: FakeTerraform, local: FakeProject
) -> None:
    ended = windlass("doctor", "--json", on=local)
    states = {each["name"]: each["state"] for each in json.loads(ended.out)["findings"]}
    assert {"system", "terraform", "containers", "memory", "disk", "ports"} == set(states)
    assert (ended.code, set(states.values())) == (0, {"ok"})


def test_what_is_missing_is_named_with_what_to_do(
    terraform: FakeTerraform, local: FakeProject, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse() -> None:
        raise namespaces.NamespacesError("user namespaces are off: sysctl kernel.unprivileged_userns_clone=1")

    (tmp_path / "meminfo").write_text("MemTotal: 2000000 kB\nMemAvailable: 1024000 kB\n")
    monkeypatch.setattr(namespaces, "check", refuse)
    monkeypatch.setattr(doctor, "MEMORY_FILE", tmp_path / "meminfo")
    monkeypatch.setattr(doctor, "NEEDED_DISK_MIB", 10**9)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("TERRAFORM", str(tmp_path / "nowhere"))
    seen = findings(local)
    assert "WSL" in seen["system"].advice
    assert "sysctl" in seen["containers"].advice
    assert (seen["memory"].state, seen["memory"].detail) == ("warning", "1000 MiB available, 3000 needed")
    assert "Free some space" in seen["disk"].advice
    assert "was not found" in seen["terraform"].advice


def test_an_apply_does_not_start_where_containers_cannot_run(
    windlass: Callable[..., Any], terraform: FakeTerraform, local: FakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise namespaces.NamespacesError("user namespaces are off")

    monkeypatch.setattr(namespaces, "check", refuse)
    monkeypatch.setattr("cli.commands.local.apply.parts_of", lambda _: ("web",))
    ended = windlass("local", "apply", on=local)
    assert ended.code == 1
    assert "This machine lacks what a local platform needs.\ncontainers: cannot run here. user namespaces" in ended.err
    assert terraform.calls("plan") == []


def test_a_taken_port_is_named_with_its_program(
    terraform: FakeTerraform, local: FakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = {"aws.endpoint_url": server.getsockname()[1]}
        monkeypatch.setattr(local_ports, "local_ports", lambda _: taken)
        monkeypatch.setattr(doctor, "local_ports", lambda _: taken)
        monkeypatch.setattr(local_ports, "free_port_settings", lambda _: [])
        monkeypatch.setattr(local_ports, "is_taken", lambda port: port in taken.values())
        advice = findings(local)["ports"].advice
    assert f"is taken by {Path(sys.executable).name} (process {os.getpid()})" in advice


def test_a_killed_command_is_named_until_another_one_runs(local: FakeProject, terraform: FakeTerraform) -> None:
    locks = local.workspace.work_folder / "locks"
    program = (
        "import os, pathlib, sys; from cli.running.work_lock import work_lock\n"
        "with work_lock(pathlib.Path(sys.argv[1]), 'local', 'apply'): os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", program, str(locks)], check=False)
    assert findings(local)["killed command"].detail.startswith("apply, process ")
    with work_lock(locks, "local", "plan"):
        assert killed_holder(locks, "local") is None, "a command that runs was not killed"
    assert "killed command" not in findings(local)


def test_fix_deletes_data_of_a_checkout_that_is_gone_and_no_other(
    windlass: Callable[..., Any], terraform: FakeTerraform, local: FakeProject, tmp_path: Path
) -> None:
    homes = {}
    for name in ("gone", "gone-too", "used", "unknown"):
        homes[name] = tmp_path / "var-lib" / f"{postgres_place.PREFIX}{name}"
        homes[name].mkdir(parents=True)
    for name in ("gone", "gone-too"):
        (homes[name] / postgres_place.ORIGIN).write_text(str(tmp_path / "deleted" / "stores" / name))
    (homes["used"] / postgres_place.ORIGIN).write_text(str(tmp_path))
    seen = windlass("doctor", on=local)
    assert (seen.code, str(homes["gone"]) in seen.out) == (1, True)
    assert "and of 1 more" in seen.out, "one line, however many there are"
    assert seen.err.count("--fix deletes them.") == 1
    assert all(home.is_dir() for home in homes.values()), "nothing is deleted without --fix"
    fixed = windlass("doctor", "--fix", on=local)
    assert fixed.code == 0, fixed.out
    assert [name for name, home in homes.items() if home.is_dir()] == ["used", "unknown"]


def test_fix_ends_the_processes_of_a_killed_data_plane(
    windlass: Callable[..., Any], terraform: FakeTerraform, local: FakeProject
) -> None:
    local.containers.running, local.containers.leftovers = False, 81
    assert findings(local)["processes"].detail == "81 of a data plane that was killed still run"
    assert windlass("doctor", "--fix", on=local).code == 0
    assert local.containers.leftovers == 0


def test_an_environment_on_aws_has_no_doctor(windlass: Callable[..., Any], local: FakeProject) -> None:
    on_aws = FakeProject(root=local.root, known={"prod": environment("prod")})
    ended = windlass("doctor", "--environment", "prod", on=on_aws)
    assert ended.code == 2
    assert "prod is on AWS" in ended.err


def test_a_port_that_this_platform_has_already_is_not_called_free(
    monkeypatch: pytest.MonkeyPatch, local: FakeProject
) -> None:
    monkeypatch.setattr(doctor, "local_ports", lambda _: {"aws.endpoint_url": 1, "load_balancer.https_port": 2})
    monkeypatch.setattr(doctor, "refuse_unusable_ports", lambda *_: None)
    assert findings(local)["ports"].detail == "1, 2: free"
    local.embedded_aws.start()
    assert findings(local)["ports"].detail == "2: free; 1: in use by this platform"
