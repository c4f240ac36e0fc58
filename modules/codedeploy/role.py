"""The role that CodeDeploy assumes, limited to one service and its listeners (I01)."""

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from aws.account import Account
from aws.trust import service_trust
from modules.codedeploy.inputs import ServiceInputs, TrafficInputs
from modules.iam.statements import Statement, policy


def add_service_role(
    scope: Construct, *, name: str, account: Account, service: ServiceInputs, traffic: TrafficInputs
) -> tuple[str, str]:
    """Create the role and its policy.

    Returns:
        The ARN of the role, and the Terraform address of its policy, which the deployment group waits for.
    """
    role = IamRole(
        scope,
        "role",
        name=f"{name}-codedeploy",
        description=f"Lets CodeDeploy deploy {name}",
        # This deployment group only, which prevents the confused-deputy problem.
        assume_role_policy=service_trust(
            "codedeploy", account, account.arn("codedeploy", f"deploymentgroup:{name}/{name}"), sid="CodeDeploy"
        ),
    )
    resource = IamRolePolicy(
        scope, "role-policy", name="deploy", role=role.name, policy=policy(_statements(account, service, traffic))
    )
    return role.arn, f"aws_iam_role_policy.{resource.friendly_unique_id}"


def _statements(account: Account, service: ServiceInputs, traffic: TrafficInputs) -> dict[str, Statement]:
    path = f"{service.cluster_name}/{service.service_name}"
    listeners = [traffic.listener_arn]
    if traffic.test_listener_arn is not None:
        listeners.append(traffic.test_listener_arn)
    return {
        "DeployService": Statement(
            actions=("ecs:DescribeServices", "ecs:CreateTaskSet", "ecs:UpdateServicePrimaryTaskSet"),
            resources=(account.arn("ecs", f"service/{path}"),),
        ),
        "ReplaceTaskSets": Statement(
            actions=("ecs:CreateTaskSet", "ecs:DeleteTaskSet"), resources=(account.arn("ecs", f"task-set/{path}/*"),)
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
        "Observe": Statement(
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
