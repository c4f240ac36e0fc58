"""The database is deleted by mistake, then destroyed by a migration, and is restored as its runbook says (D06, P05).

On the platform that `make local` makes, with Airflow, its containers and production's protections.
"""

import json
from collections.abc import Iterator

import pytest

from tests.airflow.deployment import PREFIX, Deployment, wait_for
from tests.docs.database_commands import BACKUPS, DB_CHECK, REPLACE, TAKE_SNAPSHOT, UNPROTECT, WAIT_FOR_SNAPSHOT
from tests.docs.drill import APPLY, DAG, PLAN, run, set_keys
from tests.platform.live import Live
from tests.support.platform import Platform, begin

pytestmark = [pytest.mark.platform, pytest.mark.airflow, pytest.mark.slow]

PROTECTED = {"deletion_protection": "true", "final_snapshot": "true"}
SNAPSHOT = "before-the-migration"


@pytest.fixture(scope="module")
def airflow() -> Iterator[Deployment]:
    platform = begin().wait()
    deployment = Deployment(platform, platform.data_plane())
    deployment.wait_until_steady()
    deployment.commit({"once.py": DAG}, "a DAG")
    wait_for("the DAG", lambda: deployment.api("GET", "/version") and deployment.has_dag("once"), 90)
    yield deployment


def in_data(platform: Platform, command: str, *, typed: str = "") -> str:
    return run(platform, command, typed=typed, LAYER="data")


def plans_nothing(platform: Platform, layer: str) -> None:
    assert "local: nothing to change." in run(platform, PLAN, LAYER=layer)


def items(live: Live) -> set[str]:
    live.wait_until("/health/ready")
    _, answer = live.request("GET", "/items")
    return {each["name"] for each in answer["items"]}


def test_a_database_comes_back_from_its_backups_and_from_a_snapshot(airflow: Deployment) -> None:
    platform, live, rds = airflow.platform, Live(airflow.platform), airflow.client("rds")
    names = {"DATABASE": PREFIX, "SNAPSHOT": SNAPSHOT}
    live.request("POST", "/items", {"name": "kept"})
    connection = {"connection_id": "warehouse", "conn_type": "http", "password": "of the warehouse"}
    airflow.api("POST", "/connections", connection)
    finished = airflow.trigger("once")
    assert finished.wait_for_end() == "success"
    tries = finished.tries()

    # Somebody deletes the instance in the console.
    rds.delete_db_instance(DBInstanceIdentifier=PREFIX, SkipFinalSnapshot=True, DeleteAutomatedBackups=False)
    status, arn, _ = run(platform, BACKUPS, **names).strip().split("\t")
    assert status == "retained"
    # From now on with production's protections.
    set_keys(platform, "local", "database", {"restore_from_backup_arn": json.dumps(arn), **PROTECTED})
    in_data(platform, APPLY, typed="y\n")
    airflow.wait_until_steady(300)
    assert items(live) == {"kept"}
    # The provider gives a restore to a point in time not all settings: the second apply does.
    in_data(platform, APPLY, typed="y\n")
    set_keys(platform, "local", "database", {"restore_from_backup_arn": ""})
    plans_nothing(platform, "data")

    # A migration destroys data.
    run(platform, TAKE_SNAPSHOT, **names)
    run(platform, WAIT_FOR_SNAPSHOT, **names)
    live.request("POST", "/items", {"name": "written after it"})
    airflow.api("DELETE", "/connections/warehouse")
    run(platform, UNPROTECT, **names)
    set_keys(platform, "local", "database", {"restore_from_snapshot": json.dumps(SNAPSHOT)})
    in_data(platform, REPLACE, typed="y\n")
    airflow.wait_until_steady(300)
    assert items(live) == {"kept"}
    (instance,) = rds.describe_db_instances(DBInstanceIdentifier=PREFIX)["DBInstances"]
    assert instance["DeletionProtection"]
    # What was there instead is in the final snapshot.
    (final,) = rds.describe_db_snapshots(DBSnapshotIdentifier=f"{PREFIX}-final")["DBSnapshots"]
    assert final["DBInstanceIdentifier"] == PREFIX

    # Airflow decrypts with the key that it has always had, and nothing that has ended runs again.
    shown = platform.windlass("airflow", "local", "connections", "get", "warehouse", "-o", "json")
    assert "of the warehouse" in shown.stdout, shown.stdout + shown.stderr
    run(platform, DB_CHECK)
    runs = airflow.api("GET", "/dags/once/dagRuns")["dag_runs"]
    assert [(each["dag_run_id"], each["state"]) for each in runs] == [(finished.run_id, "success")]
    assert finished.tries() == tries
    for layer in ("data", "service"):
        plans_nothing(platform, layer)
    set_keys(platform, "local", "database", {"restore_from_snapshot": ""})
    plans_nothing(platform, "data")
