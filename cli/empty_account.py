"""The account of an embedded AWS that was started empty: images and delegations are left to people."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.errors import CommandError
from cli.local_commands import local_command
from cli.project import Project
from local.account import AccountError

if TYPE_CHECKING:
    from config import Environment


def is_empty(project: Project, environment: "Environment") -> bool:
    """Whether it was started empty; it runs. Raises CommandError where it does not answer."""
    with _errors():
        return project.local.aws(environment).account.is_empty()


def start_empty(project: Project, environment: "Environment") -> None:
    """From now on, images and delegations are left to people. Raises CommandError where it does not answer."""
    with _errors():
        project.local.aws(environment).account.start_empty()


def delegate(project: Project, environment: "Environment", zone_name: str) -> tuple[str, ...]:
    """Delegate a zone, and return its name servers; raises CommandError where there is no such zone."""
    with _errors():
        return project.local.aws(environment).account.delegate(zone_name)


def refuse_what_is_applied(project: Project, environment: "Environment") -> None:
    """Raise CommandError where something was applied before the account was started empty."""
    embedded = project.local.aws(environment)
    if embedded.status().running:
        if is_empty(project, environment):
            return
        embedded.save()
    if embedded.saved.header() is not None:
        name = environment.name
        raise CommandError(
            f"{name} is not empty: something is applied in it. To forget that: {local_command('reset', name)}, then "
            f"{local_command('up --empty', name)}"
        )


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except AccountError as error:
        raise CommandError(str(error)) from error
