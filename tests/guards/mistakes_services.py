"""Mistakes in services, tasks, containers and their checks."""

import json
from typing import Any

from tests.guards.mistakes import Change, Mistake, edit, resource
from tests.support.documents import Documents


def task(**values: Any) -> Change:
    return edit("service", "aws_ecs_task_definition", "blue", **values)


def service(**values: Any) -> Change:
    return edit("service", "aws_ecs_service", "blue", **values)


def container(**values: Any) -> Change:
    """Set parts of the container of the blue side; a part that is None goes."""

    def change(documents: Documents) -> None:
        body = resource(documents, "service", "aws_ecs_task_definition", "blue")
        one, *others = json.loads(body["container_definitions"])
        one.update(values)
        kept = {key: value for key, value in one.items() if value is not None}
        body["container_definitions"] = json.dumps([kept, *others])

    return change


def sidecars(count: int) -> Change:
    """Add containers to the task of the blue side."""

    def change(documents: Documents) -> None:
        body = resource(documents, "service", "aws_ecs_task_definition", "blue")
        one, *others = json.loads(body["container_definitions"])
        more = [{**one, "name": f"sidecar-{number}", "essential": False} for number in range(count)]
        body["container_definitions"] = json.dumps([one, *others, *more])

    return change


def check(command: list[str], start_period: int = 120) -> dict[str, Any]:
    return {"command": command, "interval": 15, "retries": 3, "startPeriod": start_period, "timeout": 5}


def setting(value: str) -> list[dict[str, str]]:
    return [{"name": "BROKER", "value": value}]


def without_tmp(documents: Documents) -> None:
    body = resource(documents, "service", "aws_ecs_task_definition", "blue")
    body["container_definitions"] = body["container_definitions"].replace('"/tmp"', '"/elsewhere"')


def no_path(documents: Documents) -> None:
    del resource(documents, "service", "aws_lb_target_group", "blue")["health_check"]["path"]


PYTHON = ["CMD", "python", "-m", "web.healthcheck"]

MISTAKES = tuple(
    Mistake(guard, what, change)
    for guard, what, change in (
        ("failed_deployments_are_rolled_back", "no circuit breaker", service(deployment_circuit_breaker=None)),
        (
            "failed_deployments_are_rolled_back",
            "a circuit breaker that only stops",
            service(deployment_circuit_breaker={"enable": True, "rollback": False}),
        ),
        ("cpu_and_memory_are_compatible", "half a vCPU with 5 GiB", task(cpu="512", memory="5120")),
        ("cpu_and_memory_are_compatible", "a CPU that Fargate does not have", task(cpu="300")),
        ("tasks_have_as_many_containers_as_ecs_allows", "eleven containers", sidecars(10)),
        ("tmp_is_writable", "no /tmp", without_tmp),
        (
            "sessions_can_write",
            "ECS Exec and a read-only root file system without volumes for it",
            service(enable_execute_command=True),
        ),
        ("images_are_complete", "an image without registry", container(image="web:1.4.2")),
        ("images_are_complete", "an image without tag", container(image="public.ecr.aws/team/web")),
        ("what_is_served_is_checked", "no check inside", container(healthCheck=None)),
        (
            "what_is_served_is_checked",
            "a target group without a path",
            no_path,
        ),
        ("tags_are_propagated", "no managed tags", service(enable_ecs_managed_tags=False)),
        ("tags_are_propagated", "tags that stay with the service", service(propagate_tags="NONE")),
        (
            "hosts_are_dns_names",
            "a host by its IPv4 address",
            container(environment=setting("rediss://10.0.1.7:6379/0")),
        ),
        (
            "hosts_are_dns_names",
            "a host by its IPv6 address",
            container(environment=setting("rediss://[fd00::7]:6379/0")),
        ),
        ("database_clients_get_time_to_start", "no grace", service(health_check_grace_period_seconds=60)),
        ("database_clients_get_time_to_start", "10 s to start", container(healthCheck=check(PYTHON, start_period=10))),
        (
            "health_checks_use_available_programs",
            "curl in a shell",
            container(healthCheck=check(["CMD-SHELL", "curl -f http://localhost:8000/health || exit 1"])),
        ),
        (
            "health_checks_use_available_programs",
            "wget",
            container(healthCheck=check(["CMD", "wget", "-q", "http://localhost:8000/health"])),
        ),
    )
)
