"""The applied Airflow of the one platform of a test run, with the DAGs of the tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.airflow.deployment import Deployment, wait_for
from tests.support.platform import begin

DAGS = Path(__file__).parent / "dags"


@pytest.fixture(scope="session")
def running_airflow() -> Iterator[Deployment]:
    platform = begin().wait()
    deployment = Deployment(platform, platform.data_plane())
    deployment.wait_until_steady()
    deployment.commit({path.name: path.read_text() for path in DAGS.glob("*.py")}, "DAGs of the tests")
    deployment.api("GET", "/version")
    for dag_id in ("plain", "deferrable", "failing", "patient", "workflow"):
        wait_for(f"the DAG {dag_id}", lambda dag_id=dag_id: deployment.has_dag(dag_id), 90)
        deployment.api("PATCH", f"/dags/{dag_id}", {"is_paused": False})
    yield deployment


@pytest.fixture
def airflow(running_airflow: Deployment) -> Deployment:
    running_airflow.wait_until_steady()
    return running_airflow
