"""The embedded AWS of an environment, and the data plane that runs its containers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.errors import BAD_CONFIGURATION, FAILED, CommandError
from cli.local_commands import apply_command, local_command
from cli.parts import PARTS, skipped_services
from local.background import BackgroundProcessError
from local.database_copies import STORES
from local.embedded import EmbeddedAws, environment_variables
from workspace import Workspace

if TYPE_CHECKING:
    from config import Environment
    from local.dataplane import DataPlane
    from local.saved_platforms import SavedPlatforms

DATA_PLANE = "data-plane"
"""Folder of the data plane, in the work folder."""


@dataclass(frozen=True, kw_only=True)
class LocalPlatform:
    """The replacement for AWS on this machine, for environments with `aws.endpoint_url`."""

    workspace: Workspace

    def aws(self, environment: "Environment") -> EmbeddedAws:
        """The embedded AWS that the environment points at; raises CommandError for one on the real AWS."""
        endpoint_url = environment.aws.endpoint_url
        if endpoint_url is None:
            raise CommandError(
                f"{environment.name} is on the real AWS: its file has no aws.endpoint_url.",
                exit_code=BAD_CONFIGURATION,
            )
        return EmbeddedAws(
            endpoint_url=endpoint_url,
            folder=self.workspace.work_folder / "embedded-aws",
            stores=self.workspace.work_folder / DATA_PLANE / STORES,
        )

    def data_plane(self, environment: "Environment", *, parts: Sequence[str] = PARTS) -> "DataPlane":
        """What runs the containers of an environment; `parts` of them. Raises CommandError on the real AWS."""
        # The data plane imports boto3 and cryptography, which commands on AWS need not pay for.
        from local.dataplane import DataPlane, Settings

        if environment.aws.endpoint_url is None:
            raise CommandError(
                f"{environment.name} is on the real AWS: its containers do not run here.", exit_code=BAD_CONFIGURATION
            )
        settings = Settings(
            endpoint_url=environment.aws.endpoint_url,
            folder=self.workspace.work_folder / DATA_PLANE,
            windlass_folder=self.workspace.windlass_folder,
            region=environment.aws.region,
            listener_ports={f"load_balancer.{key}": port for key, port in environment.load_balancer.ports.items()},
            authority_folder=self.workspace.authority_folder,
            skipped_services=skipped_services(environment, parts),
            repositories=self.workspace.repositories_folder,
        )
        return DataPlane(settings)

    @property
    def platforms(self) -> "SavedPlatforms":
        """The copies that `local save` keeps."""
        from local.saved_platforms import SavedPlatforms  # imports the data plane

        return SavedPlatforms(self.workspace.work_folder / "platforms")

    def stop(self, environment: "Environment") -> None:
        """Stop the containers and the embedded AWS; what was applied stays saved.

        Raises:
            CommandError: one of them does not end.
        """
        try:
            self.data_plane(environment).stop()
            self.aws(environment).stop()
        except BackgroundProcessError as error:
            raise CommandError(str(error), exit_code=FAILED) from error

    def variables(self, environment: "Environment") -> dict[str, str]:
        """What makes Terraform and boto3 talk to the embedded AWS; empty where the environment is on the real one."""
        endpoint_url = environment.aws.endpoint_url
        return environment_variables(endpoint_url, environment.aws.region) if endpoint_url else {}

    def client(self, environment: "Environment", service: str) -> Any:
        """A boto3 client of an AWS service on the embedded AWS; raises CommandError on the real one."""
        import boto3  # a third of a second

        self.aws(environment)
        variables = self.variables(environment)
        return boto3.client(
            service,
            endpoint_url=environment.aws.endpoint_url,
            region_name=environment.aws.region,
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        )

    def is_reachable(self, environment: "Environment") -> bool:
        """Whether the embedded AWS runs; the real AWS is taken to be reachable."""
        return environment.aws.endpoint_url is None or self.aws(environment).status().running

    def _how_to_start(self, environment: "Environment") -> str:
        name = environment.name
        if self.aws(environment).saved.header() is None:
            empty = local_command("up --empty", name)
            return f"To apply everything: {apply_command(name)}; to start an empty account: {empty}"
        return f"To start it with what was applied: {local_command('up', name)}"

    def require_running(self, environment: "Environment") -> None:
        """Raise CommandError where the environment needs the embedded AWS and that does not run."""
        if not self.is_reachable(environment):
            raise CommandError(
                f"The embedded AWS of {environment.name} ({environment.aws.endpoint_url}) is not running. "
                f"{self._how_to_start(environment)}",
                exit_code=FAILED,
            )
