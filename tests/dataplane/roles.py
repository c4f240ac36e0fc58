"""The two roles of a task, as Terraform makes them: trusted by ECS, and with what each needs."""

import json
from typing import Any

TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "ecs-tasks.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:ecs:eu-west-1:123456789012:*"},
    },
}
TASK = ["secretsmanager:GetSecretValue", "ecs:GetTaskProtection", "ecs:UpdateTaskProtection"]
PULL = ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
LOGS = ["logs:CreateLogStream", "logs:PutLogEvents"]
EXECUTION = ["secretsmanager:GetSecretValue", "ssm:GetParameters", *LOGS, *PULL]


def make_role(iam: Any, name: str, actions: list[str], *, trust: dict[str, Any] | None = None) -> str:
    """The ARN of a new role that may do this with everything."""
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(trust or TRUST))
    if actions:
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=_document(statement))
    return str(role["Role"]["Arn"])


def task_roles(iam: Any, name: str) -> dict[str, str]:
    """Both roles, for RegisterTaskDefinition; that of the code may read secrets and protect its task."""
    return {
        "executionRoleArn": make_role(iam, f"{name}-execution", EXECUTION),
        "taskRoleArn": make_role(iam, f"{name}-task", TASK),
    }


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
