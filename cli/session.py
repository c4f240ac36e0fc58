"""What most commands begin with: load the environment, synthesise, find Terraform, prepare the stacks."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from cli.bootstrap import Bootstrap
from cli.console import say
from cli.errors import CommandError
from cli.project import BOOTSTRAP, Project
from cli.stack import Stack
from cli.state_store import S3StateStore
from cli.terraform import Terraform

if TYPE_CHECKING:
    from config import Environment

NO_WAIT = "0s"


@dataclass(frozen=True, kw_only=True)
class Session:
    """An environment whose stacks have just been written, and the Terraform to run on them."""

    project: Project
    environment: "Environment"
    terraform: Terraform
    lock_timeout: str = NO_WAIT

    def stacks(self, layer: str | None = None) -> list[Stack]:
        """The stacks of all layers, or of the one that `--layer` names, in the order of their dependence."""
        return [self._stack(name) for name in self.project.chosen_layers(layer, self.environment)]

    def bootstrap(self) -> Bootstrap | None:
        """The bootstrap of an environment whose state is in S3; None for other backends, which need none."""
        if self.environment.state.backend != "s3":
            return None
        stack = self._stack(BOOTSTRAP)
        settings = stack.synthesised_backend()
        store = S3StateStore(
            bucket=settings["bucket"],
            key=settings["key"],
            region=settings.get("region", self.environment.aws.region),
            table=settings.get("dynamodb_table"),
            account_id=self.environment.aws.account_id,
            endpoint_url=self.environment.aws.endpoint_url,
            variables=self.project.embedded_variables(self.environment),
        )
        return Bootstrap(stack=stack, store=store, file=self.project.bootstrap_file(self.environment))

    def may_be_applied(self) -> bool:
        """Whether there may be a state of any layer: without its bucket there is none."""
        bootstrap = self.bootstrap()
        return bootstrap is None or bootstrap.store.bucket_exists()

    def _stack(self, name: str) -> Stack:
        return self.project.stack(self.environment, name, self.terraform, lock_timeout=self.lock_timeout)


def begin(project: Project, name: str, *, lock_timeout: str = NO_WAIT, needs_aws: bool = True) -> Session:
    """Load, synthesise, find Terraform; raises CommandError for the first of them that does not work.

    Synth comes first in every command, so that no plan is ever made of an old file.
    """
    environment = project.environment(name)
    terraform = project.terraform(environment)
    if needs_aws:
        project.require_aws(environment)
    project.synthesise(environment)
    return Session(project=project, environment=environment, terraform=terraform, lock_timeout=lock_timeout)


def asking(yes: bool) -> Callable[[str], bool] | None:
    """How to ask before something changes: None with `--yes`; raises CommandError where nobody could answer."""
    if yes:
        return None
    if not sys.stdin.isatty():
        raise CommandError("Nobody is here to answer: run it in a terminal, or say --yes.")
    return lambda question: click.confirm(question, default=False, err=True)


def confirm_destruction(environment: "Environment", *, yes: bool, confirmed_name: str | None) -> None:
    """Raise CommandError unless it is certain that this environment is meant.

    Production wants its name, typed at the prompt or given with `--confirm`; `--yes` alone is a habit, not a decision.
    """
    if confirmed_name is not None and confirmed_name != environment.name:
        raise CommandError(f"--confirm says {confirmed_name!r}, but the environment is {environment.name!r}.")
    if not environment.is_production or confirmed_name is not None:
        return
    if yes or not sys.stdin.isatty():
        raise CommandError(f"{environment.name} is production: --yes is not enough, add --confirm {environment.name}.")
    say(f"{environment.name} is production. What is destroyed here does not come back.", style="red")
    if click.prompt("Type the environment's name", err=True) != environment.name:
        raise CommandError("That is not its name: nothing was destroyed.")
