"""What the data plane writes down for those who look at it."""

from collections.abc import Mapping
from typing import Any

from local.dataplane.desired_state.model import DesiredState, Service
from local.dataplane.ecs.scheduler import Scheduler
from local.dataplane.ecs.workload import Workload
from local.dataplane.stores.stores import Stores


def state_of(
    desired_state: DesiredState, *, stores: Stores, workload: Workload, ports: Mapping[str, int]
) -> dict[str, Any]:
    """As JSON: whether everything is there, problems, ports, services, data stores, changes that it knows of."""
    shown = stores.description(desired_state)
    listens = len(ports) == len({each.port for each in desired_state.listeners})
    return {
        "ready": listens and stores.is_settled(desired_state),
        "problems": [*(each["problem"] for each in shown if each["problem"]), *workload.left_out.values()],
        "ports": dict(ports),
        "services": [
            _service(workload.schedulers.get(arn), each)
            for arn, each in desired_state.services.items()
            if arn not in workload.left_out
        ],
        "stores": shown,
        "changes": desired_state.changes.shown(),
    }


def _service(scheduler: Scheduler | None, service: Service) -> dict[str, Any]:
    shown: Mapping[str, Any] = scheduler.description() if scheduler is not None else {}
    tasks = scheduler.tasks if scheduler is not None else []
    return {
        "name": service.name,
        "desired": service.desired_count,
        "running": shown.get("runningCount", 0),
        "pending": shown.get("pendingCount", 0),
        "steady": scheduler is not None and scheduler.is_steady,
        "logs": sorted(str(each.log_path) for task in tasks for each in task.containers.values()),
    }
