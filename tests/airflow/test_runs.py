"""DAGs end in the expected state, and the logs of their tasks are kept."""

from functools import partial

import pytest

from tests.airflow.deployment import Deployment, wait_for

pytestmark = [pytest.mark.airflow, pytest.mark.platform, pytest.mark.slow]


def test_a_plain_a_deferrable_and_a_failing_dag_end_as_expected_and_their_logs_come_from_s3(
    airflow: Deployment,
) -> None:
    runs = {name: airflow.trigger(name) for name in ("plain", "deferrable", "failing")}
    assert {name: run.wait_for_end() for name, run in runs.items()} == {
        "plain": "success",
        "deferrable": "success",
        "failing": "failed",
    }
    assert runs["failing"].task_states() == {"breaks": "failed", "never": "upstream_failed"}
    for name, task_ids in (("plain", ["extract", "load"]), ("deferrable", ["wait", "after"]), ("failing", ["breaks"])):
        for task_id in task_ids:
            wait_for(f"the log of {task_id} in S3", partial(airflow.is_uploaded, runs[name].run_id, task_id), 30)
    assert airflow.delete_local_logs() >= 3
    assert "plain: the sum is 6" in runs["plain"].log("load")
    assert "deferrable: woken up" in runs["deferrable"].log("after")
    assert "meant to fail" in runs["failing"].log("breaks")
    assert runs["deferrable"].task_states() == {"wait": "success", "after": "success"}


def test_a_dag_runs_a_container_on_ecs(airflow: Deployment) -> None:
    assert airflow.trigger("workflow").wait_for_end(120) == "success"


def test_a_wrong_password_gets_no_token(airflow: Deployment) -> None:
    assert airflow.log_in("wrong")[0] == 401
    assert airflow.request("GET", "/api/v2/dags")[0] == 401


def test_pools_of_the_environment_file_are_there(airflow: Deployment) -> None:
    assert airflow.api("GET", "/pools/reports")["slots"] == 2


def test_the_user_interface_answers_behind_the_load_balancer(airflow: Deployment) -> None:
    status, page = airflow.request("GET", "/auth/login/")
    assert status == 200
    assert "Airflow" in page
    port = airflow.platform.https_port
    assert airflow.location("/api/v2/auth/login") == f"https://airflow.windlass.localhost:{port}/auth/login/"


def test_a_commit_to_the_repository_becomes_a_dag_and_its_next_version(airflow: Deployment) -> None:
    text = """
from datetime import UTC, datetime
from airflow.sdk import dag, task

@dag(schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), is_paused_upon_creation=False)
def arrived():
    @task
    def say():
        print("this is version ONE")
    say()

arrived()
"""
    airflow.commit({"arrived.py": text}, "A DAG")
    wait_for("the new DAG", lambda: airflow.has_dag("arrived"), 60)
    first = airflow.trigger("arrived")
    assert first.wait_for_end() == "success"
    assert "version ONE" in first.log("say")

    airflow.commit({"arrived.py": text.replace("ONE", "TWO")}, "Its next version")

    def newest() -> str:
        run = airflow.trigger("arrived")
        assert run.wait_for_end() == "success"
        return run.log("say")

    wait_for("the new version", lambda: "version TWO" in newest(), 60)
