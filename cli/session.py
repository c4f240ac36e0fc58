"""What most commands start with: an environment, its state, and for Terraform its written stacks."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.aws import release_errors
from cli.console import warn
from cli.empty_account import is_empty
from cli.errors import BAD_CONFIGURATION, FAILED, CommandError
from cli.local_commands import apply_command
from cli.project import Project
from cli.running.bootstrap import Bootstrap
from cli.running.stack import Stack
from cli.running.state_store import S3StateStore
from cli.running.terraform import Terraform
from cli.synthesis import BOOTSTRAP

if TYPE_CHECKING:
    from config import Environment


@dataclass(frozen=True, kw_only=True)
class Session:
    """An environment and what a command needs of it, each created on first use."""

    project: Project
    environment: "Environment"
    lock_timeout_seconds: float = 0

    @cached_property
    def terraform(self) -> Terraform:
        """Terraform; raises CommandError where it is missing or too old."""
        return self.project.stacks.terraform(self.environment)

    @cached_property
    def folders(self) -> Mapping[str, Path]:
        """The folder of each stack, all written at the first use; raises CommandError where that is refused."""
        return self.project.synthesis.write(self.environment)

    @cached_property
    def store(self) -> S3StateStore | None:
        """The S3 bucket with the states; None for other backends."""
        return self.project.stacks.state_store(self.environment)

    def stacks(self, layer: str | None = None) -> list[Stack]:
        """The stacks of all layers, or of the one that `--layer` names, in the order of their dependence."""
        return [self._stack(name) for name in self.project.synthesis.layers(self.environment, only=layer)]

    def state(self, layer: str) -> dict[str, Any]:
        """The state of a layer; empty where there is none yet.

        In S3 and in files it is read directly: a switch at night, from a fresh machine, waits for no synth
        and downloads no provider. For Terraform Cloud and Terraform workspaces, Terraform reads it.

        Raises:
            CommandError: it cannot be read.
        """
        state = self.environment.state
        if state.backend == "terraform-cloud" or os.environ.get("TF_WORKSPACE", "default") != "default":
            return self._stack(layer).state()
        key = self.environment.state_key(layer)
        if state.backend == "local":
            return _read_file(self.project.workspace.root / state.path / key)
        assert self.store is not None
        try:
            with release_errors():
                return self.store.read(key)
        except (CommandError, ValueError) as error:
            said = f"The state of {layer} (s3://{state.bucket}/{key}) cannot be read: {error}"
            raise CommandError(said, exit_code=getattr(error, "exit_code", FAILED)) from error

    def outputs(self, layer: str) -> dict[str, dict[str, Any]]:
        """The outputs of a layer as `terraform output -json` gives them: `value`, `type`, `sensitive`."""
        return dict(self.state(layer).get("outputs", {}))

    def bootstrap(self) -> Bootstrap | None:
        """The bootstrap of an environment whose state is in S3; None for other backends, which need none."""
        if self.store is None:
            return None
        file = self.project.stacks.bootstrap_file(self.environment)
        return Bootstrap(stack=self._stack(BOOTSTRAP), store=self.store, file=file)

    def may_be_applied(self) -> bool:
        """Whether any layer may have a state: without the bucket none has."""
        return self.store is None or self.store.bucket_exists()

    def is_applied(self) -> bool:
        """Whether the last layer that every environment has was applied."""
        return self.may_be_applied() and bool(self.outputs("service"))

    def require_state(self) -> None:
        """See to it that something is applied to an embedded AWS.

        Raises:
            CommandError: it has no bucket for the state, so nothing is applied.
        """
        if self.environment.is_emulated and not self.may_be_applied():
            name = self.environment.name
            if is_empty(self.project, self.environment):
                raise CommandError(f"{name} has no bucket for its state yet: ./windlass bootstrap {name}")
            raise CommandError(
                f"Nothing is applied in {name}: the embedded AWS has nothing saved. "
                f"To apply everything: {apply_command(name)}"
            )

    def _stack(self, name: str) -> Stack:
        from cli.returned_log_groups import returned_log_groups  # it needs a session

        terraform = self.terraform  # first: a missing Terraform is reported before the synth
        _ = self.folders
        stack = self.project.stacks.open(
            self.environment, name, terraform, lock_timeout_seconds=self.lock_timeout_seconds
        )
        return replace(stack, existing=partial(returned_log_groups, self))


def open_for_change(project: Project, name: str, *, lock_timeout_seconds: float = 0, needs_aws: bool = True) -> Session:
    """Load, find Terraform, synthesise; raises CommandError for the first of them that does not work.

    Synth comes first in every command that changes something, so that no plan is ever made of an old file.
    """
    environment = project.environments.load(name)
    session = Session(project=project, environment=environment, lock_timeout_seconds=lock_timeout_seconds)
    _ = session.terraform
    if needs_aws:
        project.local.require_running(environment)
    _ = session.folders
    return session


def open_readonly(project: Project, name: str, *, needs_aws: bool = True) -> Session:
    """For commands that plan nothing: load, and check that AWS can be reached; raises CommandError otherwise."""
    environment = project.environments.load(name)
    if needs_aws:
        project.local.require_running(environment)
    return Session(project=project, environment=environment)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} is not a readable state: {error}") from error


def asking(yes: bool) -> Callable[[str], bool] | None:
    """How to ask before something changes: None with `--yes`; raises CommandError without a terminal."""
    if yes:
        return None
    if not sys.stdin.isatty():
        raise CommandError(
            "Cannot ask for confirmation: standard input is not a terminal. Run it in a terminal, or add --yes.",
            exit_code=BAD_CONFIGURATION,
        )
    return lambda question: click.confirm(question, default=False, err=True)


def refuse_question(*, as_json: bool, answered: bool, has_confirm: bool = False) -> None:
    """Raise UsageError where `--json` would meet a question, which no script can answer.

    Args:
        as_json: whether `--json` was given.
        answered: whether `--yes` or `--confirm` answers it.
        has_confirm: whether the command has `--confirm`, for the message.
    """
    if as_json and not answered:
        production = " (production: --confirm ENV)" if has_confirm else ""
        raise click.UsageError(f"--json needs --yes{production}: a script cannot answer the question.")


def _this_command() -> str:
    """As the user would type it; make, for one, takes no options."""
    words = click.get_current_context().command_path.partition(" ")[2]
    return f"./windlass {words}"


def must_type_name(
    environment: "Environment", *, yes: bool, confirmed_name: str | None, has_confirm: bool = True
) -> bool:
    """Whether the environment's name must be typed before it is destroyed.

    `--confirm NAME` replaces typing it. So does `--yes`, but not for production: there it is a habit, not a decision. A
    command without `--confirm` destroys what is on this machine only, and `--yes` is enough.

    Args:
        environment: to be destroyed.
        yes: whether `--yes` was given.
        confirmed_name: of `--confirm`.
        has_confirm: whether the command has `--confirm`.

    Raises:
        CommandError: `--confirm` names another one, or there is no terminal.
    """
    name = environment.name
    if confirmed_name is not None:
        if confirmed_name != name:
            raise CommandError(
                f"--confirm says {confirmed_name!r}, but the environment is {name!r}.", exit_code=BAD_CONFIGURATION
            )
        return False
    if environment.is_production and has_confirm and (yes or not sys.stdin.isatty()):
        raise CommandError(
            f"{name} is production: --yes is not enough, add --confirm {name}.", exit_code=BAD_CONFIGURATION
        )
    if yes:
        return False
    if not sys.stdin.isatty():
        raise CommandError(
            f"Cannot ask for confirmation to destroy {name}: standard input is not a terminal. "
            f"Add --yes{f' or --confirm {name}' if has_confirm else ''} to the command: {_this_command()}",
            exit_code=BAD_CONFIGURATION,
        )
    return True


def type_name(environment: "Environment", what: str) -> None:
    """Ask for the environment's name; raises CommandError where another one is typed.

    Args:
        environment: its name.
        what: a noun phrase for what is destroyed.
    """
    kind = " (production)" if environment.is_production else ""
    warn(f"This destroys {what} of {environment.name}{kind}. It cannot be undone.")
    if click.prompt(f"Type {environment.name} to go on", err=True) != environment.name:
        raise CommandError("That is not its name: nothing was destroyed.")
