"""What the data plane writes down for those who look at it."""

from collections.abc import Mapping
from typing import Any

from local.dataplane.scheduler import Scheduler
from local.dataplane.stores import Stores
from local.dataplane.wishes import Service, Wishes
from local.dataplane.workload import Workload


def state_of(wishes: Wishes, *, stores: Stores, workload: Workload, ports: Mapping[str, int]) -> dict[str, Any]:
    """As JSON: whether everything is there, problems, ports, services, data stores, changes that it knows of."""
    shown = stores.description(wishes)
    listens = len(ports) == len({each.port for each in wishes.listeners})
    return {
        "ready": listens and stores.is_settled(wishes),
        "problems": [*(each["problem"] for each in shown if each["problem"]), *workload.left_out.values()],
        "ports": dict(ports),
        "services": [
            _service(workload.schedulers.get(arn), each)
            for arn, each in wishes.services.items()
            if arn not in workload.left_out
        ],
        "stores": shown,
        "changes": wishes.changes.shown(),
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
