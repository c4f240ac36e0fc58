"""Airflow takes its DAGs from a bucket, with the permissions of its roles (A13, I01).

The tests of Airflow have DAGs from a repository. An image needs nothing of AWS but its pull, and a file system is
mounted by ECS.
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
BUCKET = '[airflow.dags]\nsource = "s3"\nrefresh_interval_seconds = 30\n'


@pytest.fixture
def airflow(request: pytest.FixtureRequest) -> Iterator[Deployment]:
    platform = begin().wait()
    deployment = Deployment(platform, platform.data_plane())
    file = platform.root / "environments" / "local.toml"
    changed, times = SECTION.subn(BUCKET, file.read_text(encoding="utf-8"))
    assert times == 1
    file.write_text(changed, encoding="utf-8")
    for layer in ("network", "data", "service"):
        deployment.apply(layer)
    deployment.wait_until_steady(240)
    yield deployment
    calls = recording.allowed(platform.endpoint_url)
    recording.compare("dag-deliveries", calls, write=bool(request.config.getoption("--record")))
    assert recording.denied(platform.endpoint_url) == []


def test_dags_of_a_bucket_run_and_their_logs_are_kept(airflow: Deployment) -> None:
    s3 = airflow.client("s3")
    (bucket,) = [each["Name"] for each in s3.list_buckets()["Buckets"] if each["Name"].endswith("-dags")]
    for path in DAGS.glob("*.py"):
        s3.put_object(Bucket=bucket, Key=path.name, Body=path.read_bytes())
    airflow.api("GET", "/version")
    runs = {}
    for dag_id in ("plain", "deferrable"):
        wait_for(f"the DAG {dag_id}", lambda dag_id=dag_id: airflow.has_dag(dag_id), 150)
        airflow.api("PATCH", f"/dags/{dag_id}", {"is_paused": False})
        runs[dag_id] = airflow.trigger(dag_id)
    assert {dag_id: run.wait_for_end(120) for dag_id, run in runs.items()} == dict.fromkeys(runs, "success")
    wait_for("the log in S3", lambda: airflow.is_uploaded(runs["plain"].run_id, "load"), 30)
    assert "plain: the sum is 6" in runs["plain"].log("load")
