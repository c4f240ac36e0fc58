"""What is wrong with the preparation's variables is said in one line, and no secret is in it."""

import pytest

from tests.airflow_image.components import Deployment

URL = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
ADMIN = "WINDLASS_ADMIN_DATABASE_URL"

MISTAKES = {
    "no admin": ({ADMIN: ""}, f"{ADMIN} must be postgresql://"),
    "no database": ({URL: "postgresql://airflow_a:secret@127.0.0.1:5432"}, f"{URL} must be postgresql://"),
    "no password": ({URL: "postgresql://airflow_a@127.0.0.1:5432/airflow"}, f"{URL} must be postgresql://"),
    "not encoded": ({URL: "postgresql://airflow_a:sec/ret@127.0.0.1:5432/airflow"}, "percent-encoded"),
    "sqlite": ({URL: "sqlite:////tmp/airflow.db"}, f"{URL} must be postgresql://"),
    "one role": ({URL: "postgresql://airflow:secret@127.0.0.1:5432/airflow"}, "must end in _a or _b"),
    "user not JSON": ({"WINDLASS_FIRST_USER": "{"}, "WINDLASS_FIRST_USER is not JSON"),
    "user a list": ({"WINDLASS_FIRST_USER": "[1]"}, "WINDLASS_FIRST_USER must be a JSON object"),
    "user incomplete": ({"WINDLASS_FIRST_USER": '{"username": "admin"}'}, "must have username, first_name"),
    "user without password": ({"WINDLASS_FIRST_USER_PASSWORD": ""}, "WINDLASS_FIRST_USER_PASSWORD is not set"),
    "pool without slots": ({"WINDLASS_POOLS": '{"small": {}}'}, "'small' needs slots, a whole number"),
    "pool of words": ({"WINDLASS_POOLS": '{"small": {"slots": "many"}}'}, "'small' needs slots, a whole number"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line(deployment: Deployment, mistake: str) -> None:
    changed, expected = MISTAKES[mistake]
    done = deployment.image.run_script("prepare.py", {**deployment.preparation(), **changed})
    assert done.code == 1
    assert expected in done.err
    assert done.err.startswith("prepare: ")
    assert done.err.count("\n") == 1
    assert [secret for secret in ("sec/ret", "secret@", "password-a", "first-password") if secret in done.text] == []


def test_a_wrong_password_is_not_tried_again(deployment: Deployment) -> None:
    variables = {**deployment.preparation(), ADMIN: deployment.postgres.url(user="master", password="wrong")}
    done = deployment.image.run_script("prepare.py", variables, timeout=20)
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert 'password authentication failed for user "master"' in done.err


@pytest.mark.slow
def test_a_server_that_never_comes_is_waited_for_and_named(deployment: Deployment) -> None:
    nowhere = "postgresql://master:master@127.0.0.1:9/postgres"
    variables = {**deployment.preparation(), ADMIN: nowhere, "WINDLASS_WAIT_SECONDS": "1"}
    done = deployment.image.run_script("prepare.py", variables, timeout=30)
    assert done.code == 1
    assert "waiting for the database" in done.out
    assert f"{ADMIN}: " in done.err
    assert "Connection refused" in done.err
