"""What AWS itself offers no narrower form of, each with its reason. A line more here is a decision: write why."""

from collections.abc import Mapping

_LISTS = "it lists, and AWS has no resource-level permission for the listing"
_SESSION = "AWS has no resource-level permission for the channels of a session; they belong to the task that opens them"

ACTIONS_WITHOUT_RESOURCES: Mapping[str, str] = {
    "ecr:GetAuthorizationToken": "a sign-in to the whole registry of the account; pulling is allowed by repository",
    "ssmmessages:CreateControlChannel": _SESSION,
    "ssmmessages:CreateDataChannel": _SESSION,
    "ssmmessages:OpenControlChannel": _SESSION,
    "ssmmessages:OpenDataChannel": _SESSION,
    "logs:DescribeLogGroups": "the agent of ECS Exec lists all groups to find its own, and takes no prefix",
    "cloudwatch:DescribeAlarms": "composite alarms can be asked for only without naming one",
    "cloudwatch:PutMetricData": "AWS has no resource-level permission; a condition on the namespace narrows it",
    "elasticloadbalancing:DescribeListeners": _LISTS,
    "elasticloadbalancing:DescribeLoadBalancers": _LISTS,
    "elasticloadbalancing:DescribeRules": _LISTS,
    "elasticloadbalancing:DescribeTargetGroups": _LISTS,
    "elasticloadbalancing:DescribeTargetHealth": _LISTS,
    "ecs:DescribeTaskDefinition": _LISTS,
    "ecs:ListTaskDefinitions": _LISTS,
    "ecs:RegisterTaskDefinition": "a name of its own has only what is registered; running it is allowed by family, and "
    "the roles in it must be passed",
    "sts:GetCallerIdentity": "it tells callers who they are, and no policy can narrow that",
    "xray:PutTelemetryRecords": "AWS has no resource-level permission for sending traces",
    "xray:PutTraceSegments": "AWS has no resource-level permission for sending traces",
}
"""Actions that an identity may have on `*`."""

_FAMILY = "a family of KMS calls that CloudWatch needs as a whole, for a service in a key's policy only"

ACTION_PATTERNS: Mapping[str, str] = {
    "kms:Decrypt*": _FAMILY,
    "kms:Describe*": _FAMILY,
    "kms:Encrypt*": _FAMILY,
    "kms:GenerateDataKey*": _FAMILY,
    "kms:ReEncrypt*": _FAMILY,
}
"""Actions with a star that a service may have in the policy of a resource."""

MANAGED_POLICIES: Mapping[str, str] = {
    "ReadOnlyAccess": "a plan reads whatever a layer holds, of any service; it reads no secret and changes nothing",
    "service-role/AmazonRDSEnhancedMonitoringRole": "AWS's own, limited to the log groups RDS*, which RDS names itself",
}
"""AWS's managed policies that a role may have, by the part of their ARN after `policy/`."""

SERVICES_WITHOUT_SOURCE: Mapping[str, str] = {
    "ec2.amazonaws.com": "an instance assumes its role by its profile; EC2 sends no source",
    "lambda.amazonaws.com": "Lambda sends no source when it assumes the role of a function",
}
"""Services that send neither `aws:SourceAccount` nor `aws:SourceArn` when they assume a role."""

SERVICES_WITHOUT_SOURCE_ARN: Mapping[str, str] = {
    "rds.amazonaws.com": "AWS documents no `aws:SourceArn` for the role of a proxy, whose ARN has an id that is known "
    "only once the proxy is there",
}
"""Services that say on behalf of which account they assume a role, and not of which resource."""
