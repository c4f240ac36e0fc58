"""Rotation of secrets while DAGs run: no task fails, and values encrypted before can be read."""

import threading
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import redis

from tests.airflow.deployment import Deployment, Run, wait_for

pytestmark = [pytest.mark.airflow, pytest.mark.platform, pytest.mark.slow]

AT_ANY_TIME = (
    "AIRFLOW__DATABASE_PASSWORD_VERSION",
    "AIRFLOW__FERNET_KEY_VERSION",
    "AIRFLOW__API_SECRET_KEY_VERSION",
    "AIRFLOW__FIRST_USER_PASSWORD_VERSION",
    "CACHE__PASSWORD_VERSION",
)
"""Numbers that are raised together."""
IN_A_QUIET_HOUR = "AIRFLOW__JWT_SECRET_VERSION"
PREVIOUS = "WINDLASS_CACHE__ACCEPT_PREVIOUS_PASSWORD"


def database_user(airflow: Deployment) -> str:
    return str(urlsplit(airflow.secret("airflow/database-url")).username)


def broker_accepts(airflow: Deployment, password: str) -> bool:
    cache = airflow.store("cache")
    client = redis.Redis(
        host=cache["address"],
        password=password,
        ssl=True,
        ssl_ca_certs=str(airflow.data_plane.status().authority_path),
        ssl_check_hostname=False,  # only containers can resolve its names
    )
    with client:
        try:
            return bool(client.ping())
        except redis.AuthenticationError:
            return False


def raise_versions(airflow: Deployment, *keys: str) -> None:
    """Raise the numbers by one, for this and all later plans of the platform."""
    for key in keys:
        name = f"WINDLASS_{key}"
        airflow.platform.variables[name] = str(int(airflow.platform.variables.get(name, "1")) + 1)


def test_new_secrets_fail_no_task_and_lock_no_one_out(airflow: Deployment) -> None:
    before, old = database_user(airflow), airflow.task("api-server")["taskArn"]
    password, broker_password = airflow.password(), airflow.secret("cache/password")
    raise_versions(airflow, *AT_ANY_TIME)
    airflow.platform.variables[PREVIOUS] = "true"
    encrypted = f"written-before-{uuid4()}"
    airflow.api("POST", "/variables", {"key": encrypted, "value": "kept"})
    runs: list[Run] = []
    applied = threading.Event()

    def keep_running() -> None:
        while not applied.wait(6):
            runs.append(airflow.trigger("patient", seconds=4))

    runner = threading.Thread(target=keep_running)
    runner.start()
    try:
        airflow.apply("data")
        airflow.apply("service")
        wait_for(
            "another API server", lambda: old not in {each["taskArn"] for each in airflow.tasks("api-server")}, 120
        )
    finally:
        applied.set()
        runner.join()
    assert {before, database_user(airflow)} == {"airflow_a", "airflow_b"}
    assert len(runs) >= 3
    assert {run.wait_for_end(120) for run in runs} == {"success"}
    assert {tries for run in runs for tries in run.tries().values()} == {1}
    assert airflow.api("GET", f"/variables/{encrypted}")["value"] == "kept"
    assert airflow.log_in(password)[0] == 401
    assert airflow.log_in(airflow.password())[0] == 201
    assert airflow.secret("cache/password") != broker_password
    assert broker_accepts(airflow, broker_password), "older tasks still use it"
    # A busy worker is protected, so the old one stops when it has no more tasks.
    airflow.wait_until_steady(240)


def test_in_a_quiet_hour_previous_secrets_become_invalid(airflow: Deployment) -> None:
    (new, previous), token = versions_of(airflow, "cache/password"), airflow.token()
    assert airflow.request("GET", "/api/v2/dags", token=token)[0] == 200
    raise_versions(airflow, IN_A_QUIET_HOUR)
    airflow.platform.variables[PREVIOUS] = "false"
    airflow.apply("data")
    wait_for("the broker to refuse the previous password", lambda: not broker_accepts(airflow, previous), 30)
    assert broker_accepts(airflow, new)
    airflow.apply("service")
    airflow.wait_until_steady(240)
    assert airflow.request("GET", "/api/v2/dags", token=token)[0] in (401, 403)
    assert airflow.request("GET", "/api/v2/dags", token=airflow.token())[0] == 200
    assert airflow.trigger("plain").wait_for_end() == "success"


def versions_of(airflow: Deployment, name: str) -> tuple[str, str]:
    """The current and the previous value of a secret."""
    client, stages = airflow.client("secretsmanager"), ("AWSCURRENT", "AWSPREVIOUS")
    now, before = (
        client.get_secret_value(SecretId=f"windlass/local/{name}", VersionStage=stage)["SecretString"]
        for stage in stages
    )
    return str(now), str(before)
