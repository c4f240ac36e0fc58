"""Log groups that are there again after a destroy: services of AWS report for minutes about what is gone (S05).

ECS's Container Insights, RDS and ElastiCache then create the group again, without retention and key, and the next apply
would stop: the name is taken. So Terraform imports it in the same apply, and gives it what its file says.
"""

from collections.abc import Mapping
from typing import Any

from cli.aws import release_errors
from cli.release_session import aws_of
from cli.running.stack import Stack
from cli.running.state_store import managed_resources
from cli.session import Session

KIND = "aws_cloudwatch_log_group"
OF_AWS = "/aws/"
"""What names of groups begin with that services of AWS write to. Nobody but Windlass makes the others."""


def returned_log_groups(session: Session, stack: Stack) -> Mapping[str, str]:
    """Address of each log group of a layer that its state has not and the account has → its name.

    Args:
        session: of the environment.
        stack: the layer.

    Raises:
        CommandError: neither the state nor the account can be read.
    """
    groups = stack.document().get("resource", {}).get(KIND, {})
    wanted = {str(body["name"]): f"{KIND}.{key}" for key, body in groups.items() if body["name"].startswith(OF_AWS)}
    if not wanted:
        return {}
    applied = {str(each["name"]) for each in managed_resources(session.state(stack.name), KIND)}
    missing = sorted(set(wanted) - applied)
    if not missing:
        return {}
    client = aws_of(session).client("logs")
    with release_errors():
        return {wanted[name]: name for name in missing if _exists(client, name)}


def _exists(client: Any, name: str) -> bool:
    answer = client.describe_log_groups(logGroupNamePrefix=name)
    return any(each["logGroupName"] == name for each in answer["logGroups"])
