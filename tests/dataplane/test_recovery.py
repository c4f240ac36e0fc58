"""Recovery: from a kill of the data plane, from changed code or settings, from a restart of the embedded AWS."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from local import processes
from local.dataplane import DataPlane, DataPlaneError, Settings, control
from local.dataplane.fingerprint import difference, fingerprint
from tests.dataplane.account import REGION, Account, variables_of
from tests.dataplane.roles import task_roles
from tests.dataplane.running_platform import Platform
from tests.dataplane.tasks import PROJECT
from tests.support.postgres import free_port
from tests.support.waiting import wait_for

KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}


@pytest.mark.slow
def test_start_after_a_kill_ends_the_leftovers_before_it_checks_the_ports(platform: Platform) -> None:
    plane, reports = platform.data_plane, []
    _, item = platform.request("POST", "/items", {"name": "kept"})
    old = set(platform.account.pids("blue").values())
    pid = plane.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_for("its end", lambda: processes.has_ended(pid))
    assert (plane.status().running, plane.status().problems) == (False, (control.KILLED,))
    assert processes.port_is_taken("127.0.0.1", platform.account.https_port), "the proxy still listens"

    plane.start(reports.append)

    assert plane.status().problems == ()
    assert [line for line in reports if "of a data plane that was killed; its data is kept" in line], reports
    assert all(processes.has_ended(each) for each in old)
    platform.ensure_steady(blue=2, green=1)
    assert platform.request("GET", f"/items/{item['id']}") == (200, item)


@pytest.mark.slow
def test_start_restarts_a_data_plane_with_other_settings_or_older_code_and_keeps_its_data(platform: Platform) -> None:
    plane, reports = platform.data_plane, []
    _, item = platform.request("POST", "/items", {"name": "kept"})
    first = plane.status().pid
    plane.start(reports.append)
    assert (plane.status().pid, reports) == (first, []), "nothing has changed"

    other = DataPlane(replace(plane.settings, longest_drain_seconds=0.4))
    other.start(reports.append)
    second = other.status().pid
    assert second != first
    assert len(reports) == 1
    assert "its settings have changed" in reports[0]

    record_path = plane.settings.folder / "process.json"
    record = json.loads(record_path.read_text())
    record["details"]["code"] = "of an older commit"
    record_path.write_text(json.dumps(record))
    other.start(reports.append)
    assert other.status().pid != second
    assert "its code in local/ has changed" in reports[1]

    plane.start()
    platform.ensure_steady(blue=2, green=1)
    assert platform.request("GET", f"/items/{item['id']}") == (200, item)


def test_the_fingerprint_changes_with_the_code_and_with_the_settings(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "local" / "extensions", tmp_path / "local", ignore=shutil.ignore_patterns("*.pyc"))
    settings = Settings(
        endpoint_url="http://127.0.0.1:1", folder=tmp_path / "plane", windlass_folder=tmp_path, region=REGION
    )
    before = fingerprint(settings)
    assert difference(before, fingerprint(settings)) == ""
    assert "settings" in difference(before, fingerprint(replace(settings, listener_ports={"https": 8443})))
    (tmp_path / "local" / "acm.py").write_text("# changed\n")
    assert difference(before, fingerprint(settings)) == "its code in local/ has changed"


@pytest.mark.slow
def test_a_new_embedded_aws_gives_out_the_same_arns_for_other_task_definitions(tmp_path: Path) -> None:
    port, folder = free_port(), tmp_path / "plane"
    url = f"http://127.0.0.1:{port}"
    settings = Settings(
        endpoint_url=url,
        folder=folder,
        windlass_folder=PROJECT,
        region=REGION,
    )
    plane = DataPlane(settings)
    try:
        with embedded_aws(port):
            old_arn = create_service(url, secret="of the first account")
            plane.start()
            plane.wait_until_steady(30)
            (old,) = pids_of(url)
            assert variables_of(old)["SECRET"] == "of the first account"
        no_answer = "The embedded AWS does not answer"
        wait_for("the problem", lambda: any(no_answer in each for each in plane.status().problems))
        assert not plane.status().ready
        with pytest.raises(DataPlaneError, match=no_answer):
            plane.wait_until_steady(30)
        # As after `kill -9` of the embedded AWS and another `make local`: the data plane lives on.
        with embedded_aws(port):
            assert create_service(url, secret="of the second account") == old_arn
            plane.wait_until_steady(30)
            (new,) = pids_of(url)
            assert variables_of(new)["SECRET"] == "of the second account"
            wait_for("the end of the first account's task", lambda: processes.has_ended(old))
            assert len(tasks_of(url)) == 1
    finally:
        plane.remove()


@pytest.mark.slow
def test_a_platform_that_is_applied_to_a_new_embedded_aws_serves_with_the_data_of_the_old_one(tmp_path: Path) -> None:
    port, https_port, http_port, database_port = free_port(), free_port(), free_port(), free_port()

    def apply() -> Account:
        """As Terraform: the same names each time, so most ARNs are the same."""
        url = f"http://127.0.0.1:{port}"
        return Account(url, database_port=database_port, https_port=https_port, http_port=http_port)

    settings = Settings(
        endpoint_url=f"http://127.0.0.1:{port}",
        folder=tmp_path / "plane",
        windlass_folder=PROJECT,
        region=REGION,
        listener_ports={"https": https_port, "http": http_port},
        time_factor=0.05,
        longest_drain_seconds=0.5,
    )
    plane = DataPlane(settings)
    try:
        with embedded_aws(port):
            platform = Platform(apply(), plane)
            plane.start()
            platform.migrate()
            platform.ensure_steady(blue=2, green=0)
            status, item = platform.request("POST", "/items", {"name": "kept"})
            assert status == 201
            old = set(platform.account.pids("blue").values())
        with embedded_aws(port):
            platform = Platform(apply(), plane)
            plane.start()
            platform.migrate()
            platform.ensure_steady(blue=2, green=0)
            assert platform.request("GET", f"/items/{item['id']}") == (200, item)
            assert not old & set(platform.account.pids("blue").values())
            assert all(processes.has_ended(each) for each in old)
    finally:
        plane.remove()


@contextmanager
def embedded_aws(port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "local.server", "--port", str(port)]
    server = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        assert "ready" in server.stdout.readline()
        yield
    finally:
        server.kill()
        server.communicate()


def client(url: str, service: str) -> Any:
    return boto3.client(service, endpoint_url=url, region_name=REGION, **KEYS)


def create_service(url: str, *, secret: str) -> str:
    """A service that gets a secret; returns the ARN of its task definition, which does not name the secret."""
    ecs = client(url, "ecs")
    arn = client(url, "secretsmanager").create_secret(Name="test", SecretString=secret)["ARN"]
    container = {
        "name": "web",
        "image": "web",
        "essential": True,
        "command": ["sleep", "600"],
        "memory": 128,
        "secrets": [{"name": "SECRET", "valueFrom": arn}],
    }
    ecs.create_cluster(clusterName="test")
    roles = task_roles(client(url, "iam"), "test")
    answer = ecs.register_task_definition(family="test", containerDefinitions=[container], **roles)
    definition = answer["taskDefinition"]
    ecs.create_service(cluster="test", serviceName="test", taskDefinition="test", desiredCount=1)
    return str(definition["taskDefinitionArn"])


def tasks_of(url: str) -> list[dict[str, Any]]:
    ecs = client(url, "ecs")
    arns = ecs.list_tasks(cluster="test")["taskArns"]
    return list(ecs.describe_tasks(cluster="test", tasks=arns)["tasks"]) if arns else []


def pids_of(url: str) -> list[int]:
    return [int(each["containers"][0]["runtimeId"].rpartition("-")[2]) for each in tasks_of(url)]
