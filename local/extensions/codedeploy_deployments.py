"""CodeDeploy: deployments of ECS services advance, shift traffic, and are stopped by alarms.

Symptom: moto's deployments stay `Created` forever and change nothing; GetDeploymentTarget is missing. Here a
deployment advances one step with each GetDeployment: install, shift 10 %, shift 100 %, end. Without a data plane no
containers run; only the state of ECS and of the load balancer changes.
"""

import json
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.codedeploy.responses import CodeDeployResponse
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecs.models import ecs_backends
from moto.elbv2.models import FakeAction, elbv2_backends

from local.extensions import codedeploy, codedeploy_calls
from local.extensions.codedeploy_calls import ENDED, INSTALLING, SHIFTED, SHIFTING
from local.extensions.patching import add_method, wrap_method
from local.iam.service_roles import ServiceRole

__all__ = ["codedeploy"]

EVENTS = ("BeforeInstall", "Install", "AfterInstall", "BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic")
_DONE_EVENTS = {0: 0, INSTALLING: 1, SHIFTING: 4, SHIFTED: 6, ENDED: 6}
_TRAFFIC = {0: 0, INSTALLING: 0, SHIFTING: 10, SHIFTED: 100, ENDED: 100}
_TARGET_STATUS = {"Created": "Pending", "Queued": "Pending", "Stopped": "Failed"}
"""Status of a deployment → that of its target, where they differ."""
_FINISHED = ("Succeeded", "Failed", "Stopped")


@wrap_method(CodeDeployResponse, "get_deployment")
def get_deployment(original: Any, response: Any) -> ActionResult:
    """GetDeployment; the deployment advances one step."""
    deployment = response.codedeploy_backend.get_deployment(response._get_param("deploymentId"))
    if deployment.application.compute_platform == "ECS":
        _advance(response, deployment)
    answer: ActionResult = original(response)
    answer.result["deploymentInfo"]["errorInformation"] = getattr(deployment, "error_information", {})
    return answer


@add_method(CodeDeployResponse)
def get_deployment_target(self: Any) -> ActionResult:
    """GetDeploymentTarget of an ECS service."""
    deployment = self.codedeploy_backend.get_deployment(self._get_param("deploymentId"))
    step = getattr(deployment, "step", 0)
    done = _DONE_EVENTS[step]
    events = [
        {"lifecycleEventName": name, "status": "Succeeded" if n < done else "InProgress" if n == done else "Pending"}
        for n, name in enumerate(EVENTS)
    ]
    traffic = 0 if deployment.status == "Stopped" else _TRAFFIC[step]
    sets = [
        {"taskSetLabel": "Blue", "status": "PRIMARY", "trafficWeight": 100 - traffic},
        {"taskSetLabel": "Green", "status": "ACTIVE", "trafficWeight": traffic},
    ]
    target = {
        "deploymentId": deployment.deployment_id,
        "targetId": self._get_param("targetId"),
        "lifecycleEvents": events,
        "taskSetsInfo": sets,
        "status": _TARGET_STATUS.get(deployment.status, deployment.status),
    }
    return ActionResult({"deploymentTarget": {"deploymentTargetType": "ECSTarget", "ecsTarget": target}})


def _advance(response: Any, deployment: Any) -> None:
    if deployment.status in _FINISHED:
        return
    account_and_region = (response.current_account, response.region)
    deployment.step = getattr(deployment, "step", 0) + 1
    deployment.status = "InProgress"
    deployment.start_time = deployment.start_time or utcnow()
    if refusal := codedeploy_calls.refusal(account_and_region, deployment, _role(response, deployment)):
        deployment.status, deployment.complete_time = "Failed", utcnow()
        deployment.error_information = refusal
    elif in_alarm := _names_in_alarm(account_and_region, deployment.deployment_group):
        deployment.status, deployment.complete_time = "Stopped", utcnow()
        deployment.error_information = {
            "code": "ALARM_ACTIVE",
            "message": f"One or more alarms are in ALARM: {in_alarm}",
        }
    elif deployment.step == SHIFTED:
        _shift(account_and_region, deployment)
    elif deployment.step == ENDED:
        deployment.status, deployment.complete_time = "Succeeded", utcnow()


def _role(response: Any, deployment: Any) -> ServiceRole:
    group = deployment.deployment_group
    application = deployment.application.application_name
    return codedeploy.role_of_group(response, application, group.deployment_group_name, group.service_role_arn)


def _names_in_alarm(account_and_region: tuple[str, str], group: Any) -> str:
    watched = [one["name"] for one in (group.alarm_configuration or {}).get("alarms", [])]
    alarms = cloudwatch_backends[account_and_region[0]][account_and_region[1]].alarms
    return ", ".join(name for name in watched if name in alarms and alarms[name].state_value == "ALARM")


def _shift(account_and_region: tuple[str, str], deployment: Any) -> None:
    """Switch the service to the new task definition and the other target group, and listener rules to that group."""
    group = deployment.deployment_group
    account, region = account_and_region
    pair = group.load_balancer_info["targetGroupPairInfoList"][0]["targetGroups"]
    load_balancing = elbv2_backends[account][region]
    arns = [one.arn for one in load_balancing.target_groups.values() if one.name in {each["name"] for each in pair}]
    properties = codedeploy_calls.properties_of(deployment)
    (ecs_service,) = group.ecs_services
    service = ecs_backends[account][region]._get_service(ecs_service["clusterName"], ecs_service["serviceName"])
    before = service.load_balancers[0]["targetGroupArn"]
    after = next(arn for arn in arns if arn != before)
    service.task_definition = properties["TaskDefinition"]
    service.load_balancers = [{**service.load_balancers[0], "targetGroupArn": after}]
    for one in service.deployments:
        one["taskDefinition"] = service.task_definition
    listeners = [one for balancer in load_balancing.load_balancers.values() for one in balancer.listeners.values()]
    for rule in (rule for listener in listeners for rule in listener.rules.values()):
        rule.actions = [_to(action, before, after) for action in rule.actions]


def _to(action: Any, before: str, after: str) -> Any:
    return FakeAction(json.loads(json.dumps(action.data).replace(before, after)))
