"""Airflow takes its DAGs from a bucket and from a file system, with the permissions of its roles (A13, I01).

The tests of Airflow have DAGs from a repository. DAGs in the image need nothing of AWS but the image.
"""

import re
from collections.abc import Iterator

import pytest

from tests.airflow.conftest import DAGS
from tests.airflow.deployment import Deployment, wait_for
from tests.permissions import recording
from tests.support.platform import begin

pytestmark = [pytest.mark.platform, pytest.mark.slow]

SECTION = re.compile(r"^\[airflow\.dags\]\n.*?(?=^\[airflow\.workers\])", re.MULTILINE | re.DOTALL)
FROM_BUCKET = '[airflow.dags]\nsource = "s3"\nrefresh_interval_seconds = 30\n'
FROM_FILE_SYSTEM = '[airflow.dags]\nsource = "efs"\n'
OF_OLD_TASKS = "airflow-dag-processor-task s3:ListBucket arn:aws:s3:::windlass-local-*-eu-west-1-dags"
"""They still look for the bucket when it is gone, and their role no longer has it."""
ON_FILE_SYSTEM = """
from datetime import UTC, datetime
from airflow.sdk import dag, task

@dag(schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC))
def on_file_system():
    @task
    def say():
        print("read from a file system")
    say()

on_file_system()
"""


@pytest.fixture(scope="module")
def airflow(request: pytest.FixtureRequest) -> Iterator[Deployment]:
    """Calls are compared, and none may have been denied, after both deliveries."""
    platform = begin().wait()
    yield Deployment(platform, platform.data_plane())
    calls = recording.allowed(platform.endpoint_url)
    recording.compare("dag-deliveries", calls, write=bool(request.config.getoption("--record")))
    assert set(recording.denied(platform.endpoint_url)) <= {OF_OLD_TASKS}


def deliver(airflow: Deployment, section: str, *layers: str) -> None:
    """Change where DAGs come from, and apply that."""
    file = airflow.platform.root / "environments" / "local.toml"
    changed, times = SECTION.subn(section, file.read_text(encoding="utf-8"))
    assert times == 1
    file.write_text(changed, encoding="utf-8")
    for layer in layers:
        airflow.apply(layer)


def run(airflow: Deployment, *dag_ids: str) -> dict[str, str]:
    """Run each DAG as soon as it is there; returns the states at their ends."""
    airflow.api("GET", "/version")
    runs = {}
    for dag_id in dag_ids:
        wait_for(f"the DAG {dag_id}", lambda dag_id=dag_id: airflow.has_dag(dag_id), 150)
        airflow.api("PATCH", f"/dags/{dag_id}", {"is_paused": False})
        runs[dag_id] = airflow.trigger(dag_id)
    states = {dag_id: each.wait_for_end(120) for dag_id, each in runs.items()}
    for dag_id, each in runs.items():
        (task_id, *_) = each.task_states()
        wait_for(f"the log of {dag_id} in S3", lambda each=each, id_=task_id: airflow.is_uploaded(each.run_id, id_), 30)
    return states


def dags_bucket(airflow: Deployment) -> str:
    names = [each["Name"] for each in airflow.client("s3").list_buckets()["Buckets"]]
    (name,) = [each for each in names if each.endswith("-dags")]
    return str(name)


def empty(airflow: Deployment, bucket: str) -> None:
    """Delete every version of every object."""
    s3 = airflow.client("s3")
    listed = s3.list_object_versions(Bucket=bucket)
    for each in [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]:
        s3.delete_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])


def test_dags_of_a_bucket_run_and_their_logs_are_kept(airflow: Deployment) -> None:
    deliver(airflow, FROM_BUCKET, "network", "data", "service")
    for path in DAGS.glob("*.py"):
        airflow.client("s3").put_object(Bucket=dags_bucket(airflow), Key=path.name, Body=path.read_bytes())
    airflow.wait_until_steady(240)
    dag_ids = ("plain", "deferrable", "workflow")
    assert run(airflow, *dag_ids) == dict.fromkeys(dag_ids, "success")


def test_dags_of_a_file_system_run_and_their_logs_are_kept(airflow: Deployment) -> None:
    empty(airflow, dags_bucket(airflow))  # it goes
    deliver(airflow, FROM_FILE_SYSTEM, "network", "data")
    (access_point,) = airflow.client("efs").describe_access_points()["AccessPoints"]
    folder = airflow.data_plane.settings.file_systems_folder
    folder = folder / access_point["FileSystemId"] / access_point["AccessPointId"]
    folder.mkdir(parents=True)
    (folder / "on_file_system.py").write_text(ON_FILE_SYSTEM)
    airflow.apply("service")
    airflow.wait_until_steady(240)
    assert run(airflow, "on_file_system") == {"on_file_system": "success"}
