"""The containers of the applied platform serve, and releases move traffic that a load sees nothing of.

Runs after `test_platform`, whose last switch left green live.
"""

import http.client
import json
import ssl
import time
from typing import Any

import pytest

from tests.platform.looking import client, outputs
from tests.support.load import Load
from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.slow]

HOST = "app.windlass.test"
REPOSITORY = "windlass-local/web"
IMAGE = f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/{REPOSITORY}:0.2.0"
STEADY_SECONDS = 60


def https_port(platform: Platform) -> int:
    return int(platform.variables["WINDLASS_DATA_PLANE__HTTPS_PORT"])


def trust(platform: Platform) -> ssl.SSLContext:
    authority = platform.root / ".windlass" / "data-plane" / "certificates" / "authority.pem"
    context = ssl.create_default_context(cafile=str(authority))
    context.check_hostname = False  # the connection is to localhost, the certificate is for the service's name
    return context


def ask(platform: Platform, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    connection = http.client.HTTPSConnection("localhost", https_port(platform), timeout=10, context=trust(platform))
    try:
        headers = {"Host": HOST, "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def load(platform: Platform) -> Load:
    return Load(
        port=https_port(platform),
        host=HOST,
        context=trust(platform),
        per_second=60,
        label_of=lambda body: str(json.loads(body)["colour"]),
    )


def wait_until(platform: Platform, path: str, **wanted: str) -> dict[str, Any]:
    deadline = time.monotonic() + STEADY_SECONDS
    while True:
        try:
            status, found = ask(platform, "GET", path)
        except OSError as error:
            status, found = 0, {"error": str(error)}
        if status == 200 and all(found.get(key) == value for key, value in wanted.items()):
            return dict(found)
        assert time.monotonic() < deadline, (status, found)
        time.sleep(0.2)


def windlass(platform: Platform, *arguments: str) -> str:
    done = platform.windlass(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_live_colour_serves_by_https_with_what_the_task_definition_says(platform: Platform) -> None:
    found = wait_until(platform, "/health", colour="green", status="healthy")
    assert found["version"] == "0.1.0"
    assert ask(platform, "POST", "/items", {"name": "written through green"})[0] == 201


def test_a_switch_under_load_fails_no_request_and_leaves_the_plan_empty(platform: Platform) -> None:
    with load(platform) as during:
        windlass(platform, "switch", "local", "web", "blue", "--scale-up", "--reason", "test")
        wait_until(platform, "/health", colour="blue")
        time.sleep(0.5)
    assert [answer for answer in during.answers if answer.failed] == []
    assert {answer.label for answer in during.answers} == {"green", "blue"}
    _, found = ask(platform, "GET", "/items")
    assert "written through green" in [item["name"] for item in found["items"]]
    plan = platform.windlass("plan", "local", "--layer", "service", "--detailed-exitcode")
    assert plan.returncode == 0, plan.stdout + plan.stderr


def test_a_rollback_under_load_fails_no_request(platform: Platform) -> None:
    with load(platform) as during:
        windlass(platform, "switch", "local", "web", "--rollback")
        wait_until(platform, "/health", colour="green")
    assert [answer for answer in during.answers if answer.failed] == []


def test_a_new_image_goes_to_the_idle_colour_and_then_gets_the_traffic(platform: Platform) -> None:
    client(platform, "ecr").put_image(
        repositoryName=REPOSITORY, imageTag="0.2.0", imageManifest=json.dumps({"schemaVersion": 2, "made": "by a test"})
    )
    with load(platform) as during:
        windlass(platform, "deploy", "local", "web", "--image", IMAGE)
        assert wait_until(platform, "/health", colour="green")["version"] == "0.1.0"
        windlass(platform, "switch", "local", "web")
        wait_until(platform, "/health", colour="blue", version="0.2.0")
    assert [answer for answer in during.answers if answer.failed] == []
    plan = platform.windlass("plan", "local", "--layer", "service", "--detailed-exitcode")
    assert plan.returncode == 0, plan.stdout + plan.stderr


def test_status_says_what_is_live_healthy_and_who_switched(platform: Platform) -> None:
    shown = platform.windlass("status", "local", "web", "--json")
    assert shown.returncode == 0, shown.stderr
    (service,) = json.loads(shown.stdout)["services"]
    text = json.dumps(service)
    assert IMAGE in text
    assert "blue" in text
    health = client(platform, "elbv2").describe_target_health(
        TargetGroupArn=outputs(platform, "service")["blue_target_group_arns"]["web"]
    )["TargetHealthDescriptions"]
    assert {target["TargetHealth"]["State"] for target in health} == {"healthy"}
