"""CodeDeploy: Terraform registers the task definition, and CodeDeploy shifts the requests to its tasks.

The command ends when all requests go to the new tasks. CodeDeploy keeps the old ones for the group's termination wait,
in which its console can still roll the deployment back.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from release.counted import counted
from release.deploy import Deployed, DeployRequest, Terraform
from release.ecs import EcsServiceState
from release.errors import FailedError, RefusedError, RolledBackError, StoppedError
from release.outputs import CodeDeployOutputs
from release.strategies.single import SingleService

IN_PROGRESS = ("Created", "Queued", "InProgress", "Baking", "Ready")
_MAX_DESCRIPTION = 200


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One of CodeDeploy's deployments at one moment."""

    id: str
    status: str
    """As CodeDeploy calls it: `Created`, `InProgress`, `Succeeded`, `Failed`, `Stopped`, …"""
    step: str
    """The lifecycle event that is in progress, or was last."""
    percent: float
    """Share of the requests that the new tasks get."""
    is_shifted: bool
    """Whether all requests go to the new tasks, and the checks after that are done."""
    error: str
    """What went wrong, as CodeDeploy reports it; empty where nothing did."""


@dataclass(frozen=True, kw_only=True)
class CodeDeploy(SingleService):
    """A service that CodeDeploy deploys."""

    outputs: CodeDeployOutputs

    @property
    def how_traffic_moves(self) -> str:
        """How requests get to a new image, as a sentence."""
        return "CodeDeploy shifts the requests in a deployment, and rolls it back when it fails."

    def deploy(self, request: DeployRequest, terraform: Terraform) -> Deployed:
        """Bring an image into service.

        Args:
            request: which image; its `timeout_seconds` is not used: the deployment configuration sets the pace.
            terraform: applies the service layer.

        Raises:
            BadRequestError: the request has `force` or `count`.
            RefusedError: a deployment is in progress, or ECR has no such image; nothing was changed.
            LostError: somebody else deployed at the same moment.
            RolledBackError: CodeDeploy rolled the deployment back; with its reason.
            FailedError: the migration or the deployment failed; with the reason.
            StoppedError: Ctrl-C; CodeDeploy goes on.
        """
        self._require_no_colours(request)
        name, reporter = self.context.service, self.context.reporter
        for one in self.in_progress():
            raise RefusedError(
                f"Deployment {one} of {name} is still in progress: wait for its end, or stop it in CodeDeploy's "
                "console. It lasts until the old tasks have stopped."
            )
        state = self.ecs.describe()
        if self._is_deployed(request, state):
            reporter.result(
                f"{name} runs {request.image} already, with {counted(state.running, 'task')}; nothing to deploy."
            )
            return Deployed(changed=False)
        self._request_image(request)
        terraform.apply()
        task_definition = self._require_registered(request)
        if state.task_definition == task_definition:
            reporter.result(f"{name} runs {request.image} already; nothing to shift.")
            return Deployed(changed=True)
        self._migrate_first(request, task_definition)
        deployment = self._start(task_definition, request)
        reporter.say(f"{name}: CodeDeploy shifts the requests to {request.image} (deployment {deployment})")
        self._follow(deployment)
        reporter.result(f"{name} runs {request.image}: all requests go to the new tasks.", style="green")
        return Deployed(changed=True)

    def in_progress(self) -> tuple[str, ...]:
        """Return the ids of its deployments that have not ended."""
        return tuple(
            self.context.aws.pages(
                "codedeploy",
                "list_deployments",
                "deployments",
                applicationName=self.outputs.application_name,
                deploymentGroupName=self.outputs.deployment_group_name,
                includeOnlyStatuses=list(IN_PROGRESS),
            )
        )

    def deployments_in_progress(self) -> Sequence[str]:
        """Return a sentence for each deployment in progress."""
        return [
            f"CodeDeploy deployment {one.id} is {one.status}{f' ({one.step})' if one.step else ''}: "
            f"{one.percent:g} % of the requests go to its tasks."
            for one in map(self.describe, self.in_progress())
        ]

    def rollback_alarms(self, state: EcsServiceState) -> Sequence[str]:  # noqa: ARG002
        """Return the names of the alarms of the deployment group."""
        answer = self.context.aws.client("codedeploy").get_deployment_group(
            applicationName=self.outputs.application_name, deploymentGroupName=self.outputs.deployment_group_name
        )
        configuration = answer["deploymentGroupInfo"].get("alarmConfiguration") or {}
        return tuple(one["name"] for one in configuration.get("alarms") or [])

    def describe(self, deployment: str) -> Deployment:
        """Read a deployment."""
        client = self.context.aws.client("codedeploy")
        info = client.get_deployment(deploymentId=deployment)["deploymentInfo"]
        target: dict[str, Any] = {}
        # It has no target before it starts.
        if info["status"] not in ("Created", "Queued"):
            answer = client.get_deployment_target(
                deploymentId=deployment, targetId=f"{self.context.cluster_name}:{self.outputs.service_name}"
            )
            target = answer["deploymentTarget"].get("ecsTarget") or {}
        events = {one["lifecycleEventName"]: one["status"] for one in target.get("lifecycleEvents", [])}
        started = [name for name, status in events.items() if status != "Pending"]
        weights = [
            one.get("trafficWeight", 0) for one in target.get("taskSetsInfo", []) if one.get("taskSetLabel") == "Green"
        ]
        error = info.get("errorInformation") or {}
        rollback = (info.get("rollbackInfo") or {}).get("rollbackMessage", "")
        return Deployment(
            id=deployment,
            status=info["status"],
            step=started[-1] if started else "",
            percent=max(weights, default=0.0),
            is_shifted=info["status"] == "Succeeded"
            or (info["status"] in IN_PROGRESS and events.get("AfterAllowTraffic") == "Succeeded"),
            error=" ".join(part for part in (error.get("code", ""), error.get("message", ""), rollback) if part),
        )

    def _start(self, task_definition: str, request: DeployRequest) -> str:
        content = json.dumps(self._app_spec(task_definition))
        answer = self.context.aws.client("codedeploy").create_deployment(
            applicationName=self.outputs.application_name,
            deploymentGroupName=self.outputs.deployment_group_name,
            description=f"{request.image.rpartition('/')[2]} by {self.context.author.name}"[:_MAX_DESCRIPTION],
            revision={
                "revisionType": "AppSpecContent",
                "appSpecContent": {"content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()},
            },
        )
        return str(answer["deploymentId"])

    def _app_spec(self, task_definition: str) -> dict[str, Any]:
        """The task definition, and the container and port that the load balancer forwards to."""
        client = self.context.aws.client("ecs")
        definition = client.describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
        (container,) = [one for one in definition["containerDefinitions"] if one["name"] == self.context.service]
        properties: dict[str, Any] = {
            "TaskDefinition": task_definition,
            "LoadBalancerInfo": {
                "ContainerName": container["name"],
                "ContainerPort": container["portMappings"][0]["containerPort"],
            },
        }
        # Without it the new tasks would run on the cluster's default capacity.
        if strategy := self.ecs.capacity_providers():
            properties["CapacityProviderStrategy"] = [
                {
                    "CapacityProvider": one["capacityProvider"],
                    "Weight": one.get("weight", 0),
                    "Base": one.get("base", 0),
                }
                for one in strategy
            ]
        target = {"Type": "AWS::ECS::Service", "Properties": properties}
        return {"version": 0.0, "Resources": [{"TargetService": target}]}

    def _follow(self, deployment: str) -> None:
        pace, name = self.context.pace, self.context.service
        started = pace.clock()
        try:
            while True:
                current = self.describe(deployment)
                if current.is_shifted:
                    return
                if current.status not in IN_PROGRESS:
                    self._fail(current)
                step = current.step or current.status
                self.context.reporter.wait(
                    f"{name}: {step}, {current.percent:g} % of the requests go to the new tasks",
                    rest=f"{round(pace.clock() - started)} s",
                )
                pace.sleep(pace.poll_seconds)
        except KeyboardInterrupt:
            raise StoppedError(
                f"Stopped watching; CodeDeploy goes on with deployment {deployment}, and rolls it back when an alarm "
                f"goes into ALARM. Its state: ./windlass status {self.context.arguments}"
            ) from None
        finally:
            self.context.reporter.done_waiting()

    def _fail(self, deployment: Deployment) -> None:
        """Always raises."""
        serving = (
            f"{self.context.service} serves {self.ecs.describe().image}. "
            f"CodeDeploy: {deployment.error or deployment.status}"
        )
        if deployment.status == "Stopped":
            raise RolledBackError(f"CodeDeploy rolled deployment {deployment.id} back. {serving}")
        raise FailedError(f"Deployment {deployment.id} failed. {serving}")
