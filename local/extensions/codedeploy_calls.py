"""CodeDeploy: what it calls in each step of a deployment of an ECS service, as the role of the deployment group.

Symptom: a deployment succeeds with a role that may do nothing. On AWS it fails with `IAM_ROLE_PERMISSIONS`.
Source: "Identity and access management for AWS CodeDeploy" in the CodeDeploy User Guide (`AWSCodeDeployRoleForECS`).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.elbv2.models import elbv2_backends

from local.iam.service_roles import ServiceRole

INSTALLING, SHIFTING, SHIFTED, ENDED = 1, 2, 3, 4
"""Number of GetDeployment calls after which a deployment has reached that step."""
AccountAndRegion = tuple[str, str]
Call = tuple[str, str, Mapping[str, Any]]
"""botocore's name of a service, an operation, its parameters."""
NAMES = {"ecs": "AmazonECS", "elbv2": "AmazonElasticLoadBalancing", "cloudwatch": "AmazonCloudWatch"}
"""As CodeDeploy names services in its errors."""


def refusal(account_and_region: AccountAndRegion, deployment: Any, role: ServiceRole) -> dict[str, str] | None:
    """The error of a step that the role does not allow; `None` where it does. Hold `MOTO_LOCK`."""
    for service, operation, parameters in _calls(account_and_region, deployment):
        if role.refusal(service, operation, parameters):
            message = (
                f"The IAM role {role.arn} does not give you permission to perform operations in the following AWS "
                f"service: {NAMES[service]}. Contact your AWS administrator if you need help. If you are an AWS "
                "administrator, you can grant permissions to your users or groups by creating IAM policies."
            )
            return {"code": "IAM_ROLE_PERMISSIONS", "message": message}
    return None


def properties_of(deployment: Any) -> dict[str, Any]:
    """Of the service, in the AppSpec of a deployment."""
    spec = json.loads(deployment.revision["appSpecContent"]["content"])
    properties: dict[str, Any] = spec["Resources"][0]["TargetService"]["Properties"]
    return properties


def _calls(account_and_region: AccountAndRegion, deployment: Any) -> Iterator[Call]:
    group, step = deployment.deployment_group, deployment.step
    (ecs_service,) = group.ecs_services
    named = {"cluster": ecs_service["clusterName"], "service": ecs_service["serviceName"]}
    watched = [one["name"] for one in (group.alarm_configuration or {}).get("alarms", [])]
    if watched:
        yield "cloudwatch", "DescribeAlarms", {"AlarmNames": watched}
    if step == INSTALLING:
        yield "ecs", "DescribeServices", {"cluster": named["cluster"], "services": [named["service"]]}
        for operation in ("DescribeTargetGroups", "DescribeListeners", "DescribeRules"):
            yield "elbv2", operation, {}
        yield "ecs", "CreateTaskSet", {**named, "taskDefinition": properties_of(deployment)["TaskDefinition"]}
    elif step in (SHIFTING, SHIFTED):
        yield from _shifts(account_and_region, group)
        if step == SHIFTED:
            yield "ecs", "UpdateServicePrimaryTaskSet", named
    elif step == ENDED:
        yield "ecs", "DeleteTaskSet", {**named, "taskSet": "*"}


def _shifts(account_and_region: AccountAndRegion, group: Any) -> Iterator[Call]:
    """A call for each rule that forwards to one of the two target groups."""
    account, region = account_and_region
    load_balancing = elbv2_backends[account][region]
    pair = group.load_balancer_info["targetGroupPairInfoList"][0]["targetGroups"]
    names = {each["name"] for each in pair}
    arns = [one.arn for one in load_balancing.target_groups.values() if one.name in names]
    for listener in (one for balancer in load_balancing.load_balancers.values() for one in balancer.listeners.values()):
        for rule in listener.rules.values():
            if not any(arn in json.dumps(action.data) for action in rule.actions for arn in arns):
                continue
            if rule.priority == "default":
                yield "elbv2", "ModifyListener", {"ListenerArn": listener.arn}
            else:
                yield "elbv2", "ModifyRule", {"RuleArn": rule.arn}
