"""A DAG that runs while the platform is changed: several tasks at a time, and none may be tried twice."""

import time
from datetime import UTC, datetime

from airflow.sdk import dag, task


@dag(schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), catchup=False, max_active_runs=16)
def changing():
    @task(retries=0)
    def work(number):
        print(f"changing: {number} started", flush=True)
        time.sleep(4)
        print(f"changing: {number} done", flush=True)
        return number

    @task(retries=0)
    def gather(numbers):
        print(f"changing: {sorted(numbers)}")

    gather(work.expand(number=[1, 2, 3]))


changing()
