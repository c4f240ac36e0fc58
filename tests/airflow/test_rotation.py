"""A new database password while DAGs run: no task fails, nobody waits."""

import threading
from urllib.parse import urlsplit

import pytest

from tests.airflow.deployment import Deployment, Run, wait_for

pytestmark = [pytest.mark.airflow, pytest.mark.platform, pytest.mark.slow]

VERSION = "WINDLASS_AIRFLOW__DATABASE_PASSWORD_VERSION"


def database_user(airflow: Deployment) -> str:
    name = "windlass/local/airflow/database-url"
    text = airflow.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    return str(urlsplit(text).username)


def test_a_new_database_password_fails_no_task(airflow: Deployment) -> None:
    before, old = database_user(airflow), airflow.task("api-server")["taskArn"]
    # Also for whoever plans this platform from now on.
    version = int(airflow.platform.variables.get(VERSION, "1")) + 1
    airflow.platform.variables[VERSION] = str(version)
    runs: list[Run] = []
    applied = threading.Event()

    def keep_running() -> None:
        while not applied.wait(6):
            runs.append(airflow.trigger("patient", seconds=4))

    runner = threading.Thread(target=keep_running)
    runner.start()
    try:
        for layer in ("data", "service"):
            done = airflow.platform.windlass("apply", "local", "--layer", layer, "--yes")
            assert done.returncode == 0, done.stdout + done.stderr
        wait_for(
            "another API server", lambda: old not in {each["taskArn"] for each in airflow.tasks("api-server")}, 120
        )
    finally:
        applied.set()
        runner.join()
    assert {before, database_user(airflow)} == {"airflow_a", "airflow_b"}
    assert len(runs) >= 3
    assert {run.end(120) for run in runs} == {"success"}
    assert {tries for run in runs for tries in run.tries().values()} == {1}
    # A worker that is busy is protected, so the old one goes when it has nothing to do any more.
    airflow.settle(240)
