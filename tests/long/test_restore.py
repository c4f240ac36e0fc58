"""The database is destroyed by a migration, then deleted by mistake, and is restored as its runbook says (D06, P05).

On the platform that `make local` makes, with Airflow, its containers and production's protections.
"""

import json
from collections.abc import Iterator

import pytest

from tests.airflow.deployment import PREFIX, Deployment, wait_for
from tests.docs.drill import (
    APPLY,
    BACKUPS,
    DAG,
    PLAN,
    REPLACE,
    TAKE_SNAPSHOT,
    UNPROTECT,
    WAIT_FOR_SNAPSHOT,
    run,
    set_keys,
)
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
    set_keys(platform, "local", "database", PROTECTED)
    deployment.apply("data")
    deployment.commit({"once.py": DAG}, "a DAG")
    wait_for("the DAG", lambda: deployment.api("GET", "/version") and deployment.has_dag("once"), 90)
    yield deployment


def in_data(platform: Platform, command: str, *, typed: str = "") -> str:
    return run(platform, command, typed=typed, LAYER="data")


def everything_is_back(airflow: Deployment, live: Live, items: set[str], tries: dict[str, int], run_id: str) -> None:
    airflow.wait_until_steady(300)
    live.wait_until("/health/ready")
    _, answer = live.request("GET", "/items")
    assert {each["name"] for each in answer["items"]} == items
    # Airflow decrypts with the key that it has always had.
    shown = airflow.platform.windlass("airflow", "local", "connections", "get", "warehouse", "-o", "json")
    assert "of the warehouse" in shown.stdout, shown.stdout + shown.stderr
    run(airflow.platform, "./windlass airflow ENV db check")
    runs = airflow.api("GET", "/dags/once/dagRuns")["dag_runs"]
    assert [(each["dag_run_id"], each["state"]) for each in runs] == [(run_id, "success")]
    tasks = airflow.api("GET", f"/dags/once/dagRuns/{run_id}/taskInstances")["task_instances"]
    assert {each["task_id"]: each["try_number"] for each in tasks} == tries


def the_plan_is_empty_with_the_keys_and_without(platform: Platform, keys: dict[str, str]) -> None:
    for layer in ("data", "service"):
        assert "local: nothing to change." in run(platform, PLAN, LAYER=layer)
    set_keys(platform, "local", "database", dict.fromkeys(keys, ""))
    assert "local: nothing to change." in in_data(platform, PLAN)


def test_a_database_comes_back_from_a_snapshot_and_from_its_backups(airflow: Deployment) -> None:
    platform, live, rds = airflow.platform, Live(airflow.platform), airflow.client("rds")
    names = {"DATABASE": PREFIX, "SNAPSHOT": SNAPSHOT}

    # What is to come back.
    live.request("POST", "/items", {"name": "kept"})
    connection = {"connection_id": "warehouse", "conn_type": "http", "password": "of the warehouse"}
    airflow.api("POST", "/connections", connection)
    finished = airflow.trigger("once")
    assert finished.wait_for_end() == "success"
    tries = finished.tries()

    # A migration that destroys data.
    run(platform, TAKE_SNAPSHOT, **names)
    run(platform, WAIT_FOR_SNAPSHOT, **names)
    live.request("POST", "/items", {"name": "written after it"})
    airflow.api("DELETE", "/connections/warehouse")

    run(platform, UNPROTECT, **names)
    from_snapshot = {"restore_from_snapshot": json.dumps(SNAPSHOT)}
    set_keys(platform, "local", "database", from_snapshot)
    in_data(platform, REPLACE, typed="y\n")
    everything_is_back(airflow, live, {"kept"}, tries, finished.run_id)
    the_plan_is_empty_with_the_keys_and_without(platform, from_snapshot)
    (instance,) = rds.describe_db_instances(DBInstanceIdentifier=PREFIX)["DBInstances"]
    assert instance["DeletionProtection"]
    # What was there instead is in the final snapshot.
    (final,) = rds.describe_db_snapshots(DBSnapshotIdentifier=f"{PREFIX}-final")["DBSnapshots"]
    assert final["DBInstanceIdentifier"] == PREFIX

    # Somebody deletes the instance in the console.
    live.request("POST", "/items", {"name": "written before it was deleted"})
    run(platform, UNPROTECT, **names)
    rds.delete_db_instance(DBInstanceIdentifier=PREFIX, SkipFinalSnapshot=True, DeleteAutomatedBackups=False)
    listed = run(platform, BACKUPS, **names)
    newest = max((line.split("\t") for line in listed.splitlines()), key=lambda line: line[2])
    assert newest[0] == "retained"
    from_backups = {"restore_from_backup_arn": json.dumps(newest[1])}
    set_keys(platform, "local", "database", from_backups)
    in_data(platform, APPLY, typed="y\n")
    everything_is_back(airflow, live, {"kept", "written before it was deleted"}, tries, finished.run_id)
    the_plan_is_empty_with_the_keys_and_without(platform, from_backups)
