"""What commands on a running service need: its resources, AWS, and Terraform for the service layer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import release
from cli.aws import boto_session, release_errors
from cli.console import messages, output
from cli.running.consequences.consent import Consent
from cli.running.run_layers import apply_layers, register_task_definition
from cli.session import Session
from release.aws import Aws
from release.context import Session as ReleaseSession
from release.identity import Author, author
from release.reporter import Reporter

if TYPE_CHECKING:
    from config import Environment
    from release.strategies import AnyService


def migration_command(environment: "Environment", service: str) -> tuple[str, ...]:
    """Return what migrates the database of a service; empty where there is no such service, or no such command."""
    settings = environment.services.get(service)
    return settings.migration_command if settings is not None else ()


def open_service(session: Session, name: str, *, as_json: bool = False) -> "AnyService":
    """Return a web service of the environment as it was applied; raises BadRequestError where there is none."""
    return release.open(outputs(session), name, release_session(session, as_json=as_json))


def keep_minimums(session: Session) -> None:
    """Give the live colour of each blue/green service the minimum number of tasks of the environment file (E07).

    Terraform creates it and ignores it from then on. Where nothing differs, nothing is written.
    """
    from release.strategies import BlueGreen

    applied = outputs(session)
    names = sorted(set(applied.get("services") or {}) & set(session.environment.services))
    with release_errors():
        for name in names:
            service = release.open(applied, name, release_session(session, read_only=True))
            if isinstance(service, BlueGreen):
                service.keep_minimum()


def release_session(session: Session, *, read_only: bool = False, as_json: bool = False) -> ReleaseSession:
    """Return the session that `release` works in.

    Args:
        session: the environment.
        read_only: the command changes nothing, so the history needs no author.
        as_json: the command prints its result as JSON, so sentences about it are not for standard output.
    """
    aws = aws_of(session)
    return ReleaseSession(
        environment=session.environment.name,
        aws=aws,
        author=Author(name="") if read_only else author(aws),
        reporter=Reporter(messages(), results=messages() if as_json else output()),
        min_counts={name: service.min_count for name, service in session.environment.services.items()},
    )


def outputs(session: Session) -> dict[str, Any]:
    """Return the outputs of the service layer, by name."""
    return {key: one["value"] for key, one in session.outputs("service").items()}


def aws_of(session: Session) -> Any:
    """Return AWS as the environment file names it: a `release.aws.Aws`; the embedded one with its own keys."""
    aws = session.environment.aws
    variables = session.project.local.variables(session.environment)
    return Aws(boto_session(aws.region, variables), endpoint_url=aws.endpoint_url)


@dataclass(frozen=True, kw_only=True)
class ServiceLayer:
    """What a deployment needs of Terraform: see `release.deploy.Terraform`."""

    session: Session

    def apply(self) -> None:
        """Apply the service layer, without asking; raises CommandError where that interrupts or loses something."""
        environment = self.session.environment
        consent = Consent(name=environment.name, may_lose_all=environment.is_throw_away)
        apply_layers(self.session.stacks("service"), ask=None, consent=consent)

    def register_task_definition(self, family: str) -> None:
        """Apply the task definition of that family alone."""
        (stack,) = self.session.stacks("service")
        register_task_definition(stack, family)
