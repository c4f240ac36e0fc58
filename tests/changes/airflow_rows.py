"""Changes of Airflow, made while DAGs run."""

from tests.changes.environment_file import Data
from tests.changes.load import Host
from tests.changes.row import Row, Step

AIRFLOW = Host(name="airflow.windlass.localhost", path="/api/v2/version")


def _group(former: str, name: str) -> Step:
    def edit(data: Data) -> None:
        workers = data["airflow"]["workers"]
        workers[name] = workers.pop(former)

    return Step(edit=edit)


QUICK = (
    Row(
        id="airflow-group-renamed",
        title="A worker group is renamed, and gets its former name again",
        steps=(_group("default", "general"), _group("general", "default")),
        keys=("airflow.workers",),
    ),
)
"""In every run of the tests, on a platform that is as before afterwards."""
