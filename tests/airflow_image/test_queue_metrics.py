"""The publisher of queue lengths: right numbers, in the form that CloudWatch Logs understands, and no password."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.airflow_image.components import Deployment
from tests.airflow_image.image import Image, Running
from tests.support.redis import RedisServer

BROKER = "AIRFLOW__CELERY__BROKER_URL"
NAMES = {"WINDLASS_METRICS_NAMESPACE": "Windlass/Airflow", "WINDLASS_DEPLOYMENT": "acme-dev"}


@pytest.fixture
def variables(redis_server: RedisServer) -> Iterator[dict[str, str]]:
    queues = ("waiting", "waiting\x06\x169", "reports")
    redis_server.client.delete(*queues)
    yield {BROKER: redis_server.url(), "WINDLASS_QUEUES": "waiting, reports", "WINDLASS_METRICS_SECONDS": "1", **NAMES}
    redis_server.client.delete(*queues)


@pytest.fixture
def publisher(image: Image, variables: dict[str, str], log: Path) -> Iterator[Running]:
    running = image.start_script("queue_metrics.py", variables, log=log)
    yield running
    running.end()


def published(running: Running) -> list[dict[str, Any]]:
    return [metric_of(line) for line in running.output.splitlines() if line.startswith("{")]


def metric_of(line: str) -> dict[str, Any]:
    """The line, after the rules of the embedded metric format have been checked on it."""
    event: dict[str, Any] = json.loads(line)
    described = event["_aws"]
    assert set(described) == {"Timestamp", "CloudWatchMetrics"}
    assert type(described["Timestamp"]) is int
    assert abs(described["Timestamp"] / 1000 - time.time()) < 600  # milliseconds
    assert described["CloudWatchMetrics"]
    for directive in described["CloudWatchMetrics"]:
        assert set(directive) == {"Namespace", "Dimensions", "Metrics"}
        assert re.fullmatch(r"[\w./#:-]{1,1024}", directive["Namespace"])
        for dimensions in directive["Dimensions"]:
            assert 1 <= len(dimensions) <= 30
            for name in dimensions:
                assert isinstance(event[name], str)
                assert 1 <= len(event[name]) <= 1024
        assert 1 <= len(directive["Metrics"]) <= 100
        for metric in directive["Metrics"]:
            assert isinstance(event[metric["Name"]], int)
            assert metric["Unit"] == "Count"
    return event


def test_each_queue_has_its_length_and_its_dimensions(
    publisher: Running, redis_server: RedisServer, variables: dict[str, str]
) -> None:
    redis_server.client.rpush("waiting", "a", "b", "c")
    redis_server.client.rpush("waiting\x06\x169", "urgent")
    publisher.wait_for('"QueueLength": 4', seconds=20)
    redis_server.client.lpop("waiting")
    publisher.wait_for('"QueueLength": 3', seconds=20)
    result = {(event["Deployment"], event["Queue"]): event["QueueLength"] for event in published(publisher)}
    assert result == {("acme-dev", "waiting"): 3, ("acme-dev", "reports"): 0}
    directive = published(publisher)[0]["_aws"]["CloudWatchMetrics"][0]
    assert directive["Namespace"] == "Windlass/Airflow"
    assert directive["Dimensions"] == [["Deployment", "Queue"]]
    assert redis_server.password not in publisher.output


@pytest.mark.slow
def test_it_survives_an_outage_of_the_broker(publisher: Running, redis_server: RedisServer) -> None:
    publisher.wait_for('"QueueLength": 0', seconds=20)
    redis_server.stop()
    try:
        publisher.wait_for("queue-metrics: the broker is unavailable (ConnectionError)", seconds=20)
        before = len(published(publisher))
    finally:
        redis_server.start()
    publisher.wait_for("QueueLength", count=2 * (before + 2), seconds=20)  # twice in each line
    assert redis_server.password not in publisher.output


def test_a_wrong_password_is_not_shown(image: Image, variables: dict[str, str], log: Path) -> None:
    wrong = variables[BROKER].replace("for-tests-only", "wrong-password")
    running = image.start_script("queue_metrics.py", {**variables, BROKER: wrong}, log=log)
    try:
        running.wait_for("the broker is unavailable (AuthenticationError)", seconds=20)
    finally:
        running.end()
    assert "wrong-password" not in running.output


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        (BROKER, "", f"queue-metrics: {BROKER} is not set\n"),
        (BROKER, "sqs://secret-word@", f"queue-metrics: {BROKER} is no redis:// or rediss:// address\n"),
        ("WINDLASS_QUEUES", "", "queue-metrics: WINDLASS_QUEUES is not set\n"),
        ("WINDLASS_DEPLOYMENT", "", "queue-metrics: WINDLASS_DEPLOYMENT is not set\n"),
    ],
)
def test_a_mistake_is_one_line(image: Image, variables: dict[str, str], name: str, value: str, expected: str) -> None:
    done = image.run_script("queue_metrics.py", {**variables, name: value}, timeout=20)
    assert (done.code, done.text) == (1, expected)


def test_it_reads_the_queue_that_airflow_writes(deployment: Deployment) -> None:
    """Celery's name of a queue is the name of the list: no prefix stands before it."""
    send = (
        "import sys; from celery import Celery; app = Celery(broker=sys.argv[1]);"
        " app.send_task('execute_workload', args=['{}'], queue='sent-by-celery')"
    )
    done = deployment.image.run(["python", "-c", send, deployment.redis.url()], {})
    assert done.code == 0, done.text
    assert deployment.redis.client.llen("sent-by-celery") == 1
    deployment.redis.client.delete("sent-by-celery")
