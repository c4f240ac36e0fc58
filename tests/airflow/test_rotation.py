"""A new database password while DAGs run: no task fails, nobody waits."""

import threading
from urllib.parse import urlsplit

import pytest

from tests.airflow.deployment import Deployment, Run

pytestmark = [pytest.mark.airflow, pytest.mark.platform, pytest.mark.slow]

VERSION = "WINDLASS_AIRFLOW__DATABASE_PASSWORD_VERSION"


def database_user(airflow: Deployment) -> str:
    name = "windlass/local/airflow/database-url"
    text = airflow.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    return str(urlsplit(text).username)


def test_a_new_database_password_fails_no_task(airflow: Deployment) -> None:
    assert database_user(airflow) == "airflow_a"
    # Also for whoever plans this platform from now on.
    airflow.platform.variables[VERSION] = "2"
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
        airflow.settle(240)
    finally:
        applied.set()
        runner.join()
    assert database_user(airflow) == "airflow_b"
    assert len(runs) >= 3
    assert {run.end(120) for run in runs} == {"success"}
    assert {tries for run in runs for tries in run.tries().values()} == {1}
