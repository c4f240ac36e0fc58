"""iam:PassRole: a caller that gives a role to a service must be allowed to."""

from collections.abc import Iterator, Mapping
from typing import Any

from local.iam.calls import Call
from local.iam.needs.need import Need

SERVICES: Mapping[str, str] = {
    "application-autoscaling": "application-autoscaling.amazonaws.com",
    "backup": "backup.amazonaws.com",
    "cloudformation": "cloudformation.amazonaws.com",
    "codedeploy": "codedeploy.amazonaws.com",
    "ec2": "vpc-flow-logs.amazonaws.com",
    "events": "events.amazonaws.com",
    "lambda": "lambda.amazonaws.com",
    "logs": "logs.amazonaws.com",
    "rds": "rds.amazonaws.com",
    "s3": "s3.amazonaws.com",
    "scheduler": "scheduler.amazonaws.com",
    "stepfunctions": "states.amazonaws.com",
}
"""botocore's name of a service → the principal that gets the role. ECS has rules of its own; IAM and STS pass none."""
OTHERS: Mapping[str, str] = {"MonitoringRoleArn": "monitoring.rds.amazonaws.com"}
"""Parameter → the principal, where it is another one."""
WITHOUT_ROLE_IN_ITS_NAME = ("DeliverLogsPermissionArn",)
"""Parameters that hold a role, and do not say so."""


def needs_of_passed_roles(call: Call) -> Iterator[Need]:
    """The roles that a call gives to its service."""
    service = SERVICES.get(call.service)
    if service is None or not call.operation.startswith(("Create", "Update", "Put", "Register", "Modify", "Start")):
        return
    for name, role in dict.fromkeys(_roles(call.parameters)):
        passed_to = OTHERS.get(name, service)
        yield Need(action="iam:PassRole", resource=role, context={"iam:PassedToService": passed_to})


def _roles(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Parameters that hold the ARN of a role; a service-linked role is not passed."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _roles(each, str(key))
    elif isinstance(value, list):
        for each in value:
            yield from _roles(each, name)
    elif isinstance(value, str) and ":role/" in value and "/aws-service-role/" not in value and _names_a_role(name):
        yield name, value


def _names_a_role(parameter: str) -> bool:
    return "role" in parameter.lower() or parameter in WITHOUT_ROLE_IN_ITS_NAME
