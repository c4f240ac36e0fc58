"""Schedules run as their own roles, and no role of the platform lacks a permission for what it does."""

import json
import urllib.request
from typing import Any

import pytest

from local.iam.paths import CALLS_PATH
from local.schedules import PATH
from tests.airflow.deployment import PREFIX, Deployment, wait_for

pytestmark = [pytest.mark.airflow, pytest.mark.platform, pytest.mark.slow]

GROUP = f"{PREFIX}-airflow-db-clean"


def answer(airflow: Deployment, path: str, body: Any = None) -> Any:
    data, method = (None, "GET") if body is None else (json.dumps(body).encode(), "POST")
    request = urllib.request.Request(airflow.platform.endpoint_url + path, data, method=method)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as response:
        return json.load(response)


def test_the_nightly_cleaning_runs_as_the_role_of_its_schedule(airflow: Deployment) -> None:
    started = answer(airflow, PATH, {"group": GROUP, "name": "task", "region": "eu-west-1"})["answer"]
    assert started["failures"] == []
    (task,) = started["tasks"]
    names = {"cluster": task["clusterArn"], "tasks": [task["taskArn"]]}

    def ended() -> Any:
        (described,) = airflow.client("ecs").describe_tasks(**names)["tasks"]
        return described if described["lastStatus"] == "STOPPED" else None

    containers = wait_for("the end of the cleaning", ended, 120)["containers"]
    assert {container["exitCode"] for container in containers} == {0}
    calls = answer(airflow, CALLS_PATH)
    as_schedule = {each["action"] for each in calls["allowed"] if each["role"] == f"{GROUP}-schedule"}
    assert {"ecs:RunTask", "iam:PassRole", "kms:Decrypt"} <= as_schedule


def test_no_role_of_the_platform_was_denied_anything(airflow: Deployment) -> None:
    calls = answer(airflow, CALLS_PATH)
    of_execution_roles = {each["action"] for each in calls["allowed"] if each["role"].endswith("-execution")}
    pulled = {"ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}
    assert {*pulled, "secretsmanager:GetSecretValue", "logs:CreateLogStream", "logs:PutLogEvents"} <= of_execution_roles
    assert [each for each in calls["denied"] if each["role"].startswith(PREFIX)] == []
