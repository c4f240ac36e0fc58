"""What commands on a running service begin with: its resources, and AWS."""

from typing import TYPE_CHECKING, Any

from cli.aws import boto_session
from cli.console import messages
from cli.session import Session

if TYPE_CHECKING:
    from config import Environment
    from release.context import Context
    from release.one_sided import OneSidedContext
    from release.strategies import Strategy


def migration_command(environment: "Environment", service: str) -> tuple[str, ...]:
    """What migrates the database of a service; nothing where there is no such service, or no such command."""
    settings = environment.services.get(service)
    return settings.migration_command if settings is not None else ()


def strategy_of(session: Session, service: str) -> "Strategy":
    """How a new image replaces the old one, by what was applied; raises BadRequestError for an unknown service."""
    from release.strategies import strategy_of as of

    return of(outputs(session), service, environment=session.environment.name)


def context_of(session: Session, service: str) -> "Context":
    """Everything that `release` needs to know of a blue/green service."""
    from release.context import Context
    from release.identity import author
    from release.reporter import Reporter
    from release.target import ReleaseTarget

    target = ReleaseTarget.from_outputs(outputs(session), service, environment=session.environment.name)
    aws = aws_of(session)
    return Context(aws=aws, target=target, author=author(aws), reporter=Reporter(messages()))


def one_sided_context_of(session: Session, service: str) -> "OneSidedContext":
    """The same of a service of another strategy."""
    from release.identity import author
    from release.one_sided import OneSidedContext, OneSidedTarget
    from release.reporter import Reporter

    target = OneSidedTarget.from_outputs(outputs(session), service, environment=session.environment.name)
    aws = aws_of(session)
    return OneSidedContext(aws=aws, target=target, author=author(aws), reporter=Reporter(messages()))


def outputs(session: Session) -> dict[str, Any]:
    """The outputs of the service layer, by name."""
    return {key: one["value"] for key, one in session.outputs("service").items()}


def aws_of(session: Session) -> Any:
    """AWS as the environment's file means it: a `release.aws.Aws`; the embedded one with its own keys."""
    from release.aws import Aws

    aws = session.environment.aws
    variables = session.project.local.variables(session.environment)
    return Aws(boto_session(aws.region, variables), endpoint_url=aws.endpoint_url)
