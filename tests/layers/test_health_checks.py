"""The container's own health check is the service's choice; the load balancer's is not (E06, A08, A19)."""

import json
from typing import Any

import pytest

import guards
from layers.guard_intent import intent_of
from layers.synthesis import terraform_json
from tests.support.documents import Documents, changed_environment

COMMAND = ["bin/check", "--quick"]
STRATEGIES: dict[str, dict[str, Any]] = {
    "blue-green": {},
    "rolling": {"image": "public.ecr.aws/acme/web:1"},
    "codedeploy": {
        "image": "public.ecr.aws/acme/web:1",
        "test_listener": {"port": 9443, "allowed_cidrs": ["192.0.2.0/24"]},
    },
}


def synthesised(strategy: str, command: list[str]) -> tuple[Documents, guards.Intent]:
    """A service that runs somebody's own image, and what its environment file tells the guards."""

    def change(data: dict[str, Any]) -> None:
        service = {**data["services"]["web"], "health_check_command": command}
        if strategy != "blue-green":
            del service["blue"], service["green"]
        data["services"] = {"web": {**service, "strategy": strategy, **STRATEGIES[strategy]}}

    environment = changed_environment("staging", change)
    return terraform_json(environment), intent_of(environment)


def web_containers(documents: Documents) -> list[dict[str, Any]]:
    tasks = documents["service"]["resource"]["aws_ecs_task_definition"]
    bodies = [body for name, body in tasks.items() if name.startswith("web")]
    assert bodies
    containers = [container for body in bodies for container in json.loads(body["container_definitions"])]
    return [container for container in containers if container["essential"]]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_service_without_the_key_has_the_load_balancers_check_alone(strategy: str) -> None:
    documents, intent = synthesised(strategy, [])
    assert ["healthCheck" in container for container in web_containers(documents)].count(True) == 0
    groups = documents["service"]["resource"]["aws_lb_target_group"]
    assert {body["health_check"]["path"] for name, body in groups.items() if name.startswith("web")} == {"/health"}
    assert guards.check("staging", documents, intent).warnings == ()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_service_with_the_key_runs_its_command_and_gives_it_time(strategy: str) -> None:
    documents, intent = synthesised(strategy, COMMAND)
    for container in web_containers(documents):
        assert container["healthCheck"]["command"] == ["CMD", *COMMAND]
        assert container["healthCheck"]["startPeriod"] >= 60
    assert guards.check("staging", documents, intent).warnings == ()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_check_that_the_file_names_and_the_container_lacks_is_refused(strategy: str) -> None:
    _, intent = synthesised(strategy, COMMAND)
    documents, _ = synthesised(strategy, [])
    with pytest.raises(guards.GuardError, match="lacks the health check that the environment file names"):
        guards.check("staging", documents, intent)


@pytest.mark.parametrize("command", [["curl", "-f", "http://localhost:8000/"], ["wget", "-q"], ["sh", "-c", "nc -z 1"]])
def test_a_program_that_small_images_lack_is_refused_with_the_key(command: list[str]) -> None:
    documents, intent = synthesised("blue-green", command)
    with pytest.raises(guards.GuardError, match="uses a program that the image may lack") as caught:
        guards.check("staging", documents, intent)
    assert "environments/staging.toml, services.web.health_check_command" in str(caught.value)
