"""A DAG to look at: it says hello, waits without a worker, and says goodbye."""

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor
from airflow.sdk import dag, task


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    is_paused_upon_creation=False,
    tags=["sample"],
)
def hello() -> None:
    """Three tasks, one after the other."""

    @task
    def greet() -> str:
        print("Hello from a worker")
        return "everybody"

    @task
    def say_goodbye(whom: str) -> None:
        print(f"Goodbye, {whom}")

    whom = greet()
    whom >> TimeDeltaSensor(task_id="wait", delta=timedelta(seconds=5), deferrable=True) >> say_goodbye(whom)


hello()
