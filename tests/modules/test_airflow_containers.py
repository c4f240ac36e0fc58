"""The containers of each task: commands, gates, checks, users, and what stops how."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from modules.airflow import COMPONENTS, Component, WorkerSettings, component_task, maintenance_task
from modules.airflow.commands import SCRIPTS, script
from modules.containers import (
    ROOT_CERTIFICATES_CONTAINER,
    ROOT_CERTIFICATES_FILE,
    ROOT_CERTIFICATES_VOLUME,
    AwsLogs,
    ContainerDependency,
    container_definitions,
    container_definitions_json,
)
from tests.modules.airflow_deployment import AIRFLOW, GIT_SYNC, IMAGE, WORKER, container, task

MAX_TASK_DEFINITION_BYTES = 64 * 1024
LOGS = AwsLogs(group="/acme/prod/airflow", region="eu-west-1", stream_prefix="airflow")


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_task_definition_stays_below_what_ecs_takes(component: Component) -> None:
    result = task(component)
    text = container_definitions_json(container_definitions(result.containers, LOGS, volumes=result.volumes))
    assert len(text.encode()) < MAX_TASK_DEFINITION_BYTES / 2
    assert json.loads(text)[0]["name"] == component


@pytest.mark.parametrize(
    ("component", "command"),
    [
        (
            "api-server",
            [*("api-server", "--port", "8080", "--workers", "1", "--proxy-headers"), "--worker-timeout", "120"],
        ),
        ("scheduler", ["scheduler"]),
        ("dag-processor", ["dag-processor"]),
        ("triggerer", ["triggerer"]),
        ("worker", ["celery", "worker", "--queues", "default,reports", "--concurrency", "4"]),
    ],
)
def test_the_images_own_entry_point_runs_the_component(component: Component, command: list[str]) -> None:
    result = container(component, component)
    assert list(result.command) == command
    assert (result.image, result.entry_point) == (IMAGE, ())


def test_a07_the_api_server_waits_for_its_own_migration_and_the_others_for_the_schema() -> None:
    for component in COMPONENTS:
        gate = "migrate" if component == "api-server" else "wait"
        assert ContainerDependency(container=gate, condition="SUCCESS") in container(component, component).depends_on
        program = "prepare" if component == "api-server" else "wait"
        assert tuple(container(component, gate).command) == script(program)


def test_a12_workers_also_wait_for_the_execution_api() -> None:
    waiting = {
        component: container(component, "wait").environment.get("WINDLASS_WAIT_FOR_URL")
        for component in COMPONENTS
        if component != "api-server"
    }
    assert waiting.pop("worker") == "http://airflow-api-server.acme-prod.internal:8080/api/v2/version"
    assert set(waiting.values()) == {None}


def test_a09_the_init_container_does_not_wait_for_the_database_that_it_creates() -> None:
    for component in COMPONENTS:
        for each in task(component).containers:
            unchecked = each.environment.get("CONNECTION_CHECK_MAX_COUNT") == "0"
            assert unchecked == (each.image == IMAGE and each.name not in (component, ROOT_CERTIFICATES_CONTAINER))


def test_a15_only_what_fills_a_volume_is_root() -> None:
    for component in COMPONENTS:
        for each in task(component).containers:
            fills = each.image == GIT_SYNC or each.name == ROOT_CERTIFICATES_CONTAINER
            assert each.user == ("0:0" if fills else None)


def test_d07_who_connects_verifies_with_the_file_that_is_there_before() -> None:
    tasks = [*(task(component) for component in COMPONENTS), maintenance_task(AIRFLOW, 90)]
    for each in tasks:
        assert ROOT_CERTIFICATES_VOLUME in each.volumes
        writer = next(one for one in each.containers if one.name == ROOT_CERTIFICATES_CONTAINER)
        assert writer.environment == {"WINDLASS_ROOT_CERTIFICATES": AIRFLOW.root_certificates}
        assert not writer.secrets
        urls = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CELERY__BROKER_URL", "WINDLASS_ADMIN_DATABASE_URL"}
        connecting = [one for one in each.containers if urls & set(one.secrets)]
        assert connecting
        for one in connecting:
            assert (one.depends_on[0].container, one.depends_on[0].condition) == (writer.name, "SUCCESS")
            mount = next(each for each in one.mount_points if each.volume == ROOT_CERTIFICATES_VOLUME)
            assert mount.read_only
            assert ROOT_CERTIFICATES_FILE.startswith(f"{mount.container_path}/")
        for one in (one for one in connecting if "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" in one.secrets):
            verifies = one.environment["PGSSLMODE"], one.environment["PGSSLROOTCERT"]
            assert verifies == ("verify-full", ROOT_CERTIFICATES_FILE)


def test_the_file_is_what_the_variable_holds(tmp_path: Path) -> None:
    writer = container("scheduler", ROOT_CERTIFICATES_CONTAINER)
    (line,) = writer.command
    path = tmp_path / "roots with a space.pem"
    certificates = "-----BEGIN CERTIFICATE-----\nA%sB\\n\n-----END CERTIFICATE-----\n"
    subprocess.run(
        [*writer.entry_point, line.replace(ROOT_CERTIFICATES_FILE, f"'{path}'")],
        env={"PATH": os.defpath, "WINDLASS_ROOT_CERTIFICATES": certificates},
        check=True,
    )
    assert path.read_text() == certificates


def test_a18_first_user_and_pools_are_passed_as_json() -> None:
    result = container("api-server", "migrate").environment
    user = json.loads(result["WINDLASS_FIRST_USER"])
    assert user == {
        "username": "admin",
        "first_name": "Ada",
        "last_name": "L",
        "email": "ada@acme.example",
        "role": "Admin",
    }
    assert json.loads(result["WINDLASS_POOLS"]) == {
        "reports": {"slots": 2, "description": "", "include_deferred": False}
    }


@pytest.mark.parametrize(
    ("component", "program"),
    [
        ("api-server", "health_api_server"),
        ("scheduler", "health_scheduler"),
        ("dag-processor", "health_heartbeat"),
        ("triggerer", "health_heartbeat"),
        ("worker", "health_worker"),
    ],
)
def test_a19_a_check_is_a_program_of_our_own_with_time_to_start(component: Component, program: str) -> None:
    check = container(component, component).health_check
    assert check is not None
    assert tuple(check.command) == ("CMD", *script(program))
    assert check.start_period_seconds == 300


def test_every_program_in_a_container_is_a_file_of_scripts() -> None:
    used = {
        command[2]
        for component in COMPONENTS
        for each in task(component).containers
        for command in (list(each.command), list(each.health_check.command)[1:] if each.health_check else [])
        if command[:2] == ["python", "-c"]
    }
    assert len(used) >= 8
    assert used <= {script(path.stem)[2] for path in SCRIPTS.glob("*.py")}


def test_no_program_holds_what_terraform_would_read_as_its_own() -> None:
    for path in SCRIPTS.glob("*.py"):
        text = path.read_text()
        assert "${" not in text
        assert "%{" not in text


def test_a_task_ends_with_its_component_and_with_nothing_else() -> None:
    for component in COMPONENTS:
        assert [each.name for each in task(component).containers if each.essential] == [component]


def test_running_tasks_get_all_the_time_that_fargate_gives() -> None:
    assert {container(component, component).stop_timeout_seconds for component in COMPONENTS} == {120}


def test_helpers_that_go_on_are_started_again() -> None:
    restarting = {each.name for component in COMPONENTS for each in task(component).containers if each.restarts}
    assert restarting == {"git-sync-dags", "queue-metrics", "statsd", "task-protection"}


def test_what_need_not_write_cannot() -> None:
    for component in COMPONENTS:
        writing = {each.name for each in task(component).containers if not each.readonly_root_filesystem}
        assert writing == {component, "migrate" if component == "api-server" else "wait"}


def test_the_scheduler_measures_all_queues() -> None:
    result = container("scheduler", "queue-metrics").environment
    assert result["WINDLASS_QUEUES"] == "default,reports"
    assert (result["WINDLASS_METRICS_NAMESPACE"], result["WINDLASS_DEPLOYMENT"]) == ("Windlass/Airflow", "acme-prod")


def test_what_protects_a_worker_knows_its_queues() -> None:
    assert container("worker", "task-protection").environment["WINDLASS_QUEUES"] == "default,reports"


def test_worker_settings_belong_to_a_worker() -> None:
    with pytest.raises(ValueError, match='not to "scheduler"'):
        component_task("scheduler", AIRFLOW, WORKER)
    with pytest.raises(ValueError, match="worker settings"):
        component_task("worker", AIRFLOW)
    with pytest.raises(ValueError, match="queues are"):
        WorkerSettings(queues=("a,b",), concurrency=1)
    with pytest.raises(ValueError, match="concurrency is 0"):
        WorkerSettings(queues=("a",), concurrency=0)
