"""Application Auto Scaling: tags and roles of targets, limits that count at once, scheduled actions that run once.

Symptom: every `aws_appautoscaling_target` ends up tainted, since the provider reads its tags after creating it, and
moto implements none of the three tag operations. A service stays at a number of tasks outside its limits: AWS sets the
desired count to one inside them at every registration. A scheduled action never runs. A scalable target has no role.
The policies of a service are found among those of every service whose name begins with its name.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.ecs.models import ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse

from local.extensions import dataplane_ecs
from local.extensions.backend_state import state_of
from local.extensions.dataplane import observations
from local.extensions.patching import add_method, wrap_method

__all__ = ["dataplane_ecs"]

DESIRED_COUNT = "ecs:service:DesiredCount"
SERVICE_ROLE = (
    "aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService"
)
"""The service-linked role, which AWS makes and uses for ECS, whichever role a request names."""
NOT_SUSPENDED = {
    "DynamicScalingInSuspended": False,
    "DynamicScalingOutSuspended": False,
    "ScheduledScalingSuspended": False,
}


@wrap_method(ApplicationAutoScalingResponse, "register_scalable_target")
def register_scalable_target(original: Any, response: Any) -> str:
    """RegisterScalableTarget; with its tags, and with the desired count inside the limits from now on."""
    answer: str = original(response)
    _tags_by_arn(response).setdefault(json.loads(answer)["ScalableTargetARN"], {}).update(
        response._get_param("Tags") or {}
    )
    backend = response.applicationautoscaling_backend
    dimension, resource_id = response._get_param("ScalableDimension"), response._get_param("ResourceId")
    target = backend.targets[dimension][resource_id]
    target.suspended_state = {**NOT_SUSPENDED, **(target.suspended_state or {})}
    if dimension == DESIRED_COUNT:
        target.role_arn = f"arn:aws:iam::{backend.account_id}:role/{SERVICE_ROLE}"
    _clamp(backend, resource_id, dimension)
    return answer


@wrap_method(ApplicationAutoScalingResponse, "describe_scalable_targets")
def describe_scalable_targets(original: Any, response: Any) -> str:
    """DescribeScalableTargets, after what was scheduled until now.

    moto's token of the third page is that of the second: a client that reads all pages never ends.
    """
    _run_due(response.applicationautoscaling_backend)
    answer = json.loads(original(response))
    if answer["NextToken"] is not None:
        token = response._get_param("NextToken")
        before = int(token) + 1 if token else 0
        answer["NextToken"] = str(before + len(answer["ScalableTargets"]) - 1)
    return json.dumps(answer)


@wrap_method(ApplicationAutoscalingBackend, "describe_scaling_policies")
def policies_of_one_resource(
    original: Any,
    backend: ApplicationAutoscalingBackend,
    service_namespace: str,
    resource_id: str | None,
    scalable_dimension: str | None,
    max_results: int | None,
    next_token: str | None,
) -> tuple[str | None, list[Any]]:
    """DescribeScalingPolicies: of the resource itself, not of one whose name its name begins with."""
    _, policies = original(backend, service_namespace, resource_id, scalable_dimension, len(backend.policies), None)
    policies = [each for each in policies if resource_id in (None, each.resource_id)]
    start = int(next_token or 0)
    end = start + (max_results or 100)
    return str(end) if end < len(policies) else None, policies[start:end]


@wrap_method(ApplicationAutoScalingResponse, "describe_scheduled_actions")
def describe_scheduled_actions(original: Any, response: Any) -> str:
    """DescribeScheduledActions, likewise."""
    _run_due(response.applicationautoscaling_backend)
    return str(original(response))


@wrap_method(EC2ContainerServiceResponse, "describe_services")
def describe_services(original: Any, response: Any) -> Any:
    """DescribeServices of ECS, likewise: scaling sets the desired count."""
    from moto.applicationautoscaling.models import applicationautoscaling_backends

    _run_due(applicationautoscaling_backends[response.current_account][response.region])
    return original(response)


@add_method(ApplicationAutoScalingResponse)
def list_tags_for_resource(response: Any) -> str:
    """ListTagsForResource."""
    return json.dumps({"Tags": _tags_by_arn(response).get(response._get_param("ResourceARN"), {})})


@add_method(ApplicationAutoScalingResponse)
def tag_resource(response: Any) -> str:
    """TagResource."""
    _tags_by_arn(response).setdefault(response._get_param("ResourceARN"), {}).update(response._get_param("Tags") or {})
    return "{}"


@add_method(ApplicationAutoScalingResponse)
def untag_resource(response: Any) -> str:
    """UntagResource."""
    tags = _tags_by_arn(response).get(response._get_param("ResourceARN"), {})
    for key in response._get_param("TagKeys") or []:
        tags.pop(key, None)
    return "{}"


def _tags_by_arn(response: Any) -> dict[str, dict[str, str]]:
    return state_of(response.applicationautoscaling_backend, "tags_by_arn", dict)


def _clamp(backend: ApplicationAutoscalingBackend, resource_id: str, dimension: str) -> None:
    """Set the desired count of an ECS service to the nearest value inside the limits of its target."""
    target = backend.targets.get(dimension, {}).get(resource_id)
    if dimension != DESIRED_COUNT or target is None:
        return
    _, cluster, name = resource_id.split("/")
    service = ecs_backends[backend.account_id][backend.region_name].services.get(f"{cluster}:{name}")
    if service is None or service.status != "ACTIVE":
        return
    wanted = min(max(service.desired_count, int(target.min_capacity or 0)), int(target.max_capacity or 0))
    if wanted != service.desired_count:
        # As a client would: ECS's own extension knows what else changes with the count.
        response = EC2ContainerServiceResponse()
        response.current_account, response.region = backend.account_id, backend.region_name
        response.params = {"cluster": cluster, "service": name, "desiredCount": wanted}
        response.uri_match = {}
        response.update_service()
        # No client has called ECS, so nobody has counted it: the containers would stay as many as they are.
        observations.count("ecs")


def _run_due(backend: ApplicationAutoscalingBackend) -> None:
    """Run scheduled actions of the form `at(…)` whose time has come; each runs once and is gone."""
    for action in [*_due(backend)]:
        backend.scheduled_actions.remove(action)
        target = backend.targets.get(action.scalable_dimension, {}).get(action.resource_id)
        if target is not None:
            limits = action.scalable_target_action
            target.update(limits.get("MinCapacity"), limits.get("MaxCapacity"), None)
            _clamp(backend, action.resource_id, action.scalable_dimension)


def _due(backend: ApplicationAutoscalingBackend) -> Iterator[Any]:
    for action in backend.scheduled_actions:
        if action.schedule.startswith("at("):
            local = datetime.strptime(action.schedule, "at(%Y-%m-%dT%H:%M:%S)")
            if local.replace(tzinfo=ZoneInfo(action.timezone or "UTC")) <= datetime.now(UTC):
                yield action
