"""Changes of Airflow that every run makes while DAGs run: no request fails, and no task is lost (docs/changes.md)."""

from collections.abc import Iterator

import pytest

from tests.airflow.deployment import Deployment
from tests.changes.airflow_rows import AIRFLOW, QUICK
from tests.changes.changed_platform import ChangedPlatform
from tests.changes.dag_runs import DagRuns
from tests.changes.judged import judge
from tests.changes.load import web
from tests.changes.row import Row

pytestmark = [pytest.mark.airflow, pytest.mark.platform, pytest.mark.slow]


@pytest.fixture(scope="module")
def changed(running_airflow: Deployment) -> Iterator[ChangedPlatform]:
    """The platform with all of its containers; its file is as before afterwards."""
    instance = ChangedPlatform(platform=running_airflow.platform, hosts=[web(), AIRFLOW])
    try:
        yield instance
    finally:
        instance.file.restore()


@pytest.mark.parametrize("row", QUICK, ids=[row.id for row in QUICK])
def test_a_change_loses_no_task(
    airflow: Deployment, changed: ChangedPlatform, row: Row, request: pytest.FixtureRequest
) -> None:
    outcome = changed.make(row, DagRuns(airflow=airflow))
    judge(row, outcome, record_it=bool(request.config.getoption("--record")))
