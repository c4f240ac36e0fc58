"""The compose file matches the task definitions, service by service, and contains no secret."""

import json
import re
import stat
import subprocess
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.uv_tool import uv_command, uv_variables
from modules.containers import ROOT_CERTIFICATES_CONTAINER, ROOT_CERTIFICATES_VOLUME
from scripts.compose import COMPOSE, EXAMPLE, files
from tests.support.documents import documents

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "windlass-local"
EXPRESSION = re.compile(r"\$\{[^{}]*\}")
COMPOSED: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
SERVICES: dict[str, Any] = COMPOSED["services"]
STAND_INS = {"authority", "database", "cache", "load-balancer"}
OF_CONTAINERS = sorted(SERVICES.keys() - STAND_INS)
SCHEMA_CHECK = "check-jsonschema==0.39.0"
"""Brings the schema of the Compose specification."""


def task_definitions() -> dict[str, list[dict[str, Any]]]:
    """Containers by the name of the main service, as the JSON has them."""
    result = {}
    for body in documents("local")["service"]["resource"]["aws_ecs_task_definition"].values():
        name = body["family"].removeprefix(f"{PREFIX}-")
        if name.startswith("airflow-") and name != "airflow-db-clean":
            result[name] = json.loads(body["container_definitions"].replace("$${", "${").replace("%%{", "%{"))
    return result


def containers() -> dict[str, tuple[str, dict[str, Any]]]:
    """Service → its task and its container."""
    return {
        (task if container["essential"] else f"{task}-{container['name']}"): (task, container)
        for task, all_of_it in task_definitions().items()
        for container in all_of_it
        if container["name"] != ROOT_CERTIFICATES_CONTAINER
    }


def replaced(name: str, instead: str) -> str:
    """What belongs to all tasks, in place of what belongs to one."""
    return instead if name.endswith(f"-{ROOT_CERTIFICATES_CONTAINER}") else name


def literal(text: str) -> str:
    """What the container gets: Compose reads two dollar signs as one."""
    assert not re.search(r"(?<!\$)(\$\$)*\$(?!\$)", text), f"Compose would replace something in {text!r}"
    return text.replace("$$", "$")


def test_it_is_current() -> None:
    compose, example = files(documents("local"), PREFIX)
    assert COMPOSE.read_text() == compose, "run make compose"
    assert EXAMPLE.read_text() == example, "run make compose"


def test_every_container_is_a_service_and_nothing_else_is() -> None:
    assert set(OF_CONTAINERS) == set(containers())
    assert len(containers()) > 15


@pytest.mark.parametrize("name", OF_CONTAINERS)
def test_a_service_has_command_environment_and_secrets_of_its_container(name: str) -> None:
    _, container = containers()[name]
    service = SERVICES[name]
    assert [literal(word) for word in service["command"]] == container["command"]
    assert "entrypoint" not in service
    plain = {each["name"]: each["value"] for each in container.get("environment", [])}
    secrets = {each["name"] for each in container.get("secrets", [])}
    assert set(service["environment"]) == set(plain) | secrets
    for key, value in plain.items():
        # Values from AWS or another layer are known here; the rest is identical.
        pattern = "[a-z0-9.-]+".join(map(re.escape, EXPRESSION.split(value)))
        assert re.fullmatch(pattern, literal(service["environment"][key])), key
    for key in secrets:
        assert re.fullmatch(r"\$\{[A-Z_]+:\?set it in docker/compose\.env\}", service["environment"][key]), key


