"""New secrets while DAGs run: no task fails, nobody waits, and what was encrypted before can be read."""

import threading
from urllib.parse import urlsplit

import pytest

from tests.airflow.deployment import Deployment, Run, wait_for

pytestmark = [pytest.mark.airflow, pytest.mark.platform, pytest.mark.slow]

KEYS = ("database_password_version", "fernet_key_version", "api_secret_key_version", "first_user_password_version")
"""What is raised in one go. The JWT secret is not among them: its rotation wants an hour without tasks."""


def database_user(airflow: Deployment) -> str:
    name = "windlass/local/airflow/database-url"
    text = airflow.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    return str(urlsplit(text).username)


def raise_versions(airflow: Deployment) -> int:
    """Raise the numbers by one, also for whoever plans this platform from now on; the new number."""
    for key in KEYS:
        name = f"WINDLASS_AIRFLOW__{key.upper()}"
        version = int(airflow.platform.variables.get(name, "1")) + 1
        airflow.platform.variables[name] = str(version)
    return version


def test_new_secrets_fail_no_task_and_lock_nobody_out(airflow: Deployment) -> None:
    before, old = database_user(airflow), airflow.task("api-server")["taskArn"]
    password, version = airflow.password(), raise_versions(airflow)
    encrypted = f"written-before-{version}"
    airflow.api("POST", "/variables", {"key": encrypted, "value": "kept"})
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
    assert airflow.api("GET", f"/variables/{encrypted}")["value"] == "kept"
    assert airflow.log_in(password)[0] == 401
    assert airflow.log_in(airflow.password())[0] == 201
    # A worker that is busy is protected, so the old one goes when it has nothing to do any more.
    airflow.settle(240)
