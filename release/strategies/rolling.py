"""Rolling: ECS replaces the tasks during the apply, and rolls back if the new ones fail (E01).

The migration comes before (A07). It needs a task definition with the new image while the service still runs the old
one, so Terraform applies twice: first the task definition alone, then the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from release.counted import counted
from release.deploy import Deployed, DeployRequest, Terraform
from release.diagnostics import diagnose
from release.ecs import EcsServiceState
from release.errors import FailedError
from release.outputs import RollingOutputs
from release.strategies.single import SingleService


@dataclass(frozen=True, kw_only=True)
class Rolling(SingleService):
    """A rolling service."""

    outputs: RollingOutputs

    @property
    def how_traffic_moves(self) -> str:
        """How requests get to a new image, as a sentence."""
        return "ECS replaces the tasks in a deployment, and rolls it back when it fails."

    def deploy(self, request: DeployRequest, terraform: Terraform) -> Deployed:
        """Bring an image into service.

        Args:
            request: which image.
            terraform: applies the task definition alone where a migration needs it first, then the service layer; that
                ends when ECS has replaced the tasks.

        Raises:
            BadRequestError: the request has `force` or `count`.
            RefusedError: ECR has no such image; nothing was changed.
            LostError: somebody else deployed at the same moment.
            FailedError: the migration failed, or the image does not run after the deployment.
        """
        self._require_no_colours(request)
        name, result = self.context.service, self.context.reporter.result
        before = self.ecs.describe()
        if self._is_deployed(request, before):
            result(f"{name} runs {request.image} already, with {counted(before.running, 'task')}; nothing to deploy.")
            return Deployed(changed=False)
        self._request_image(request)
        if request.migration and before.image != request.image:
            terraform.register_task_definition(self.outputs.service_name)
            self._migrate_first(request, self._require_registered(request))
        try:
            terraform.apply()
        except BaseException:
            self._report_failure(request)
            raise
        state = self.ecs.describe()
        if state.image != request.image:
            raise FailedError(
                f"Terraform has applied, and {name} still runs {state.image}: ECS rolled the deployment back, or "
                f"somebody else has deployed.\n{diagnose(self.ecs, state, self.health(state))}"
            )
        result(
            f"{name} runs {request.image} with {counted(state.running, 'task')}, {self.health(state).summary}.",
            style="green",
        )
        return Deployed(changed=True)

    def deployments_in_progress(self) -> Sequence[str]:
        """Return none: ECS reports its own deployments."""
        return ()

    def rollback_alarms(self, state: EcsServiceState) -> Sequence[str]:
        """Return the names of the alarms that ECS observes during a deployment."""
        return state.alarm_names

    def _report_failure(self, request: DeployRequest) -> None:
        """Say what ECS and the load balancer report; Terraform's own error follows."""
        state = self.ecs.describe()
        if state.image == request.image and state.is_steady:
            return
        self.context.reporter.say(
            f"{self.context.service} still serves {state.image}.\n{diagnose(self.ecs, state, self.health(state))}\n"
            f"Fix it and deploy again. Until then every apply tries {request.image} once more; to give it up: "
            f"./windlass deploy {self.context.arguments} --image {state.image}",
            style="yellow",
        )
