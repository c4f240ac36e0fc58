"""What rolling and CodeDeploy services share: one ECS service, one image parameter, and no switch."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from release.alarms import alarms_named
from release.context import Context
from release.deploy import Deployed, DeployRequest, Terraform
from release.ecs import EcsService, EcsServiceState
from release.errors import BadRequestError, FailedError, LostError
from release.health import Health, target_health
from release.images import request_image
from release.migrate import MigrateRequest, migrate_like, stop_migration
from release.outputs import CodeDeployOutputs, RollingOutputs
from release.preflight import check_exists
from release.status import EcsServiceStatus, ServiceStatus, ecs_values, newest_changes, unfinished_deployment
from release.versioned_parameter import VersionedParameter

State = Literal["live", "deploying", "deployment not finished"]


@dataclass(frozen=True, kw_only=True)
class SingleStatus(ServiceStatus):
    """One rolling service, or one that CodeDeploy deploys."""

    tasks: EcsServiceStatus

    @property
    def summary(self) -> str:
        """How a new image replaces the old one."""
        return self.strategy

    @property
    def ecs_services(self) -> Sequence[EcsServiceStatus]:
        """The only one."""
        return (self.tasks,)


@dataclass(frozen=True, kw_only=True)
class SingleService(ABC):
    """A web service with one ECS service."""

    context: Context
    outputs: RollingOutputs | CodeDeployOutputs

    @cached_property
    def image(self) -> VersionedParameter:
        """The parameter that holds its image."""
        return VersionedParameter(self.context.aws, self.outputs.image_parameter)

    @cached_property
    def ecs(self) -> EcsService:
        """Its ECS service."""
        return EcsService(self.context, self.outputs.service_name)

    @property
    @abstractmethod
    def how_traffic_moves(self) -> str:
        """How requests get to a new image, as a sentence."""

    @abstractmethod
    def deploy(self, request: DeployRequest, terraform: Terraform) -> Deployed:
        """Bring an image into service."""

    @abstractmethod
    def deployments_in_progress(self) -> Sequence[str]:
        """Return a sentence for each deployment in progress that ECS itself does not report."""

    @abstractmethod
    def rollback_alarms(self, state: EcsServiceState) -> Sequence[str]:
        """Return the names of the alarms that roll a deployment back."""

    def migrate(self, request: MigrateRequest) -> None:
        """Run a migration with the newest image that Terraform has registered.

        Raises:
            BadRequestError: the request names a colour.
            RefusedError, FailedError, StoppedError: as `release.migrate.migrate_like`.
        """
        if request.colour is not None:
            raise BadRequestError(f"{self.context.service} has no colours: leave {request.colour} out.")
        migrate_like(
            self.ecs,
            request.command,
            label=self.context.service,
            timeout_seconds=request.timeout_seconds,
            task_definition=self.ecs.newest_task_definition(),
            is_result=True,
        )

    def stop_migration(self) -> bool:
        """Stop the migration that runs; returns whether one did."""
        return stop_migration(self.ecs)

    def status(self) -> SingleStatus:
        """Read its status; changes nothing."""
        image, service = self.image.read(), self.ecs.describe()
        deployments, health = self.deployments_in_progress(), self.health(service)
        unfinished = unfinished_deployment(image, service)
        state: State = "live"
        if deployments or not service.is_steady:
            state = "deploying"
        elif unfinished:
            state = "deployment not finished"
        notes = list(deployments)
        if service.failure:
            notes.append(f"ECS gave up the deployment: {service.failure}")
        if unfinished and state == "deployment not finished":
            deploy = f"./windlass deploy {self.context.arguments} --image"
            notes.append(
                f"{unfinished}. Try again: {deploy} {image.latest.value}; give it up: {deploy} {service.image}"
            )
        if service.desired and not health.healthy:
            notes.append(f"{self.context.service} has no healthy target.")
        alarms = alarms_named(self.context.aws, self.rollback_alarms(service))
        return SingleStatus(
            environment=self.context.environment,
            service=self.context.service,
            strategy=self.outputs.strategy,
            url=self.outputs.url,
            state=state,
            notes=tuple(notes),
            tasks=EcsServiceStatus(**ecs_values(image, service, health, alarms)),
            history=newest_changes(image),
        )

    def health(self, state: EcsServiceState) -> Health:
        """Return the health of the tasks that serve, in all their target groups."""
        groups = [target_health(self.context.aws, arn) for arn in state.target_group_arns]
        return Health(
            healthy=sum(one.healthy for one in groups),
            unhealthy=sum(one.unhealthy for one in groups),
            total=sum(one.total for one in groups),
            reasons=tuple(reason for one in groups for reason in one.reasons),
        )

    def _require_no_colours(self, request: DeployRequest) -> None:
        if request.force or request.count is not None:
            raise BadRequestError(
                f"{self.context.service} has no colours: --switch, --force and --count are for blue/green services."
            )

    def _is_deployed(self, request: DeployRequest, state: EcsServiceState) -> bool:
        """Whether the image is the desired one, runs, and no deployment is in progress."""
        image = self.image.read()
        is_desired = image.is_consistent and image.latest.value == request.image
        return is_desired and state.image == request.image and state.is_steady and state.running >= state.desired

    def _request_image(self, request: DeployRequest) -> None:
        check_exists(self.context.aws, request.image, self.context.arguments)
        request_image(self.context, self.image, request.image, label=self.context.service, reason=request.reason)

    def _require_registered(self, request: DeployRequest) -> str:
        """Return the newest task definition, which must have the image.

        Raises:
            LostError: somebody else deployed meanwhile.
            FailedError: Terraform registered another one.
        """
        newest = self.image.read().latest
        if newest.value != request.image:
            raise LostError(
                f"{self.context.service} was changed by {newest.who} at {newest.when}: {newest.value} is desired now. "
                "This deployment stops here and leaves it unchanged."
            )
        task_definition = self.ecs.newest_task_definition()
        image = self.ecs.image_of(task_definition)
        if image != request.image:
            raise FailedError(
                f"Terraform has applied, and the newest task definition of {self.context.service} has {image}: "
                f"somebody else may have applied meanwhile. Run the command again, or check ./windlass plan "
                f"{self.context.environment}"
            )
        return task_definition

    def _migrate_first(self, request: DeployRequest, task_definition: str) -> None:
        """Migrate the database with the new image, before any of its tasks serves (A07)."""
        if request.migration:
            migrate_like(
                self.ecs,
                request.migration,
                label=self.context.service,
                timeout_seconds=request.migration_timeout_seconds,
                task_definition=task_definition,
            )
