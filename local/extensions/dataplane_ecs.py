"""ECS: counts and tasks come from the data plane, if one is attached; tasks can be listed, run and stopped.

Symptom: moto starts nothing, so counts are assumptions, services have no tasks, and tasks from RunTask are RUNNING
forever. Import this after `ecs.py`, whose assumptions it replaces.
"""

import time
import uuid
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecs.models import ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse

from local.extensions import ecs
from local.extensions.dataplane import REQUESTED_PROTECTION, networks_of_one_off_tasks, observations, tasks_of
from local.extensions.patching import add_method, wrap_method

__all__ = ["ecs"]

DEFAULT_PROTECTION_MINUTES = 120
TIMES = ("createdAt", "updatedAt", "startedAt", "stoppingAt", "stoppedAt", "pullStartedAt", "pullStoppedAt")


@wrap_method(EC2ContainerServiceResponse, "create_service")
def create_service(original: Any, response: Any) -> ActionResult:
    """CreateService; no task runs yet."""
    answer: ActionResult = original(response)
    if observations.attached:
        _start_deployment(answer.result["service"])
    return answer


@wrap_method(EC2ContainerServiceResponse, "update_service")
def update_service(original: Any, response: Any) -> ActionResult:
    """UpdateService; the running count stays unchanged until the data plane reports another."""
    if not observations.attached:
        return original(response)
    arguments = response._get_params()
    service = response.ecs_backend._get_service(
        arguments.get("cluster", "default"), arguments["service"].split("/")[-1]
    )
    before = [dict(deployment) for deployment in service.deployments]
    running = service.running_count
    service.deployments = service.deployments[:1]
    answer: ActionResult = original(response)
    service.running_count = running
    _start_deployment(service)
    if before and before[0]["id"] != service.deployments[0]["id"]:
        older = [dict(deployment, status="ACTIVE", desiredCount=0) for deployment in before]
        service.deployments = [dict(service.deployments[0], runningCount=0), *older]
    else:
        service.deployments = [service.deployments[0], *before[1:]]
    return answer


@wrap_method(EC2ContainerServiceResponse, "list_tasks")
def list_tasks(original: Any, response: Any) -> ActionResult:
    """ListTasks; like AWS, by default only tasks whose desired status is RUNNING."""
    if not observations.attached:
        return original(response)
    cluster = response.ecs_backend._get_cluster(response._get_param("cluster", "default")).arn
    filters = {
        "clusterArn": cluster,
        "desiredStatus": response._get_param("desiredStatus") or "RUNNING",
        "startedBy": response._get_param("startedBy"),
        "launchType": response._get_param("launchType"),
    }
    family, service = response._get_param("family"), response._get_param("serviceName")
    if service:
        filters["group"] = f"service:{service.split('/')[-1]}"
    arns = [
        arn
        for arn, task in list(tasks_of(response.ecs_backend).items())
        if all(value is None or task.get(name) == value for name, value in filters.items())
        and (family is None or task["taskDefinitionArn"].rpartition("/")[2].rpartition(":")[0] == family)
    ]
    return ActionResult({"taskArns": arns})


@wrap_method(EC2ContainerServiceResponse, "describe_tasks")
def describe_tasks(original: Any, response: Any) -> ActionResult:
    """DescribeTasks, by ARN or id."""
    if not observations.attached:
        return original(response)
    requested = [name.rpartition("/")[2] for name in response._get_param("tasks", [])]
    by_id = {arn.rpartition("/")[2]: task for arn, task in list(tasks_of(response.ecs_backend).items())}
    failures = [{"arn": name, "reason": "MISSING"} for name in requested if name not in by_id]
    return ActionResult(
        {"tasks": [_with_times(by_id[name]) for name in requested if name in by_id], "failures": failures}
    )


@wrap_method(EC2ContainerServiceResponse, "run_task")
def run_task(original: Any, response: Any) -> ActionResult:
    """RunTask: the data plane notices the new tasks and starts them."""
    if not observations.attached:
        return original(response)
    backend = response.ecs_backend
    cluster = backend._get_cluster(response._get_param("cluster", "default"))
    definition = backend.describe_task_definition(response._get_param("taskDefinition"))
    tasks = []
    for _ in range(int(response._get_param("count", 1))):
        arn = f"{cluster.arn.replace(':cluster/', ':task/')}/{uuid.uuid4().hex}"
        task = {
            "taskArn": arn,
            "clusterArn": cluster.arn,
            "taskDefinitionArn": definition.arn,
            "group": response._get_param("group") or f"family:{definition.family}",
            "startedBy": response._get_param("startedBy") or "",
            "launchType": "FARGATE",
            "lastStatus": "PROVISIONING",
            "desiredStatus": "RUNNING",
            "overrides": response._get_param("overrides") or {},
            "containers": [
                {"name": each["name"], "taskArn": arn, "lastStatus": "PENDING"} for each in _containers(definition)
            ],
            "tags": response._get_param("tags") or [],
            "createdAt": utcnow().timestamp(),
        }
        tasks.append(task)
        with observations.changed:
            # First: once the data plane sees the task, it asks for its network.
            _keep_network(backend, arn, response._get_param("networkConfiguration") or {})
            tasks_of(backend)[arn] = task
    return ActionResult({"tasks": [_with_times(task) for task in tasks], "failures": []})


