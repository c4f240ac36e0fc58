"""The health checks on real components: cheap, healthy when they work, unhealthy when they hang (A19)."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.airflow_image.components import COMMANDS, Deployment
from tests.airflow_image.image import Ended, Running

pytestmark = pytest.mark.slow

CHECKS = {
    "api-server": "health_api_server.py",
    "scheduler": "health_scheduler.py",
    "dag-processor": "health_heartbeat.py",
    "triggerer": "health_heartbeat.py",
    "worker": "health_worker.py",
}
JOB_TYPES = {"dag-processor": "DagProcessorJob", "triggerer": "TriggererJob"}
CPU_SECONDS = {"worker": 1.2}
"""The most that a check may take; measured are 0.4 for the worker and 0.08 for the others."""

Components = dict[str, Running]


def check(deployment: Deployment, component: str, **changed: str) -> Ended:
    variables = {**deployment.variables(component), "WINDLASS_JOB_TYPE": JOB_TYPES.get(component, ""), **changed}
    return deployment.image.run_script(CHECKS[component], variables, timeout=40)


def wait_until(deployment: Deployment, component: str, *, code: int, seconds: float = 60) -> Ended:
    deadline = time.monotonic() + seconds
    while (done := check(deployment, component)).code != code:
        assert time.monotonic() < deadline, done.text
        time.sleep(1)
    return done


@pytest.fixture(scope="module")
def components(deployment: Deployment, prepared: object) -> Iterator[Components]:
    """All five, as plain processes."""
    running = {name: deployment.start(name) for name in COMMANDS}
    try:
        for name in COMMANDS:
            wait_until(deployment, name, code=0, seconds=120)
        yield running
    finally:
        for each in running.values():
            each.end()


@contextmanager
def hanging(running: Running, *, whole: bool = True) -> Iterator[None]:
    """The component is there and does nothing; `whole=False` leaves what it started running."""
    send = os.killpg if whole else os.kill
    send(running.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        send(running.process.pid, signal.SIGCONT)


def age_heartbeats(deployment: Deployment, job_type: str) -> None:
    """The contents of the table two minutes later."""
    with psycopg.connect(deployment.postgres.url(database="airflow"), autocommit=True) as connection:
        statement = "UPDATE job SET latest_heartbeat = now() - interval '2 minutes' WHERE job_type = %s"
        assert connection.execute(statement, (job_type,)).rowcount > 0


@pytest.mark.parametrize("component", CHECKS)
def test_a_working_component_is_healthy_and_the_check_is_cheap(
    deployment: Deployment, components: Components, component: str
) -> None:
    done = check(deployment, component)
    assert (done.code, done.text) == (0, "")
    assert done.cpu_seconds < CPU_SECONDS.get(component, 0.4)


def test_a_hanging_api_server_is_unhealthy(deployment: Deployment, components: Components) -> None:
    with hanging(components["api-server"]):
        assert "the API server does not answer" in check(deployment, "api-server").err


def test_a_hanging_scheduler_is_unhealthy_although_its_health_server_runs(
    deployment: Deployment, components: Components
) -> None:
    with hanging(components["scheduler"], whole=False):
        time.sleep(0.5)
        assert check(deployment, "scheduler").code == 0  # it hangs, but not for long yet
        age_heartbeats(deployment, "SchedulerJob")
        assert "heartbeat is too old (503)" in check(deployment, "scheduler").err
    wait_until(deployment, "scheduler", code=0)


@pytest.mark.parametrize("component", JOB_TYPES)
def test_an_old_heartbeat_is_unhealthy(deployment: Deployment, components: Components, component: str) -> None:
    with hanging(components[component]):
        time.sleep(0.5)
        age_heartbeats(deployment, JOB_TYPES[component])
        done = check(deployment, component)
        assert done.code == 1
        assert f"the heartbeat of {JOB_TYPES[component]} is 12" in done.err
    wait_until(deployment, component, code=0)


def test_a_component_that_does_not_run_here_is_unhealthy(deployment: Deployment, components: Components) -> None:
    done = check(deployment, "triggerer", WINDLASS_JOB_TYPE="OtherJob")
    assert done.code == 1
    assert done.err.startswith("no OtherJob runs on ")


def test_a_hanging_worker_is_unhealthy(deployment: Deployment, components: Components) -> None:
    with hanging(components["worker"]):
        done = check(deployment, "worker")
    assert done.code == 1
    assert "does not answer" in done.err
    wait_until(deployment, "worker", code=0)


def test_pings_leave_nothing_in_the_broker(deployment: Deployment, components: Components) -> None:
    redis = deployment.redis.client

    def left() -> tuple[list[bytes], set[bytes]]:
        return sorted(redis.keys("*")), redis.smembers("_kombu.binding.reply.celery.pidbox")

    # A check that another test ended by force may have left a binding; these three must add none.
    before = left()
    for _ in range(3):
        assert check(deployment, "worker").code == 0
    assert left() == before


def test_while_database_or_broker_are_away_components_stay_healthy(deployment: Deployment) -> None:
    away = "postgresql://airflow_a:secret-word@127.0.0.1:9/airflow"
    for component in JOB_TYPES:
        done = check(deployment, component, AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=away)
        assert done.code == 0
        assert done.out.startswith("unknown: the database is unavailable")
        assert "secret-word" not in done.text
    done = check(deployment, "worker", AIRFLOW__CELERY__BROKER_URL="redis://default:secret-word@127.0.0.1:9/0")
    assert (done.code, done.out, done.err) == (0, "unknown: the broker is unavailable: OperationalError\n", "")


@pytest.mark.parametrize("component", ["api-server", "scheduler"])
def test_a_component_that_is_not_there_is_unhealthy(deployment: Deployment, component: str) -> None:
    ports = {"AIRFLOW__API__PORT": "9", "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": "9"}
    done = check(deployment, component, **ports)
    assert done.code == 1
    assert "does not answer" in done.err
    assert "Traceback" not in done.err
