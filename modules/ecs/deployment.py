"""How a new revision of a service replaces the old one, and what Terraform leaves to whoever does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cdktf import Postcondition, TerraformResourceLifecycle

from modules.ecs.task_definition import TaskDefinition


@dataclass(frozen=True, kw_only=True)
class DeploymentInputs:
    """How a new revision replaces the old one, and when it is taken back."""

    controller: Literal["ECS", "CODE_DEPLOY"] = "ECS"
    """Who replaces tasks. Default: ECS. With CODE_DEPLOY the fields below say nothing, but for the percentages: its
    deployment group decides, and Terraform leaves task definition and target group to it. A change of controller
    replaces the service, and so does a change of its capacity providers."""

    minimum_healthy_percent: int = 100
    """Tasks that stay while others are replaced. Default: all."""

    maximum_percent: int = 200
    """Tasks that may be there at once. Default: twice as many. 100 with a minimum of 0 replaces in place, which a
    singleton wants; then `availability_zone_rebalancing` must be off."""

    circuit_breaker: bool = True
    """Stop a deployment whose tasks do not come up, and go back (E01). Default: yes."""

    alarm_names: Sequence[str] = ()
    """CloudWatch alarms that also take a deployment back. Default: none."""

    wait_for_steady_state: bool = False
    """`terraform apply` ends only when the deployment has. Default: no; a stuck deployment would hold the state."""

    fail_when_taken_back: bool = False
    """`terraform apply` fails when ECS took the deployment back: the provider counts the old tasks as a steady state
    and says nothing. Default: no; it means something only together with `wait_for_steady_state`."""

    def __post_init__(self) -> None:
        """Refuse what ECS would refuse."""
        if not 0 <= self.minimum_healthy_percent <= 100:
            raise ValueError(f"minimum_healthy_percent is {self.minimum_healthy_percent}; allowed are 0 to 100")
        if not 100 <= self.maximum_percent <= 200:
            raise ValueError(f"maximum_percent is {self.maximum_percent}; allowed are 100 to 200")
        if self.minimum_healthy_percent == self.maximum_percent:
            raise ValueError("minimum_healthy_percent and maximum_percent are both 100; no task could ever be replaced")
        if self.fail_when_taken_back and not self.wait_for_steady_state:
            raise ValueError("fail_when_taken_back needs wait_for_steady_state; the outcome is not known before")
        if self.controller == "CODE_DEPLOY" and (self.alarm_names or self.wait_for_steady_state):
            raise ValueError(
                "alarm_names and wait_for_steady_state are for ECS's own deployments; "
                "with controller CODE_DEPLOY they belong to its deployment group"
            )


def lifecycle(
    name: str, deployment: DeploymentInputs, task: TaskDefinition, ignore_desired_count: bool
) -> TerraformResourceLifecycle | None:
    """Return what Terraform leaves alone in the service, and what it checks after an apply."""
    ignored = ["desired_count"] if ignore_desired_count else []
    if deployment.controller == "CODE_DEPLOY":
        ignored += ["task_definition", "load_balancer"]
    postcondition = [_not_taken_back(name, task)] if deployment.fail_when_taken_back else None
    if not ignored and postcondition is None:
        return None
    return TerraformResourceLifecycle(ignore_changes=ignored or None, postcondition=postcondition)


def _not_taken_back(name: str, task: TaskDefinition) -> Postcondition:
    """E01: after a rollback the service runs the old revision, and this attribute alone tells."""
    wanted = f"aws_ecs_task_definition.{task.node.find_child('definition').friendly_unique_id}.arn"  # type: ignore[attr-defined]
    return Postcondition(
        condition=f"${{self.task_definition == {wanted}}}",
        error_message=(
            f"ECS took the deployment of {name} back: its tasks did not come up, or an alarm rang. The service still "
            f"answers with ${{self.task_definition}}; asked for was ${{{wanted}}}. The events of the service say why. "
            "The next plan shows the change again."
        ),
    )
