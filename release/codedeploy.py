"""Deploys a service by CodeDeploy: Terraform registers the task definition, CodeDeploy shifts requests to its tasks.

The command ends when all requests go to the new tasks. CodeDeploy keeps the old ones for the group's termination wait,
in which its console can still take the deployment back.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from release.deploy import DeployRequest
from release.errors import FailedError, RefusedError, RolledBackError, StoppedError
from release.one_sided import OneSidedContext, is_done, migrate_first, require_registered, want

GOING_ON = ("Created", "Queued", "InProgress", "Baking", "Ready")
_MOST_DESCRIPTION = 200


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One of CodeDeploy's at one moment."""

    id: str
    status: str
    """As CodeDeploy calls it: `Created`, `InProgress`, `Succeeded`, `Failed`, `Stopped`, …"""
    step: str
    """The lifecycle event that is under way, or was last."""
    share: float
    """Percent of the requests that the new tasks get."""
    shifted: bool
    """Whether all requests go to the new tasks, and the checks after that are done."""
    why: str
    """What went wrong, in CodeDeploy's words; empty where nothing did."""


def deploy_by_codedeploy(context: OneSidedContext, request: DeployRequest, *, apply: Callable[[], None]) -> bool:
    """Carry out a request; returns whether anything had to be done.

    Args:
        context: the service.
        request: which image; its `timeout_seconds` is not asked, for a shift takes as long as its configuration says.
        apply: lets Terraform apply the service layer; raises where that fails.

    Raises:
        RefusedError: a deployment is going on, or ECR has no such image; nothing was changed.
        LostError: somebody else deployed at the same moment.
        RolledBackError: CodeDeploy took the deployment back; says why.
        FailedError: the migration or the deployment failed; says why.
        StoppedError: Ctrl-C; CodeDeploy goes on.
    """
    name, say = context.target.service, context.reporter.say
    for one in going_on(context):
        raise RefusedError(
            f"Deployment {one} of {name} is still going on: wait for its end, or stop it in CodeDeploy's console. "
            "It lasts until the old tasks have gone."
        )
    running = context.ecs.look()
    if is_done(context, request, running):
        say(f"{name} runs {request.image} already, with {running.running} tasks; nothing to deploy.")
        return False
    want(context, request)
    apply()
    task_definition = require_registered(context, request)
    if running.task_definition == task_definition:
        say(f"{name} runs {request.image} already; nothing to shift.")
        return True
    migrate_first(context, request, task_definition)
    deployment = _start(context, task_definition, request)
    say(f"{name}: CodeDeploy shifts the requests to {request.image} (deployment {deployment})")
    _follow(context, deployment)
    say(f"{name} runs {request.image}: all requests go to the new tasks.", style="green")
    return True


def going_on(context: OneSidedContext) -> tuple[str, ...]:
    """Ids of the deployments of the service that have not ended."""
    target = context.target
    return tuple(
        context.aws.pages(
            "codedeploy",
            "list_deployments",
            "deployments",
            applicationName=target.application_name,
            deploymentGroupName=target.deployment_group_name,
            includeOnlyStatuses=list(GOING_ON),
        )
    )


def look(context: OneSidedContext, deployment: str) -> Deployment:
    """Ask CodeDeploy."""
    client, target = context.aws.client("codedeploy"), context.target
    info = client.get_deployment(deploymentId=deployment)["deploymentInfo"]
    ecs: dict[str, Any] = {}
    # It has no target before it begins.
    if info["status"] not in ("Created", "Queued"):
        answer = client.get_deployment_target(
            deploymentId=deployment, targetId=f"{target.cluster_name}:{target.service_name}"
        )
        ecs = answer["deploymentTarget"].get("ecsTarget") or {}
    events = {one["lifecycleEventName"]: one["status"] for one in ecs.get("lifecycleEvents", [])}
    begun = [name for name, status in events.items() if status != "Pending"]
    shares = [one.get("trafficWeight", 0) for one in ecs.get("taskSetsInfo", []) if one.get("taskSetLabel") == "Green"]
    error = info.get("errorInformation") or {}
    rollback = (info.get("rollbackInfo") or {}).get("rollbackMessage", "")
    return Deployment(
        id=deployment,
        status=info["status"],
        step=begun[-1] if begun else "",
        share=max(shares, default=0.0),
        shifted=info["status"] == "Succeeded"
        or (info["status"] in GOING_ON and events.get("AfterAllowTraffic") == "Succeeded"),
        why=" ".join(part for part in (error.get("code", ""), error.get("message", ""), rollback) if part),
    )


def _start(context: OneSidedContext, task_definition: str, request: DeployRequest) -> str:
    client, target = context.aws.client("codedeploy"), context.target
    content = json.dumps(_app_spec(context, task_definition))
    answer = client.create_deployment(
        applicationName=target.application_name,
        deploymentGroupName=target.deployment_group_name,
        description=f"{request.image.rpartition('/')[2]} by {context.author.name}"[:_MOST_DESCRIPTION],
        revision={
            "revisionType": "AppSpecContent",
            "appSpecContent": {"content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()},
        },
    )
    return str(answer["deploymentId"])


def _app_spec(context: OneSidedContext, task_definition: str) -> dict[str, Any]:
    """The task definition, and the container and port that the load balancer asks."""
    ecs = context.aws.client("ecs")
    definition = ecs.describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
    (container,) = [one for one in definition["containerDefinitions"] if one["name"] == context.target.service]
    properties: dict[str, Any] = {
        "TaskDefinition": task_definition,
        "LoadBalancerInfo": {
            "ContainerName": container["name"],
            "ContainerPort": container["portMappings"][0]["containerPort"],
        },
    }
    # Without it the new tasks would run on the cluster's default capacity.
    if strategy := context.ecs.capacity_providers():
        properties["CapacityProviderStrategy"] = [
            {"CapacityProvider": one["capacityProvider"], "Weight": one.get("weight", 0), "Base": one.get("base", 0)}
            for one in strategy
        ]
    return {"version": 0.0, "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": properties}}]}


def _follow(context: OneSidedContext, deployment: str) -> None:
    pace, name = context.pace, context.target.service
    began = pace.clock()
    try:
        while True:
            found = look(context, deployment)
            if found.shifted:
                return
            if found.status not in GOING_ON:
                running = context.ecs.look()
                taken_back = f"{name} answers with {running.image}. CodeDeploy: {found.why or found.status}"
                if found.status == "Stopped":
                    raise RolledBackError(f"CodeDeploy took deployment {deployment} back. {taken_back}")
                raise FailedError(f"Deployment {deployment} failed. {taken_back}")
            step = found.step or found.status
            context.reporter.wait(
                f"{name}: {step}, {found.share:g} % of the requests go to the new tasks",
                rest=f"{round(pace.clock() - began)} s",
            )
            pace.sleep(pace.poll_seconds)
    except KeyboardInterrupt:
        raise StoppedError(
            f"Stopped watching; CodeDeploy goes on with deployment {deployment}, and takes it back by itself when an "
            f"alarm rings. How it stands: ./windlass status {context.target.arguments}"
        ) from None
    finally:
        context.reporter.done_waiting()
