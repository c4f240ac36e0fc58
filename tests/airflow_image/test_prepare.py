"""The preparation of a database: from nothing, again, and with the other role (A07)."""

import json
from typing import Any

import psycopg
import pytest
from werkzeug.security import check_password_hash

from tests.airflow_image.components import FIRST_USER, Deployment
from tests.airflow_image.image import Ended

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("prepared")]

NOT_OURS = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"


def connect(deployment: Deployment, role: str, password: str) -> psycopg.Connection[Any]:
    url = deployment.url(role, password).replace("+psycopg2", "")
    return psycopg.connect(url, autocommit=True)


def rows(deployment: Deployment, query: str) -> list[tuple[Any, ...]]:
    with connect(deployment, "airflow_a", "password-a") as connection:
        return connection.execute(query.encode()).fetchall()


def test_two_at_once_take_turns(prepared: list[Ended]) -> None:
    assert [ended.code for ended in prepared] == [0, 0], prepared
    assert sorted(ended.out.count("database airflow made") for ended in prepared) == [0, 1]
    assert sorted(ended.out.count("user admin created") for ended in prepared) == [0, 1]


def test_every_table_belongs_to_a_role_that_cannot_log_in(deployment: Deployment) -> None:
    assert rows(deployment, NOT_OURS) == [("airflow",)]
    query = "SELECT rolname, rolcanlogin, rolsuper FROM pg_roles WHERE rolname LIKE 'airflow%' ORDER BY 1"
    assert ("airflow", False, False) in rows(deployment, query)
    assert ("airflow_a", True, False) in rows(deployment, query)


def test_other_users_of_the_server_cannot_connect(deployment: Deployment) -> None:
    deployment.postgres.execute("CREATE ROLE stranger LOGIN PASSWORD 'stranger'")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        connect(deployment, "stranger", "stranger")


def test_pools_and_first_user_are_those_of_the_configuration(deployment: Deployment) -> None:
    pools = rows(deployment, "SELECT pool, slots FROM slot_pool ORDER BY pool")
    assert pools == [("default_pool", 64), ("reports", 3)]
    result = rows(
        deployment,
        "SELECT u.username, u.first_name, u.last_name, u.email, r.name, u.password FROM ab_user u"
        " JOIN ab_user_role ur ON ur.user_id = u.id JOIN ab_role r ON r.id = ur.role_id",
    )
    assert [dict(zip(FIRST_USER, row, strict=False)) for row in result] == [FIRST_USER]
    assert check_password_hash(result[0][-1], "first-password")


def test_no_password_is_printed_or_logged_by_the_server(deployment: Deployment, prepared: list[Ended]) -> None:
    printed = "".join(ended.text for ended in prepared) + deployment.postgres.log.read_text()
    assert [secret for secret in ("password-a", "first-password", ":master@") if secret in printed] == []


def test_a_rotation_affects_neither_running_components_nor_manual_changes(deployment: Deployment) -> None:
    old = connect(deployment, "airflow_a", "password-a")
    old.execute("INSERT INTO slot_pool (pool, slots, include_deferred) VALUES ('by-hand', 7, false)")
    variables = deployment.preparation("airflow_b", "password-b")
    variables["WINDLASS_FIRST_USER_PASSWORD"] = "second-password"
    variables["WINDLASS_POOLS"] = json.dumps({"reports": {"slots": -1}})
    done = deployment.image.run_script("prepare.py", variables)
    assert done.code == 0, done.text
    # The connection that was open, a new one of the old role, and the new role.
    old.execute("CREATE TABLE made_by_a ()")
    with connect(deployment, "airflow_a", "password-a") as again, connect(deployment, "airflow_b", "password-b") as new:
        again.execute("DROP TABLE made_by_a")
        new.execute("CREATE TABLE made_by_b ()")
        again.execute("ALTER TABLE made_by_b ADD COLUMN x int")
        again.execute("DROP TABLE made_by_b")
    old.close()
    assert rows(deployment, NOT_OURS) == [("airflow",)]
    pools = dict(rows(deployment, "SELECT pool, slots FROM slot_pool"))
    assert pools == {"default_pool": 64, "reports": -1, "by-hand": 7}
    ((password,),) = rows(deployment, "SELECT password FROM ab_user")
    assert check_password_hash(password, "second-password")
    assert "user admin has the new password" in done.out


def test_a_database_of_a_newer_airflow_is_left_alone(deployment: Deployment) -> None:
    deployment.postgres.execute("CREATE DATABASE newer TEMPLATE airflow OWNER airflow")
    deployment.postgres.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'", database="newer")
    variables = deployment.preparation()
    variables["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = deployment.url().replace("/airflow?", "/newer?")
    done = deployment.image.run_script("prepare.py", variables)
    assert done.code == 1
    assert "migrated by a newer Airflow than 3.1.8" in done.err
    assert "Traceback" not in done.err
