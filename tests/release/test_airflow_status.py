"""The status of Airflow names its address, every component and worker group, and its alarms."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from release.airflow_status import airflow_status
from release.aws import Aws
from tests.support.embedded import embedded_aws

COMPONENTS = ("scheduler", "api-server", "worker-default", "dag-processor")
NAMES = {component: f"shop-prod-airflow-{component}" for component in COMPONENTS}
OUTPUTS = {
    "cluster_name": "shop-prod",
    "airflow": {"url": "https://airflow.example.com", "service_names": NAMES},
}


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with embedded_aws("airflow-status-tests") as endpoint_url:
        session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name="eu-west-1")
        aws = Aws(session, endpoint_url=endpoint_url)
        ecs = aws.client("ecs")
        ecs.create_cluster(clusterName="shop-prod")
        ecs.register_task_definition(family="airflow", containerDefinitions=[{"name": "a", "image": "a", "memory": 1}])
        for name in NAMES.values():
            ecs.create_service(cluster="shop-prod", serviceName=name, taskDefinition="airflow", desiredCount=1)
        for name in ("shop-prod-airflow-scheduler-heartbeat", "shop-prod-airflow-queue-default", "shop-prod-web-5xx"):
            _alarm(aws, name)
        yield aws


def _alarm(aws: Aws, name: str) -> None:
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        MetricName="m",
        Namespace="n",
        Period=60,
        Statistic="Sum",
        Threshold=1,
    )


def _set(aws: Aws, name: str, state: str) -> None:
    aws.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")


def _status(aws: Aws, outputs: dict[str, Any] | None = None) -> Any:
    status = airflow_status(aws, outputs or OUTPUTS)
    assert status is not None
    return status


def test_components_come_first_and_worker_groups_last(aws: Aws) -> None:
    status = _status(aws)
    assert status.url == "https://airflow.example.com"
    assert [each.component for each in status.components] == [
        "api-server",
        "dag-processor",
        "scheduler",
        "worker-default",
    ]
    assert all((each.running_count, each.desired_count, each.problem) == (1, 1, "") for each in status.components)
    assert status.is_healthy


def test_only_alarms_of_airflow_in_state_alarm_are_named(aws: Aws) -> None:
    for name in ("shop-prod-airflow-queue-default", "shop-prod-web-5xx"):
        _set(aws, name, "ALARM")
    try:
        status = _status(aws)
        assert (status.alarms, status.alarm_count) == (("shop-prod-airflow-queue-default",), 2)
        assert not status.is_healthy
        assert status.json()["healthy"] is False
    finally:
        _set(aws, "shop-prod-airflow-queue-default", "OK")


def test_a_component_without_its_service_is_a_problem(aws: Aws) -> None:
    outputs = {**OUTPUTS, "airflow": {"url": "u", "service_names": {**NAMES, "triggerer": "shop-prod-airflow-gone"}}}
    status = _status(aws, outputs)
    (gone,) = [each for each in status.components if each.component == "triggerer"]
    assert gone.problem == "its ECS service does not exist"
    assert not status.is_healthy


def test_an_environment_without_airflow_has_no_status_of_it(aws: Aws) -> None:
    assert airflow_status(aws, {"cluster_name": "shop-prod"}) is None
