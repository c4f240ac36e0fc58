"""How Celery applies a worker's settings, read by the real Airflow (A20)."""

import json
from dataclasses import replace

import pytest

from modules.airflow.commands import component_command
from modules.airflow.variables import component_environment
from tests.airflow_image.components import Deployment
from tests.airflow_image.image import Ended
from tests.modules.airflow_deployment import AIRFLOW, WORKER

pytestmark = pytest.mark.slow

SHOW = """
import json, sys
from celery import Celery

def show(app, *arguments):
    names = "broker_transport_options", "task_acks_late", "worker_enable_remote_control", "worker_prefetch_multiplier"
    print(json.dumps({name: app.conf[name] for name in names}))

Celery.worker_main = show
from airflow.__main__ import main
sys.argv = ["airflow", *sys.argv[1:], "--skip-serve-logs"]
main()
"""


def test_a20_a_message_stays_until_its_task_has_ended(deployment: Deployment, prepared: list[Ended]) -> None:
    airflow = replace(AIRFLOW, visibility_timeout_seconds=172800)
    secrets = {
        "AIRFLOW__CELERY__BROKER_URL": "rediss://default:nobody@127.0.0.1:1/0",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": deployment.url(),
    }
    here = {"AIRFLOW_HOME": str(deployment.image.home), "PGSSLMODE": "disable"}
    # Otherwise a separate process would keep running.
    here["AIRFLOW__DAG_PROCESSOR__STALE_BUNDLE_CLEANUP_INTERVAL"] = "0"
    command = component_command("worker", airflow, WORKER)
    done = deployment.image.run(
        ["python", "-c", SHOW, *command], {**component_environment("worker", airflow), **secrets, **here}, timeout=45
    )
    assert done.code == 0, done.text
    assert json.loads(done.out.splitlines()[-1]) == {
        # A number: Celery would compare a text with the time.
        "broker_transport_options": {"visibility_timeout": 172800},
        # Acknowledged at the end, and none is fetched ahead: a worker that is lost takes nothing with it.
        "task_acks_late": True,
        "worker_enable_remote_control": True,
        "worker_prefetch_multiplier": 1,
    }
