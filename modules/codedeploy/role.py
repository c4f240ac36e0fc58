"""The role that CodeDeploy acts with: one service, its listeners, and nothing else (I01)."""

import json
from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from modules.iam.statements import Statement, policy

if TYPE_CHECKING:
    from modules.codedeploy.deployment_group import AccountInputs, ServiceInputs, TrafficInputs


def add_service_role(
    scope: Construct, *, name: str, account: "AccountInputs", service: "ServiceInputs", traffic: "TrafficInputs"
) -> tuple[str, str]:
    """Make the role and its policy.

    Returns:
        The ARN of the role, and the Terraform address of its policy, which the deployment group waits for.
    """
    role = IamRole(
        scope,
        "role",
        name=f"{name}-codedeploy",
        description=f"Lets CodeDeploy deploy {name}",
        assume_role_policy=_trust(name, account),
    )
    resource = IamRolePolicy(
        scope, "role-policy", name="deploy", role=role.name, policy=policy(_statements(account, service, traffic))
    )
    return role.arn, f"aws_iam_role_policy.{resource.friendly_unique_id}"


def _trust(name: str, account: "AccountInputs") -> str:
    """CodeDeploy on behalf of this deployment group only, so that it is nobody's confused deputy."""
    group = f"arn:{account.partition}:codedeploy:{account.region}:{account.account_id}:deploymentgroup:{name}/{name}"
    statement = {
        "Sid": "CodeDeploy",
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "codedeploy.amazonaws.com"},
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account.account_id},
            "ArnLike": {"aws:SourceArn": group},
        },
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)


def _statements(account: "AccountInputs", service: "ServiceInputs", traffic: "TrafficInputs") -> dict[str, Statement]:
    ecs = f"arn:{account.partition}:ecs:{account.region}:{account.account_id}"
    path = f"{service.cluster_name}/{service.service_name}"
    listeners = [traffic.listener_arn]
    if traffic.test_listener_arn is not None:
        listeners.append(traffic.test_listener_arn)
    return {
        "DeployService": Statement(
            actions=("ecs:DescribeServices", "ecs:CreateTaskSet", "ecs:UpdateServicePrimaryTaskSet"),
            resources=(f"{ecs}:service/{path}",),
        ),
        "ReplaceTaskSets": Statement(
            actions=("ecs:CreateTaskSet", "ecs:DeleteTaskSet"), resources=(f"{ecs}:task-set/{path}/*",)
        ),
        "PassTaskRoles": Statement(
            actions=("iam:PassRole",),
            resources=tuple(service.role_arns),
            conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        ),
        "ShiftTraffic": Statement(
            actions=("elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyRule"),
            resources=(*listeners, *traffic.listener_rule_arns),
        ),
        "Look": Statement(
            actions=(
                "cloudwatch:DescribeAlarms",
                "elasticloadbalancing:DescribeListeners",
                "elasticloadbalancing:DescribeRules",
                "elasticloadbalancing:DescribeTargetGroups",
            ),
            resources=("*",),
            any_resource_because="Elastic Load Balancing has no resource-level permission for reading, and CodeDeploy "
            "may ask CloudWatch for composite alarms, which needs it too",
        ),
    }