def test_addresses_are_those_of_the_environment() -> None:
    worker = SERVICES["airflow-worker-default"]["environment"]
    internal = f"airflow-api-server.{PREFIX}.internal"
    assert worker["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == f"http://{internal}:8080/execution/"
    assert SERVICES["airflow-api-server"]["networks"]["default"]["aliases"] == [internal]
    assert worker["AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER"].startswith(f"s3://{PREFIX}-123456789012-")
    for task in task_definitions():
        assert SERVICES[task]["networks"]["default"]["aliases"][0].endswith(f".{PREFIX}.internal")


@pytest.mark.parametrize("name", OF_CONTAINERS)
def test_a_service_has_check_order_volumes_and_limits_of_its_container(name: str) -> None:
    task, container = containers()[name]
    service = SERVICES[name]
    check, theirs = container.get("healthCheck"), service.get("healthcheck")
    assert (check is None) == (theirs is None)
    if check is not None:
        assert [literal(word) for word in theirs["test"]] == check["command"]
        assert theirs["interval"] == f"{check['interval']}s"
        assert theirs["timeout"] == f"{check['timeout']}s"
        assert theirs["start_period"] == f"{check['startPeriod']}s"
        assert theirs["retries"] == check["retries"]
    conditions = {"SUCCESS": "service_completed_successfully", "HEALTHY": "service_healthy", "START": "service_started"}
    assert {key: value["condition"] for key, value in service.get("depends_on", {}).items()} == {
        replaced(f"{task}-{each['containerName']}", "authority"): conditions[each["condition"]]
        for each in container.get("dependsOn", [])
    }
    mounts = [
        f"{replaced(task + '-' + each['sourceVolume'], ROOT_CERTIFICATES_VOLUME)}:{each['containerPath']}"
        for each in container.get("mountPoints", [])
    ]
    assert [volume.removesuffix(":ro") for volume in service.get("volumes", [])] == mounts
    read_only = [each["readOnly"] for each in container.get("mountPoints", [])]
    assert [volume.endswith(":ro") for volume in service.get("volumes", [])] == read_only
    assert {volume.partition(":")[0] for volume in service.get("volumes", [])} <= set(COMPOSED["volumes"])
    assert service["stop_grace_period"] == f"{container['stopTimeout']}s"
    assert service.get("read_only", False) == container.get("readonlyRootFilesystem", False)
    assert service.get("user") == container.get("user")
    assert service["platform"] == "${PLATFORM:-linux/arm64}"


def test_database_and_cache_have_certificates_that_every_client_verifies(tmp_path: Path) -> None:
    (script,) = SERVICES["authority"]["command"]
    authority, roots = tmp_path / "authority", tmp_path / "certificates"
    authority.mkdir()
    roots.mkdir()
    here = literal(script).replace("/authority", str(authority)).replace("/certificates", str(roots))
    for _ in range(2):  # a second start renews the certificates, and keeps the authority
        subprocess.run(["/bin/sh", "-c", f"chown() {{ :; }}\n{here}"], check=True, capture_output=True)
    for name in ("database", "cache"):
        assert any(f"/authority/{name}.key" in word for word in SERVICES[name]["command"])
        assert SERVICES[name]["depends_on"] == {"authority": {"condition": "service_completed_successfully"}}
        assert stat.S_IMODE((authority / f"{name}.key").stat().st_mode) == 0o600
        for host, is_right in ((name, True), ("elsewhere", False)):
            command = ["openssl", "verify", "-CAfile", str(roots / "aws.pem"), "-verify_hostname", host]
            done = subprocess.run([*command, str(authority / f"{name}.pem")], capture_output=True, check=False)
            assert (done.returncode == 0) is is_right, done
    assert stat.S_IMODE((roots / "aws.pem").stat().st_mode) == 0o644


def test_containers_of_a_task_share_its_network_and_none_waits_for_itself() -> None:
    graph: dict[str, set[str]] = {}
    for name, service in SERVICES.items():
        graph[name] = set(service.get("depends_on", {}))
        shared = service.get("network_mode", "").removeprefix("service:")
        if shared:
            assert name.startswith(f"{shared}-")
            assert not {"networks", "ports", "hostname"} & set(service)
            graph[name].add(shared)
    assert set(TopologicalSorter(graph).static_order()) == set(SERVICES)
    assert SERVICES["airflow-worker-default-task-protection"]["network_mode"] == "service:airflow-worker-default"


def test_images_can_be_had_without_an_account() -> None:
    images = {service["image"] for service in SERVICES.values()}
    assert not [image for image in images if "amazonaws.com" in image or ":" not in image or "latest" in image]
    assert "registry.k8s.io/git-sync/git-sync:v4.4.2" in images


def test_only_this_machine_reaches_a_port() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_the_example_has_every_variable_and_no_value() -> None:
    requested = set(re.findall(r"(?<!\$)\$\{([A-Z_]+):\?", COMPOSE.read_text()))
    lines = [line for line in EXAMPLE.read_text().splitlines() if line and not line.startswith("#")]
    assert {line.removesuffix("=") for line in lines} == requested
    assert all(line.endswith("=") for line in lines)
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"docker/compose.env", "docker/compose.extra.env"} <= set(ignored)


def by_the_schema(path: Path) -> subprocess.CompletedProcess[str]:
    command = ["tool", "run", "--from", SCHEMA_CHECK, "check-jsonschema", "--builtin-schema", "vendor.compose-spec"]
    return subprocess.run(
        [*uv_command(), *command, str(path)], env=uv_variables(), capture_output=True, text=True, timeout=300
    )


@pytest.mark.slow
def test_it_is_valid_by_the_schema_of_the_compose_specification(tmp_path: Path) -> None:
    done = by_the_schema(COMPOSE)
    assert done.returncode == 0, done.stdout + done.stderr
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(COMPOSE.read_text().replace("stop_grace_period:", "stop_grace:"))
    assert "'stop_grace' was unexpected" in by_the_schema(wrong).stdout
