"""Terraform and the states of an environment's stacks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.errors import CommandError
from cli.running.stack import STACK_FILE, Stack
from cli.running.state_store import S3StateStore
from cli.running.terraform import Terraform, find_terraform
from cli.synthesis import BOOTSTRAP, Synthesis
from workspace import Workspace

if TYPE_CHECKING:
    from config import Environment

EMBEDDED_PARALLELISM = 30
"""The embedded AWS throttles nothing, and most of an apply is waiting."""


@dataclass(frozen=True, kw_only=True)
class Stacks:
    """Opens the stacks that synth wrote, and finds their states."""

    workspace: Workspace
    synthesis: Synthesis
    variables: "Callable[[Environment], Mapping[str, str]]"
    """What makes Terraform and boto3 talk to the AWS of an environment; empty for the real one."""

    def terraform(self, environment: "Environment") -> Terraform:
        """Terraform with the variables that this environment needs."""
        embedded = environment.is_emulated
        return find_terraform(
            self.workspace.work_folder,
            variables=self.variables(environment),
            parallelism=EMBEDDED_PARALLELISM if embedded else None,
            # Started in the way that its developers do: good for trying things out, not for production.
            shares_provider=embedded,
        )

    def open(
        self, environment: "Environment", layer: str, terraform: Terraform, *, lock_timeout_seconds: float = 0
    ) -> Stack:
        """The stack of a layer, which must have been synthesised."""
        folder = self.synthesis.folder(environment, layer)
        if not (folder / STACK_FILE).exists():
            raise CommandError(f"{environment.name} has no stack {layer}: {folder / STACK_FILE} was not written.")
        return Stack(name=layer, folder=folder, terraform=terraform, lock_timeout_seconds=lock_timeout_seconds)

    def state_store(self, environment: "Environment") -> S3StateStore | None:
        """The S3 bucket with the environment's states; None for other backends."""
        state = environment.state
        if state.backend != "s3":
            return None
        return S3StateStore(
            bucket=state.bucket,
            key=environment.state_key(BOOTSTRAP),
            region=environment.aws.region,
            table=state.dynamodb_table,
            account_id=environment.aws.account_id,
            endpoint_url=environment.aws.endpoint_url,
            variables=self.variables(environment),
        )

    def bootstrap_file(self, environment: "Environment") -> Path:
        """Where the bootstrap's state is while its bucket is being made; environments of one bucket share it."""
        name = environment.state.bucket if environment.state.backend == "s3" else environment.name
        return self.workspace.work_folder / "bootstrap" / f"{name}.tfstate"
