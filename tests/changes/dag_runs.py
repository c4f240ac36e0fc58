"""Runs of a DAG with several tasks, one after the other, while something is changed."""

import threading
from dataclasses import dataclass, field
from typing import Any

from tests.airflow.deployment import Deployment, Run, wait_for

DAG = "changing"
PAUSE_SECONDS = 15.0
"""Between two runs; one takes about ten seconds on the two slots of a worker."""
END_SECONDS = 240
TASKS_OF_A_RUN = 4


@dataclass(kw_only=True)
class DagRuns:
    """Use as a context manager; `count` and `lost` are complete after the block."""

    airflow: Deployment
    count: int = 0
    """Task instances."""
    lost: list[str] = field(default_factory=list)
    """Those that did not succeed, or that ran again, with what became of them."""
    _runs: list[Run] = field(default_factory=list)
    _errors: list[Exception] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "DagRuns":
        wait_for(f"the DAG {DAG}", lambda: self.airflow.has_dag(DAG), 90)
        self.airflow.api("PATCH", f"/dags/{DAG}", {"is_paused": False})
        self._runs.append(self.airflow.trigger(DAG))
        wait_for("its first task", lambda: "running" in self._runs[0].task_states().values(), 60)
        self._thread = threading.Thread(target=self._trigger, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        self._thread.join(timeout=END_SECONDS)
        if self._errors:
            raise self._errors[0]
        for run in self._runs:
            run.wait_for_end(END_SECONDS)
            instances = run.instances()
            self.count += len(instances)
            if len(instances) != TASKS_OF_A_RUN:
                self.lost.append(f"{run.run_id}: {len(instances)} tasks instead of {TASKS_OF_A_RUN}")
            self.lost += [lost for each in instances if (lost := _lost(run, each))]

    def _trigger(self) -> None:
        while not self._stopping.wait(PAUSE_SECONDS):
            try:
                self._runs.append(self.airflow.trigger(DAG))
            except Exception as error:
                self._errors.append(error)
                return


def _lost(run: Run, instance: dict[str, Any]) -> str:
    """What became of a task instance that was lost; empty where it was not."""
    if instance["state"] == "success" and instance["try_number"] == 1:
        return ""
    return f"{run.run_id} {instance['task_id']}: {instance['state']} in try {instance['try_number']}"
