"""Condition keys that AWS services send, as AWS documents them.

A condition on a key that the request does not carry is false, so the service is refused. Services differ, and no
error says which key was missing.
"""

import re
from collections.abc import Mapping
from typing import Final

_SOURCE: Final = frozenset({"aws:SourceAccount", "aws:SourceArn"})

_KEYS: Final[Mapping[str, frozenset[str]]] = {
    # CloudWatch User Guide, alarms with encrypted topics; SNS Developer Guide, access policies for AWS services.
    "cloudwatch.amazonaws.com": _SOURCE,
    # CodeDeploy User Guide, cross-service confused-deputy prevention.
    "codedeploy.amazonaws.com": _SOURCE,
    # ECS Developer Guide, task IAM role and task execution IAM role.
    "ecs-tasks.amazonaws.com": _SOURCE,
    # Elastic Load Balancing User Guide, access logs: its policy has no condition, and the test file that is written
    # while a load balancer gets its attributes came without any of these keys.
    "logdelivery.elasticloadbalancing.amazonaws.com": frozenset(),
    # S3 User Guide, server access logging.
    "logging.s3.amazonaws.com": _SOURCE,
    # CloudWatch Logs User Guide, encryption of log data.
    "logs.amazonaws.com": frozenset({"kms:EncryptionContext:aws:logs:arn"}),
    # RDS User Guide, enhanced monitoring.
    "monitoring.rds.amazonaws.com": _SOURCE,
    # RDS User Guide, cross-service confused-deputy prevention. It names no ARN for the role of a proxy.
    "rds.amazonaws.com": frozenset({"aws:SourceAccount"}),
    # EventBridge Scheduler User Guide, confused-deputy prevention.
    "scheduler.amazonaws.com": _SOURCE,
    # VPC User Guide, IAM role for publishing flow logs.
    "vpc-flow-logs.amazonaws.com": _SOURCE,
}
_REGIONAL = re.compile(r"logs\.[a-z]{2}(-[a-z]+)+-\d\.amazonaws\.com(\.cn)?")


def documented_keys(service: str) -> frozenset[str] | None:
    """Return the condition keys that AWS documents for the requests of a service; None for an unknown service.

    Args:
        service: the principal, such as `scheduler.amazonaws.com` or `logs.eu-west-1.amazonaws.com`.
    """
    return _KEYS.get("logs.amazonaws.com" if _REGIONAL.fullmatch(service) else service)
