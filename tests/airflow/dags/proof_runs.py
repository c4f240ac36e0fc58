"""DAGs whose outcome the tests know."""

import time
from datetime import UTC, datetime, timedelta

from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor
from airflow.sdk import dag, get_current_context, task

START = datetime(2026, 1, 1, tzinfo=UTC)
PATIENT = {"retries": 3, "retry_delay": timedelta(seconds=2)}
"""A task is retried when its worker is killed or the API server is unavailable for too long."""


@dag(schedule=None, start_date=START, catchup=False)
def plain():
    @task(**PATIENT)
    def extract():
        print("plain: extracted")
        return [1, 2, 3]

    @task(**PATIENT)
    def load(numbers):
        print(f"plain: the sum is {sum(numbers)}")

    load(extract())


@dag(schedule=None, start_date=START, catchup=False)
def deferrable():
    @task(**PATIENT)
    def after():
        print("deferrable: woken up")

    TimeDeltaSensor(task_id="wait", delta=timedelta(seconds=3), deferrable=True, **PATIENT) >> after()


@dag(schedule=None, start_date=START, catchup=False)
def failing():
    @task
    def breaks():
        print("failing: about to break")
        raise ValueError("meant to fail")

    @task(**PATIENT)
    def never():
        print("failing: must not be seen")

    breaks() >> never()


@dag(schedule=None, start_date=START, catchup=False, max_active_runs=8)
def patient():
    """One task that takes `seconds`, followed by another one."""

    @task(**PATIENT)
    def work():
        seconds = float(get_current_context()["dag_run"].conf.get("seconds", 1))
        print("patient: started", flush=True)
        time.sleep(seconds)
        print("patient: done", flush=True)

    @task(**PATIENT)
    def confirm():
        print("patient: confirmed")

    work() >> confirm()


plain()
deferrable()
failing()
patient()
