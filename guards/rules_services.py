"""Guards for services, tasks, containers and their health checks."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from aws.execute_command import WRITTEN_PATHS
from aws.fargate import allowed_memory_mib
from aws.image_reference import ALLOWED, ImageReference
from aws.public_registries import DOCKER_HUB
from aws.quotas import CONTAINERS_PER_TASK_DEFINITION
from guards.guard import CheckedStacks, Finding, Guard, guard
from guards.plain_text import texts
from terraform.document import blocks, containers_of, section_of

_MIN_GRACE_SECONDS = 300
_MIN_START_SECONDS = 60
_DATABASE = re.compile(r"DATABASE|SQL_ALCHEMY")
_SHELLS = frozenset({"ash", "bash", "busybox", "dash", "sh"})
_NOT_IN_IMAGES = re.compile(r"(?:^|[\s/;|&(])(?:curl|wget|nc)(?:\s|$)")
_ADDRESS = re.compile(r"(?:://|@)(?:[^/\s@]*@)?(?:(?!127\.)\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:]+\])")


@guard("E01", fix="keep the circuit breaker with rollback in modules/ecs/deployment.py")
def failed_deployments_are_rolled_back(stacks: CheckedStacks) -> Iterator[Finding]:
    """ECS rolls back a deployment automatically when its new tasks do not start."""
    for address, body in stacks.resources("aws_ecs_service"):
        if any(controller.get("type") != "ECS" for controller in blocks(body, "deployment_controller")):
            continue
        breakers = list(blocks(body, "deployment_circuit_breaker"))
        if not any(breaker.get("enable") is True and breaker.get("rollback") is True for breaker in breakers):
            yield address, "a failed deployment retries for hours, and nothing rolls it back"


@guard("E03", key="services", fix="choose a combination that Fargate accepts; the environment file's error lists them")
def cpu_and_memory_are_compatible(stacks: CheckedStacks) -> Iterator[Finding]:
    """CPU and memory of a task are a combination that Fargate accepts."""
    for address, body in stacks.resources("aws_ecs_task_definition"):
        cpu, memory = body.get("cpu"), body.get("memory")
        try:
            fits = int(memory or 0) in allowed_memory_mib(int(cpu or 0))
        except (ValueError, KeyError):
            fits = False
        if not fits:
            yield address, f"Fargate does not accept cpu {cpu} with memory {memory}"


@guard("E04", fix="mount a volume of the task at /tmp")
def tmp_is_writable(stacks: CheckedStacks) -> Iterator[Finding]:
    """A container with a read-only root file system has a writable /tmp."""
    for address, container in _essential(stacks):
        mounts = {mount["containerPath"] for mount in container.get("mountPoints", []) if not mount.get("readOnly")}
        if container.get("readonlyRootFilesystem") and "/tmp" not in mounts:  # noqa: S108
            yield address, "the container cannot write anywhere, not even to /tmp"


@guard("E04", key="cluster.execute_command", fix="mount volumes there, as modules/ecs/execute_command.py does")
def sessions_can_write(stacks: CheckedStacks) -> Iterator[Finding]:
    """Where ECS Exec is on, its agent can write in every container, also in one with a read-only root file system."""
    for address, body in stacks.resources("aws_ecs_service"):
        if body.get("enable_execute_command") is not True:
            continue
        for container in _containers_behind(stacks, address, body):
            mounts = {each["containerPath"] for each in container.get("mountPoints", []) if not each.get("readOnly")}
            missing = sorted(set(WRITTEN_PATHS.values()) - mounts)
            if container.get("readonlyRootFilesystem") and missing:
                yield address, f"ECS Exec cannot write to {' and '.join(missing)} of the container {container['name']}"


@guard("E05", key="services", fix="name registry, repository, and tag or digest")
def images_are_complete(stacks: CheckedStacks) -> Iterator[Finding]:
    """An image names its registry, its repository, and a tag or digest."""
    for address, container in stacks.containers():
        image = container["image"]
        # A reference with a Terraform expression is known to Terraform alone; its parameter has the same grammar.
        if "${" not in image and not ImageReference.is_complete(image):
            yield address, f'image is "{image}"; allowed is {ALLOWED}'


@guard(
    "P04",
    severity="warning",
    fix="name a credential in airflow.docker_hub_credential_arn, or use an image in a registry of your own",
)
def docker_hub_is_not_pulled_from_anonymously(stacks: CheckedStacks) -> Iterator[Finding]:
    """Outside development no image comes from Docker Hub itself, which limits anonymous pulls per address."""
    if stacks.intent.is_development:
        return
    named = [(address, container["image"]) for address, container in stacks.containers()]
    # The image of a web service is the value of a parameter.
    named += [(address, str(body.get("insecure_value"))) for address, body in stacks.resources("aws_ssm_parameter")]
    for address, image in named:
        if image.startswith(f"{DOCKER_HUB}/"):
            yield address, f"{image} is pulled anonymously; behind one NAT gateway new tasks soon get toomanyrequests"


@guard("E06", fix="give every target group a path to check, and a container the check that the environment file names")
def what_is_served_is_checked(stacks: CheckedStacks) -> Iterator[Finding]:
    """A load balancer checks what it sends requests to; ECS checks the container too where a command for it is set."""
    for address, body in stacks.resources("aws_ecs_service"):
        if body.get("name") not in stacks.intent.checked_services:
            continue
        served = {block["container_name"] for block in blocks(body, "load_balancer")}
        for container in _containers_behind(stacks, address, body):
            if container["name"] in served and "healthCheck" not in container:
                name = container["name"]
                yield address, f"the container {name} lacks the health check that the environment file names"
    for address, body in stacks.resources("aws_lb_target_group"):
        if not any(check.get("path") for check in blocks(body, "health_check")):
            yield address, "the target group has no path to check"


@guard(
    "E03",
    fix=f"leave out containers; ECS allows {CONTAINERS_PER_TASK_DEFINITION} in a task definition, always",
)
def tasks_have_as_many_containers_as_ecs_allows(stacks: CheckedStacks) -> Iterator[Finding]:
    """A task definition has no more containers than ECS accepts."""
    for address, body in stacks.resources("aws_ecs_task_definition"):
        count = len(containers_of(body))
        if count > CONTAINERS_PER_TASK_DEFINITION:
            yield address, f"it has {count} containers"


@guard("E08", fix="keep both in modules/ecs/service.py")
def tags_are_propagated(stacks: CheckedStacks) -> Iterator[Finding]:
    """Tasks carry the tags of their service, and those that ECS manages."""
    for address, body in stacks.resources("aws_ecs_service"):
        if body.get("enable_ecs_managed_tags") is not True:
            yield address, "enable_ecs_managed_tags is off"
        if body.get("propagate_tags") not in ("SERVICE", "TASK_DEFINITION"):
            yield address, "propagate_tags is not set, so the cost of tasks cannot be allocated"


@guard("A06", fix="use the DNS name, an attribute of the resource")
def hosts_are_dns_names(stacks: CheckedStacks) -> Iterator[Finding]:
    """Databases, caches and APIs are addressed by DNS name, because IP addresses change with every failover."""
    for address, container in stacks.containers():
        for text in texts(container.get("environment", [])):
            if _ADDRESS.search(text.value):
                yield address, f"{text.name} contains an IP address instead of a host name"
    for address, _ in stacks.resources("aws_secretsmanager_secret_version"):
        if any(_ADDRESS.search(text.value) for text in stacks.texts[address]):
            yield address, "the secret contains an IP address instead of a host name"


@guard(
    "A08",
    key="services",
    fix=f"set health_check_grace_period_seconds to {_MIN_GRACE_SECONDS} or more, or leave it out",
)
def database_clients_get_time_to_start(stacks: CheckedStacks) -> Iterator[Finding]:
    """Services that need the database get time to start: RDS reports "available" before it accepts connections."""
    for address, body in stacks.resources("aws_ecs_service"):
        for container in _containers_behind(stacks, address, body):
            if not any(_DATABASE.search(secret["name"]) for secret in container.get("secrets", [])):
                continue
            if body.get("load_balancer") and body.get("health_check_grace_period_seconds", 0) < _MIN_GRACE_SECONDS:
                yield address, f"failed checks count before {_MIN_GRACE_SECONDS} s have passed"
            if container.get("healthCheck", {}).get("startPeriod", _MIN_START_SECONDS) < _MIN_START_SECONDS:
                yield address, f"the container {container['name']} has less than {_MIN_START_SECONDS} s to start"


@guard("A19", fix="use a program that is in the image; the sample images have Python")
def health_checks_use_available_programs(stacks: CheckedStacks) -> Iterator[Finding]:
    """No health check uses a program that a minimal image lacks."""
    for address, container in stacks.containers():
        if _NOT_IN_IMAGES.search(_programs(container.get("healthCheck", {}).get("command", []))):
            key = f"{section_of(address)}.health_check_command" if section_of(address) != "airflow" else ""
            yield address, "the health check uses a program that the image may lack", key


GUARDS: tuple[Guard, ...] = (
    failed_deployments_are_rolled_back,
    cpu_and_memory_are_compatible,
    tmp_is_writable,
    sessions_can_write,
    images_are_complete,
    docker_hub_is_not_pulled_from_anonymously,
    what_is_served_is_checked,
    tasks_have_as_many_containers_as_ecs_allows,
    tags_are_propagated,
    hosts_are_dns_names,
    database_clients_get_time_to_start,
    health_checks_use_available_programs,
)


def _programs(command: Sequence[str]) -> str:
    """The part of a health check's command that names programs: a shell's whole script, else the first word."""
    form, *words = command or [""]
    in_shell = form == "CMD-SHELL" or (words and PurePosixPath(words[0]).name in _SHELLS)
    return " ".join(words if in_shell else words[:1])


def _essential(stacks: CheckedStacks) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for address, container in stacks.containers():
        if container.get("essential", True):
            yield address, container


def _containers_behind(stacks: CheckedStacks, address: str, service: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for task in stacks.resolve(address, service.get("task_definition", "")):
        if "container_definitions" in stacks.bodies.get(task, {}):
            yield from containers_of(stacks.bodies[task])
