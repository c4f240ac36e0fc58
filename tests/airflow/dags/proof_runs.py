"""DAGs whose ends the tests know."""

import time
from datetime import UTC, datetime, timedelta

from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor
from airflow.sdk import dag, get_current_context, task

START = datetime(2026, 1, 1, tzinfo=UTC)


@dag(schedule=None, start_date=START, catchup=False)
def plain():
    @task
    def extract():
        print("plain: extracted")
        return [1, 2, 3]

    @task
    def load(numbers):
        print(f"plain: the sum is {sum(numbers)}")

    load(extract())


@dag(schedule=None, start_date=START, catchup=False)
def deferrable():
    @task
    def after():
        print("deferrable: woken up")

    TimeDeltaSensor(task_id="wait", delta=timedelta(seconds=3), deferrable=True) >> after()


@dag(schedule=None, start_date=START, catchup=False)
def failing():
    @task
    def breaks():
        print("failing: about to break")
        raise ValueError("meant to fail")

    @task
    def never():
        print("failing: must not be seen")

    breaks() >> never()


@dag(schedule=None, start_date=START, catchup=False, max_active_runs=8)
def patient():
    """One task that takes `seconds`, and another one behind it. A task whose process was killed runs again."""

    @task(retries=3, retry_delay=timedelta(seconds=2))
    def work():
        seconds = float(get_current_context()["dag_run"].conf.get("seconds", 1))
        print("patient: began", flush=True)
        time.sleep(seconds)
        print("patient: done", flush=True)

    @task(retries=3, retry_delay=timedelta(seconds=2))
    def confirm():
        print("patient: confirmed")

    work() >> confirm()


plain()
deferrable()
failing()
patient()
