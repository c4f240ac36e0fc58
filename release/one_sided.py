"""A service without colours: rolling, or deployed by CodeDeploy."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from release.context import AnyContext
from release.deploy import DeployRequest
from release.ecs import EcsService, Running
from release.errors import BadRequestError, FailedError, LostError
from release.health import Health, target_health
from release.images import check_exists, write_image
from release.migrate import migrate_like
from release.outputs import BlueGreenOutputs, CodeDeployOutputs
from release.parameter import Parameter
from release.strategies import Strategy, service_outputs
from release.target import Target


@dataclass(frozen=True, kw_only=True)
class OneSidedTarget(Target):
    """What a release works on."""

    strategy: Strategy
    """`rolling` or `codedeploy`."""

    service_name: str
    """Name of its ECS service, and of the family of its task definitions."""

    image_parameter: str
    """Name of the SSM parameter that holds its image."""

    application_name: str = ""
    """CodeDeploy's application; empty for a rolling service."""

    deployment_group_name: str = ""
    """CodeDeploy's deployment group; empty for a rolling service."""

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, Any], service: str, *, environment: str) -> "OneSidedTarget":
        """Pick one service out of the outputs of the `service` layer (output name → value).

        Raises:
            BadRequestError: there is no such service, or it has colours.
        """
        found = service_outputs(outputs, service, environment=environment)
        if isinstance(found, BlueGreenOutputs):
            raise BadRequestError(f"{service} has the strategy {found.strategy}: it has two colours.")
        codedeploy = found if isinstance(found, CodeDeployOutputs) else None
        return cls(
            environment=environment,
            service=service,
            cluster_name=outputs["cluster_name"],
            url=found.url,
            strategy=found.strategy,
            service_name=found.service_name,
            image_parameter=found.image_parameter,
            application_name=codedeploy.application_name if codedeploy else "",
            deployment_group_name=codedeploy.deployment_group_name if codedeploy else "",
        )


@dataclass(frozen=True, kw_only=True)
class OneSidedContext(AnyContext):
    """One such service, as one person at one keyboard sees it."""

    target: OneSidedTarget

    @cached_property
    def image(self) -> Parameter:
        """The parameter that says which image is wanted."""
        return Parameter(self.aws, self.target.image_parameter)

    @cached_property
    def ecs(self) -> EcsService:
        """Its ECS service."""
        return EcsService(self.aws, self.target, self.target.service_name)

    def health(self, running: Running) -> Health:
        """The targets of the tasks that serve."""
        return health_of(self, running)


def health_of(context: OneSidedContext, running: Running) -> Health:
    """The targets behind the target groups of the tasks that serve; none where there is no target group."""
    found = [target_health(context.aws, arn) for arn in running.target_group_arns]
    return Health(
        healthy=sum(one.healthy for one in found),
        unhealthy=sum(one.unhealthy for one in found),
        total=sum(one.total for one in found),
        reasons=tuple(reason for one in found for reason in one.reasons),
    )


def is_done(context: OneSidedContext, request: DeployRequest, running: Running) -> bool:
    """Whether the image is wanted, runs, and nothing is going on."""
    log = context.image.read()
    wanted = log.agrees and log.latest.value == request.image
    return wanted and running.image == request.image and running.steady and running.running >= running.desired


def want(context: OneSidedContext, request: DeployRequest) -> None:
    """Check the image, and write it into the parameter."""
    check_exists(context.aws, request.image)
    write_image(context, context.image, request.image, whose=context.target.service, why=request.reason)


def require_registered(context: OneSidedContext, request: DeployRequest) -> str:
    """The newest task definition, which must have the image.

    Raises:
        LostError: somebody else deployed meanwhile.
        FailedError: Terraform registered another one.
    """
    newest = context.image.read().latest
    if newest.value != request.image:
        raise LostError(
            f"{context.target.service} was changed by {newest.who} at {newest.when}: {newest.value} is wanted now. "
            "This deployment stops here and leaves it so."
        )
    task_definition = context.ecs.newest_task_definition()
    image = context.ecs.image_of(task_definition)
    if image != request.image:
        raise FailedError(
            f"Terraform has applied, and the newest task definition of {context.target.service} has {image}: somebody "
            f"else may have applied meanwhile. Run the command again, or look at ./windlass plan "
            f"{context.target.environment}"
        )
    return task_definition


def migrate_first(context: OneSidedContext, request: DeployRequest, task_definition: str) -> None:
    """Migrate the database with the new image, before any of its tasks serves (A07)."""
    if request.migration:
        migrate_like(
            context,
            context.target.service_name,
            command=request.migration,
            timeout_seconds=request.migration_timeout_seconds,
            label=context.target.service,
            task_definition=task_definition,
        )
