"""Containers of task definitions as services of a compose file: the same commands, environment and order (A03)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from modules.containers import ROOT_CERTIFICATES_CONTAINER, ROOT_CERTIFICATES_VOLUME
from scripts.compose_values import EXPRESSION, Secret, Values

LAYER = "service"
CONDITIONS = {
    "START": "service_started",
    "COMPLETE": "service_completed_successfully",
    "SUCCESS": "service_completed_successfully",
    "HEALTHY": "service_healthy",
}
PLATFORMS = {"ARM64": "linux/arm64", "X86_64": "linux/amd64"}
AUTHORITY = "authority"
"""Service that makes the certificates of database and cache. It replaces the containers that write AWS's roots."""
NEEDS_ECS = ("task-protection",)
"""Containers that talk to the ECS agent; here they wait in a profile of their own."""


@dataclass(kw_only=True)
class Composed:
    """What the task definitions come to."""

    services: dict[str, Any] = field(default_factory=dict)
    volumes: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    """Variables of the local file, by name."""


def composed(documents: Mapping[str, Mapping[str, Any]], prefix: str) -> Composed:
    """The services of Airflow's task definitions.

    Args:
        documents: Terraform JSON by layer.
        prefix: of the environment; services are called by what follows it in the family of their task definition.
    """
    values, result = Values(documents), Composed()
    resources = documents[LAYER]["resource"]
    mirrors = _mirrors(documents)
    for name, task in sorted(resources.get("aws_ecs_task_definition", {}).items()):
        main = task["family"].removeprefix(f"{prefix}-")
        service = _ecs_service(resources, name)
        # What runs by a schedule, such as the cleaning of the database, is not part of a laptop's Airflow.
        if main.startswith("airflow-") and service:
            _task(result, values, task, service, main, mirrors)
    return result


