"""How Airflow runs: its address, the tasks of each component and worker group, and alarms."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from release.alarms import alarms_with_prefix
from release.aws import Aws
from release.ecs import active_services

WORKER_PREFIX = "worker-"


@dataclass(frozen=True, kw_only=True)
class ComponentStatus:
    """One ECS service of Airflow."""

    component: str
    """`api-server`, `scheduler`, `dag-processor`, `triggerer`, or `worker-<group>`."""
    service_name: str
    desired_count: int
    running_count: int
    pending_count: int
    problem: str
    """Why it does not run as desired, in ECS's words; empty where it does."""

    @property
    def is_worker(self) -> bool:
        """Whether it runs tasks of DAGs."""
        return self.component.startswith(WORKER_PREFIX)


@dataclass(frozen=True, kw_only=True)
class AirflowStatus:
    """All of Airflow."""

    url: str
    components: tuple[ComponentStatus, ...]
    """Workers last."""
    alarms: tuple[str, ...]
    """Names of Airflow's alarms in state ALARM."""
    alarm_count: int
    """Alarms that Airflow has."""

    @property
    def is_healthy(self) -> bool:
        """Whether every component runs as desired and no alarm is in state ALARM."""
        return not self.alarms and not any(component.problem for component in self.components)

    def json(self) -> dict[str, Any]:
        """For scripts."""
        return {**asdict(self), "healthy": self.is_healthy}


def airflow_status(aws: Aws, outputs: Mapping[str, Any]) -> AirflowStatus | None:
    """Read the status of Airflow; changes nothing.

    Args:
        aws: the account.
        outputs: of the `service` layer, output name → value.

    Returns:
        `None` where no Airflow is applied.
    """
    airflow = outputs.get("airflow")
    if not airflow:
        return None
    names: Mapping[str, str] = airflow["service_names"]
    active = active_services(aws, outputs["cluster_name"], names.values())
    described = {each["serviceName"]: each for each in active}
    components = [_component(component, name, described.get(name)) for component, name in names.items()]
    alarms = alarms_with_prefix(aws, names["api-server"].removesuffix("api-server"))
    return AirflowStatus(
        url=airflow["url"],
        components=tuple(sorted(components, key=lambda each: (each.is_worker, each.component))),
        alarms=alarms.in_alarm,
        alarm_count=alarms.total,
    )


def _component(component: str, name: str, service: Mapping[str, Any] | None) -> ComponentStatus:
    counts = service or {}
    return ComponentStatus(
        component=component,
        service_name=name,
        desired_count=counts.get("desiredCount", 0),
        running_count=counts.get("runningCount", 0),
        pending_count=counts.get("pendingCount", 0),
        problem="its ECS service does not exist" if service is None else _problem(service),
    )


def _problem(service: Mapping[str, Any]) -> str:
    newest: Mapping[str, Any] = next((each for each in service["deployments"] if each["status"] == "PRIMARY"), {})
    if newest.get("rolloutState") == "FAILED":
        return str(newest.get("rolloutStateReason") or "its deployment failed")
    if service["runningCount"] >= service["desiredCount"] and newest.get("rolloutState") != "IN_PROGRESS":
        return ""
    events = service.get("events") or []
    message = str(events[0]["message"]) if events else ""
    return message if message and "steady state" not in message else "a deployment is in progress"
