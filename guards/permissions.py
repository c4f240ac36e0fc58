"""Permissions that AWS cannot restrict further, each with its reason. Adding one is a decision: say why (I01)."""

from collections.abc import Mapping

from aws.service_permissions import MANAGED_POLICIES as OF_SERVICES

_LISTS = "AWS has no resource-level permission for this listing"
_TARGET = "AWS chooses the id of a scalable target; a condition on the namespace narrows it"
_SESSION = "AWS has no resource-level permission for session channels; each belongs to the task that opens it"

ACTIONS_WITHOUT_RESOURCES: Mapping[str, str] = {
    "ecr:GetAuthorizationToken": "a login to the account's whole registry; pulling is allowed for each repository",
    "ssmmessages:CreateControlChannel": _SESSION,
    "ssmmessages:CreateDataChannel": _SESSION,
    "ssmmessages:OpenControlChannel": _SESSION,
    "ssmmessages:OpenDataChannel": _SESSION,
    "logs:DescribeLogGroups": "the ECS Exec agent and flow logs list all log groups to find their own",
    "codedeploy:GetDeploymentTarget": "AWS has no resource-level permission for it",
    "cloudwatch:DescribeAlarms": "composite alarms can only be listed without naming one",
    "cloudwatch:PutMetricData": "AWS has no resource-level permission; a condition on the namespace narrows it",
    "elasticloadbalancing:DescribeListeners": _LISTS,
    "elasticloadbalancing:DescribeLoadBalancers": _LISTS,
    "elasticloadbalancing:DescribeRules": _LISTS,
    "elasticloadbalancing:DescribeTargetGroups": _LISTS,
    "elasticloadbalancing:DescribeTargetHealth": _LISTS,
    "ecs:DescribeTaskDefinition": _LISTS,
    "ecs:DeregisterTaskDefinition": "AWS has no resource-level permission for it; tasks that run are left alone",
    "ecs:ListTaskDefinitions": _LISTS,
    "ecs:ListTasks": "its resource is the container instance, which Fargate has none of",
    "application-autoscaling:DeleteScheduledAction": _TARGET,
    "application-autoscaling:DescribeScalableTargets": _LISTS,
    "application-autoscaling:DescribeScheduledActions": _LISTS,
    "application-autoscaling:PutScheduledAction": _TARGET,
    "application-autoscaling:RegisterScalableTarget": _TARGET,
    "secretsmanager:GetRandomPassword": "it returns random characters and belongs to no secret",
    "sts:GetCallerIdentity": "it returns the caller's own identity, and no policy can restrict it",
    "xray:PutTelemetryRecords": "AWS has no resource-level permission for sending traces",
    "xray:PutTraceSegments": "AWS has no resource-level permission for sending traces",
}
"""Actions that an identity may have on the resource `*`."""

NARROWER: frozenset[str] = frozenset(
    {
        "application-autoscaling:DeleteScheduledAction",
        "application-autoscaling:PutScheduledAction",
        "application-autoscaling:RegisterScalableTarget",
        "cloudwatch:DescribeAlarms",
        "ecs:ListTasks",
    }
)
"""Those of them that AWS could allow on some resources. All others it allows on `*` or not at all."""

_FAMILY = "a group of KMS actions that CloudWatch Logs needs as a whole; only for a service in a key policy"

ACTION_PATTERNS: Mapping[str, str] = {
    "kms:Decrypt*": _FAMILY,
    "kms:Describe*": _FAMILY,
    "kms:Encrypt*": _FAMILY,
    "kms:GenerateDataKey*": _FAMILY,
    "kms:ReEncrypt*": _FAMILY,
}
"""Action patterns that a service may have in a resource policy."""

MANAGED_POLICIES: Mapping[str, str] = {
    **OF_SERVICES,
    "ReadOnlyAccess": "a plan reads the resources of any service; it reads no secret values and changes nothing",
    "service-role/AmazonRDSEnhancedMonitoringRole": "limited to the log groups RDS*, which RDS names itself",
}
"""AWS managed policies that a role may have, by the part of their ARN after `policy/`."""

SERVICES_WITHOUT_SOURCE: Mapping[str, str] = {
    "ec2.amazonaws.com": "an instance assumes its role through its profile; EC2 sends no source",
    "lambda.amazonaws.com": "Lambda sends no source when it assumes a function's role",
}
"""Services that send neither `aws:SourceAccount` nor `aws:SourceArn` when they assume a role."""

SERVICES_LIMITED_BY_PATH: Mapping[str, str] = {
    "logdelivery.elasticloadbalancing.amazonaws.com": "its requests carry no source, and it writes the logs of an "
    "account below `AWSLogs/<account>/`",
}
"""Services that a resource policy limits to an account by the path of the resource, each with the reason."""

SERVICES_WITHOUT_SOURCE_ARN: Mapping[str, str] = {
    "rds.amazonaws.com": "AWS documents no `aws:SourceArn` for the role of a proxy, whose ARN contains an id that "
    "exists only after the proxy is created",
}
"""Services that send `aws:SourceAccount` but no `aws:SourceArn` when they assume a role."""

READING = r"[a-z0-9-]+:((BatchGet|Describe|Get|List)\w*|Decrypt)"
"""Actions that change nothing, by their names."""

READING_OF_CONTENTS = (
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter*",
    "s3:GetObject",
    "logs:FilterLogEvents",
    "ecr:GetAuthorizationToken",
)
"""Actions of AWS's ReadOnlyAccess, or of other wide policies, that read what is stored and not only what is configured.
A role for pull requests must deny them."""

CONTENTS = (
    *READING_OF_CONTENTS,
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
    "kms:Decrypt",
    "logs:GetLogEvents",
    "secretsmanager:GetRandomPassword",
    "ssm:GetParameter",
    "ssm:GetParameterHistory",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
)
"""Actions that read what is stored, one by one. `GetRandomPassword` is how a plan opens a new password."""
