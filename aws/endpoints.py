"""Interface endpoints that calls of AWS services need where tasks have no route to the internet."""

from collections.abc import Mapping
from typing import Final

ENDPOINTS_BY_SERVICE: Final[Mapping[str, tuple[str, ...]]] = {
    "application-autoscaling": ("application-autoscaling",),
    "cloudwatch": ("monitoring",),
    "ecr": ("ecr.api", "ecr.dkr"),
    "ecs": ("ecs",),
    # EFS is mounted by its mount targets, which are in the VPC.
    "elasticfilesystem": (),
    "events": ("events",),
    # Permissions only: `iam:PassRole` is no call.
    "iam": (),
    "kms": ("kms",),
    "lambda": ("lambda",),
    "logs": ("logs",),
    "rds": ("rds",),
    # The gateway endpoint of S3 is always there.
    "s3": (),
    "secretsmanager": ("secretsmanager",),
    "sns": ("sns",),
    "sqs": ("sqs",),
    "ssm": ("ssm",),
    "ssmmessages": ("ssmmessages",),
    "states": ("states",),
    "sts": ("sts",),
    "xray": ("xray",),
}
"""Endpoints by the service of an action: `ecs` of `ecs:RunTask`. Names are the last parts of the service names of
endpoints (VPC User Guide, services that integrate with PrivateLink)."""


def endpoints_of(action: str) -> tuple[str, ...] | None:
    """Return the endpoints that a call of an action needs; None for a service that is not in the table.

    Args:
        action: an IAM action, such as `ecs:RunTask`.
    """
    return ENDPOINTS_BY_SERVICE.get(action.partition(":")[0])