def _keep_network(backend: Any, arn: str, network: dict[str, Any]) -> None:
    """Keep the network of a task until it has ended; those that have ended are forgotten."""
    networks = networks_of_one_off_tasks(backend)
    ended = [each for each, task in tasks_of(backend).items() if task["lastStatus"] == "STOPPED"]
    for each in [each for each in networks if each in ended or each not in tasks_of(backend)]:
        del networks[each]
    networks[arn] = network


@wrap_method(EC2ContainerServiceResponse, "stop_task")
def stop_task(original: Any, response: Any) -> ActionResult:
    """StopTask: the data plane reads the desired status and stops the task."""
    name = str(response._get_param("task")).rpartition("/")[2]
    with observations.changed:
        tasks = tasks_of(response.ecs_backend)
        task = next((task for arn, task in tasks.items() if arn.endswith(f"/{name}")), None)
        if not observations.attached or task is None:
            return original(response)
        task["desiredStatus"] = "STOPPED"
        task["stoppedReason"] = response._get_param("reason") or "Task stopped by user"
    return ActionResult({"task": _with_times(task)})


@add_method(EC2ContainerServiceResponse)
def get_task_protection(response: Any) -> ActionResult:
    """GetTaskProtection; a container sets the protection through the ECS agent, and everyone else by the next."""
    described = response.describe_tasks().result
    protected, known = [], tasks_of(response.ecs_backend)
    for task in (known.get(each["taskArn"], each) for each in described["tasks"]):
        until = task.get(REQUESTED_PROTECTION, {"until": task.get("protectedUntil")})["until"]
        enabled = isinstance(until, int | float) and until > time.time()
        document: dict[str, Any] = {"taskArn": task["taskArn"], "protectionEnabled": enabled}
        if enabled:
            document["expirationDate"] = datetime.fromtimestamp(until)
        protected.append(document)
    return ActionResult({"protectedTasks": protected, "failures": described["failures"]})


@add_method(EC2ContainerServiceResponse)
def update_task_protection(response: Any) -> ActionResult:
    """UpdateTaskProtection by somebody outside the task: it counts until the task asks for another one itself."""
    minutes = int(response._get_param("expiresInMinutes") or DEFAULT_PROTECTION_MINUTES)
    until = time.time() + minutes * 60 if response._get_param("protectionEnabled") else None
    with observations.changed:
        for arn in response._get_param("tasks"):
            for known, task in tasks_of(response.ecs_backend).items():
                if known.rpartition("/")[2] == arn.rpartition("/")[2] and task.get("group", "").startswith("service:"):
                    task[REQUESTED_PROTECTION] = {"until": until, "instead_of": task.get("protectedUntil")}
    return get_task_protection(response)


def _containers(definition: Any) -> list[dict[str, Any]]:
    return list(definition.container_definitions)


def _start_deployment(service: Any) -> None:
    """Replace the assumptions of `ecs.py`: the last reported number of tasks runs, the others are pending."""
    observed = observations.services.get(service.arn, {})
    service.running_count = int(observed.get("runningCount", 0))
    service.pending_count = max(0, service.desired_count - service.running_count)
    completed = observed.get("completedDeployment") == service.deployments[0]["id"]
    if not completed or service.running_count != service.desired_count:
        for deployment in service.deployments[:1]:
            deployment.update(
                runningCount=service.running_count,
                pendingCount=service.pending_count,
                rolloutState="IN_PROGRESS",
                rolloutStateReason=f"ECS deployment {deployment['id']} in progress.",
            )


def _update_services() -> None:
    """Update moto's services from the observations, or from its assumptions if no data plane is attached."""
    services = [
        service
        for account in list(ecs_backends.values())
        for backend in list(account.values())
        for service in list(backend.services.values())
    ]
    for service in services:
        observed = observations.services.get(service.arn)
        if observed is not None:
            _write(service, observed)
        elif not observations.attached and service.status == "ACTIVE":
            service.running_count, service.pending_count = service.desired_count, 0
            service.deployments = service.deployments[:1]
            for deployment in service.deployments:
                deployment.update(runningCount=service.desired_count, pendingCount=0, rolloutState="COMPLETED")


def _write(service: Any, observed: dict[str, Any]) -> None:
    service.running_count, service.pending_count = observed["runningCount"], observed["pendingCount"]
    service.events = [_with_times(event) for event in observed["events"]]
    if not service.deployments:
        return
    primary, *older = service.deployments
    by_id = {deployment["id"]: deployment for deployment in observed["deployments"]}
    if primary["id"] in by_id:
        primary.update(_with_times(by_id[primary["id"]]), status="PRIMARY", updatedAt=utcnow())
    service.deployments = [primary] + [
        {**deployment, **_with_times(by_id[deployment["id"]]), "status": "ACTIVE"}
        for deployment in older
        if deployment["id"] in by_id
    ]


def _with_times(document: dict[str, Any]) -> dict[str, Any]:
    """A task as answers contain it; Unix timestamps become datetimes, which moto serialises."""
    dates = {
        name: datetime.fromtimestamp(document[name]) for name in TIMES if isinstance(document.get(name), int | float)
    }
    return {name: value for name, value in document.items() if name != REQUESTED_PROTECTION} | dates


observations.on_observed(_update_services)
