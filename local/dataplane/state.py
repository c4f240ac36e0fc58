"""The state file, with which the data plane's process shows to other processes what it runs."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.dataplane.desired_state.model import DesiredState, Service
from local.dataplane.ecs.scheduler import Scheduler
from local.dataplane.ecs.workload import Workload
from local.dataplane.proxy.listening import ListeningPorts
from local.dataplane.stores.stores import Stores

STATE_FILE = "state.json"
STARTING = {"ready": False, "problems": [], "ports": [], "services": [], "stores": []}
"""Before the first contact with the embedded AWS."""
DEPLOYMENT_STATES = {"COMPLETED": "completed", "IN_PROGRESS": "in progress", "FAILED": "failed"}


class StateFile:
    """Writes the state where it changes.

    Args:
        folder: of the data plane.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / STATE_FILE
        self._text = ""
        self.changed_at = time.monotonic()
        """When the state last changed, on the monotonic clock."""

    def write(self, state: Mapping[str, Any]) -> None:
        """Replace the file in one step; does nothing where it says the same already."""
        text = json.dumps(state, indent=1)
        if text != self._text:
            self._path.with_suffix(".new").write_text(text)
            self._path.with_suffix(".new").replace(self._path)
            self._text, self.changed_at = text, time.monotonic()

    def remove(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)


def state_of(
    desired_state: DesiredState, *, stores: Stores, workload: Workload, ports: ListeningPorts
) -> dict[str, Any]:
    """As JSON: readiness, problems, ports, services, data stores, and which changes are taken into account."""
    store_states = stores.description(desired_state)
    listens = len(ports.ports) == len({each.port for each in desired_state.listeners})
    return {
        "ready": listens and stores.is_reconciled(desired_state),
        "problems": [*ports.problems, *(each["problem"] for each in store_states if each["problem"])],
        "ports": ports.ports,
        "services": [
            _service(workload.schedulers.get(arn), service) for arn, service in desired_state.services.items()
        ],
        "stores": store_states,
        "changes": desired_state.changes.as_json(),
    }


def _service(scheduler: Scheduler | None, service: Service) -> dict[str, Any]:
    if scheduler is None:
        return {
            "name": service.name,
            "desired": service.desired_count,
            "running": 0,
            "healthy": 0,
            "pending": 0,
            "deployment": "in progress",
            "steady": False,
            "problem": "waits for the data stores",
            "next_step": "",
            "logs": [],
        }
    description, diagnosis = scheduler.description(), scheduler.diagnosis()
    return {
        "name": service.name,
        "desired": service.desired_count,
        "running": description["runningCount"],
        "healthy": scheduler.healthy_count,
        "pending": description["pendingCount"],
        "deployment": DEPLOYMENT_STATES[scheduler.rollout.state],
        "steady": scheduler.is_steady,
        "problem": diagnosis.problem if diagnosis is not None else "",
        "next_step": diagnosis.next_step if diagnosis is not None else "",
        "logs": sorted(str(each.log_path) for task in scheduler.tasks for each in task.containers.values()),
    }
