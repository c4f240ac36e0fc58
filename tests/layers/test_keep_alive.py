"""Servers keep idle connections longer than the load balancer, whatever its time-out is."""

import json
from typing import Any

import pytest

from tests.support.documents import documents_of


@pytest.mark.parametrize(("idle", "web", "airflow"), [(60, 65, 120), (300, 305, 305), (4000, 4005, 4005)])
def test_the_load_balancer_closes_an_idle_connection_first(idle: int, web: int, airflow: int) -> None:
    def change(data: dict[str, Any]) -> None:
        data["load_balancer"]["idle_timeout_seconds"] = idle

    service = documents_of("prod", change)["service"]["resource"]
    (balancer,) = service["aws_lb"].values()
    assert balancer["idle_timeout"] == idle
    definitions = service["aws_ecs_task_definition"]
    server, _ = json.loads(definitions["web_blue_task_definition"]["container_definitions"])
    assert {"name": "KEEP_ALIVE_SECONDS", "value": str(web)} in server["environment"]
    api_server = json.loads(definitions["airflow_api-server_task_definition"]["container_definitions"])[0]
    command = api_server["command"]
    assert command[command.index("--worker-timeout") + 1] == str(airflow)
