"""No task is lost when processes are killed and data stores restart while DAGs run."""

import os
import signal
import time

import pytest

from tests.airflow.deployment import Deployment, Run, wait_for

pytestmark = [pytest.mark.airflow, pytest.mark.platform, pytest.mark.slow]


def kill_broker(airflow: Deployment) -> None:
    before = airflow.store("cache")["pids"]
    os.kill(before[0], signal.SIGKILL)
    wait_for("another Redis", lambda: is_new(airflow, "cache", before), 30)


def restart_database(airflow: Deployment) -> None:
    database = airflow.store("database")
    airflow.client("rds").reboot_db_instance(DBInstanceIdentifier=database["identifier"])
    wait_for("another PostgreSQL", lambda: is_new(airflow, "database", database["pids"]), 30)


def is_new(airflow: Deployment, kind: str, before: list[int]) -> bool:
    store = airflow.store(kind)
    return bool(store["running"] and store["pids"] and store["pids"][0] != before[0])


def test_no_task_is_lost_when_any_component_is_killed_or_a_data_store_restarts(airflow: Deployment) -> None:
    on_worker = airflow.trigger("patient", seconds=20)
    on_worker.wait_for_task("work", "running")
    airflow.kill("worker-default")  # its task is retried after the heartbeat's timeout, while the others are tested
    runs: dict[str, Run] = {"worker": on_worker}
    for component in ("dag-processor", "triggerer", "scheduler"):
        runs[component] = airflow.trigger("patient", seconds=3)
        airflow.kill(component)
    runs["deferred"] = airflow.trigger("deferrable")
    wait_for("another worker", lambda: airflow.tasks("worker-default"), 60)
    runs["api-server"] = airflow.trigger("patient", seconds=12)
    runs["api-server"].wait_for_task("work", "running", 120)
    airflow.kill("api-server")
    time.sleep(1)
    runs["database"] = airflow.trigger("patient", seconds=12)
    runs["database"].wait_for_task("work", "running", 120)
    restart_database(airflow)
    runs["broker"] = airflow.trigger("patient", seconds=8)
    kill_broker(airflow)
    assert {name: run.wait_for_end(300) for name, run in runs.items()} == dict.fromkeys(runs, "success")
    assert runs["worker"].tries()["work"] > 1
    airflow.wait_until_steady(240)


def test_a_worker_that_is_stopped_finishes_its_task_and_is_protected_until_then(airflow: Deployment) -> None:
    run = airflow.trigger("patient", seconds=25)
    run.wait_for_task("work", "running")
    task = airflow.task("worker-default")
    ecs = airflow.client("ecs")

    def is_protected() -> bool:
        (protection,) = ecs.get_task_protection(cluster=task["clusterArn"], tasks=[task["taskArn"]])["protectedTasks"]
        return bool(protection["protectionEnabled"])

    wait_for("the protection of the working task", is_protected, 40)
    ecs.stop_task(cluster=task["clusterArn"], task=task["taskArn"], reason="test")
    assert run.wait_for_end(120) == "success"
    assert run.tries()["work"] == 1, "the task was not retried, so the worker finished it"
    (stopped,) = ecs.describe_tasks(cluster=task["clusterArn"], tasks=[task["taskArn"]])["tasks"]
    assert stopped["desiredStatus"] == "STOPPED"
    wait_for("another worker", lambda: airflow.tasks("worker-default"), 60)