def containers_of(task: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The container definitions of a task definition: JSON, but for the quotes inside of expressions."""
    text = EXPRESSION.sub(lambda match: match[0].replace('"', '\\"'), task["container_definitions"])
    containers: list[dict[str, Any]] = json.loads(text)
    return containers


def variable(secret: Secret) -> str:
    """The variable of the local file for a secret: `acme/dev/airflow/jwt-secret` → AIRFLOW_JWT_SECRET."""
    return "_".join(secret.name.split("/")[2:]).replace("-", "_").upper()


def escaped(text: str) -> str:
    """The text as Compose takes it literally."""
    return text.replace("$", "$$")


def _task(
    result: Composed,
    values: Values,
    task: Mapping[str, Any],
    ecs: Mapping[str, Any],
    main: str,
    mirrors: dict[str, str],
) -> None:
    containers = containers_of(task)
    essential = next(container for container in containers if container["essential"])
    before = {each["containerName"] for each in essential.get("dependsOn", [])}

    def name_of(container: str) -> str:
        if container == ROOT_CERTIFICATES_CONTAINER:
            return AUTHORITY
        return main if container == essential["name"] else f"{main}-{container}"

    for container in containers:
        if container["name"] == ROOT_CERTIFICATES_CONTAINER:
            continue
        name = name_of(container["name"])
        service = _service(result, values, container, mirrors)
        service["platform"] = f"${{PLATFORM:-{PLATFORMS[task['runtime_platform']['cpu_architecture']]}}}"
        if container is essential:
            service["restart"] = "unless-stopped"
            service["networks"] = {"default": {"aliases": _names(values, ecs)}}
            if ecs.get("load_balancer"):
                port = ecs["load_balancer"][0]["container_port"]
                service["ports"] = [f"127.0.0.1:${{PORT:-{port}}}:{port}"]
        elif container["name"] not in before:
            # Containers of a task share their address and host name. What comes first cannot: it would wait for itself.
            service["network_mode"] = f"service:{main}"
        if container.get("dependsOn"):
            service["depends_on"] = {
                name_of(each["containerName"]): {"condition": CONDITIONS[each["condition"]]}
                for each in container["dependsOn"]
            }
        mounts = container.get("mountPoints", [])
        if mounts:
            service["volumes"] = [_mount(main, mount) for mount in mounts]
            result.volumes |= {_volume(main, mount): {} for mount in mounts}
        result.services[name] = service


def _service(result: Composed, values: Values, container: Mapping[str, Any], mirrors: dict[str, str]) -> dict[str, Any]:
    image = values.text(LAYER, container["image"])
    for mirror, upstream in mirrors.items():
        image = re.sub(mirror, upstream, image)
    service: dict[str, Any] = {"image": image}
    for key, theirs in (("command", "command"), ("entryPoint", "entrypoint")):
        if container.get(key):
            service[theirs] = [escaped(values.text(LAYER, word)) for word in container[key]]
    environment = {
        each["name"]: escaped(values.text(LAYER, each["value"])) for each in container.get("environment", [])
    }
    for each in container.get("secrets", []):
        secret = values.secret(LAYER, each["valueFrom"])
        result.secrets[variable(secret)] = secret
        environment[each["name"]] = f"${{{variable(secret)}:?set it in docker/compose.env}}"
    service["environment"] = dict(sorted(environment.items()))
    # Nothing of it is in git; for what only this machine needs, such as credentials of AWS.
    service["env_file"] = [{"path": "compose.extra.env", "required": False}]
    if check := container.get("healthCheck"):
        service["healthcheck"] = {
            "test": [escaped(values.text(LAYER, word)) for word in check["command"]],
            "interval": f"{check['interval']}s",
            "timeout": f"{check['timeout']}s",
            "retries": check["retries"],
            "start_period": f"{check.get('startPeriod', 0)}s",
        }
    if "user" in container:
        service["user"] = container["user"]
    if container.get("workingDirectory"):
        service["working_dir"] = container["workingDirectory"]
    if container.get("readonlyRootFilesystem"):
        service["read_only"] = True
    if container.get("linuxParameters", {}).get("initProcessEnabled"):
        service["init"] = True
    if container.get("restartPolicy", {}).get("enabled"):
        service["restart"] = "unless-stopped"
    if container["name"] in NEEDS_ECS:
        service["profiles"] = ["ecs"]
    service["stop_grace_period"] = f"{container['stopTimeout']}s"
    return service


def _mount(main: str, mount: Mapping[str, Any]) -> str:
    return f"{_volume(main, mount)}:{mount['containerPath']}" + (":ro" if mount["readOnly"] else "")


def _volume(main: str, mount: Mapping[str, Any]) -> str:
    """A volume of the task's own; all tasks have the same roots."""
    volume = str(mount["sourceVolume"])
    return volume if volume == ROOT_CERTIFICATES_VOLUME else f"{main}-{volume}"


def _names(values: Values, ecs: Mapping[str, Any]) -> list[str]:
    """The Cloud Map name of an ECS service."""
    registry = ecs.get("service_registries")
    if not registry:
        return []
    layer, _, discovery = values.resource(LAYER, registry["registry_arn"])
    _, _, namespace = values.resource(layer, discovery["dns_config"]["namespace_id"])
    return [f"{discovery['name']}.{namespace['name']}"]


def _ecs_service(resources: Mapping[str, Any], task_definition: str) -> Mapping[str, Any]:
    wanted = f"${{aws_ecs_task_definition.{task_definition}.arn}}"
    matches: list[Mapping[str, Any]] = [
        body for body in resources["aws_ecs_service"].values() if body["task_definition"] == wanted
    ]
    return matches[0] if matches else {}


def _mirrors(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Copies in the account's registry, as patterns → where the originals are: a laptop need not log in for those."""
    return {
        rf"^\d{{12}}\.dkr\.ecr\.[^/]+/{re.escape(rule['ecr_repository_prefix'])}/": f"{rule['upstream_registry_url']}/"
        for document in documents.values()
        for rule in document.get("resource", {}).get("aws_ecr_pull_through_cache_rule", {}).values()
    }
