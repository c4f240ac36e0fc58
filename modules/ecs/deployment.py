"""How a new revision of a service replaces the old one, and which attributes Terraform ignores because of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cdktf import Postcondition, TerraformResourceLifecycle

from modules.ecs.task_definition import TaskDefinition


@dataclass(frozen=True, kw_only=True)
class DeploymentInputs:
    """How a new revision replaces the old one, and when it is rolled back."""

    controller: Literal["ECS", "CODE_DEPLOY"] = "ECS"
    """Deployment controller. Default: ECS. With CODE_DEPLOY only the percentages below apply: the deployment group
    decides the rest, and Terraform ignores task definition and target group. A change of controller replaces the
    service, and so does a change of its capacity providers."""

    minimum_healthy_percent: int = 100
    """Share of the desired tasks that keeps running during a deployment. Default: 100."""

    maximum_percent: int = 200
    """Share of the desired tasks that may run at once. Default: 200. A singleton needs 100 with a minimum of 0, which
    stops the old task first; then `availability_zone_rebalancing` must be off."""

    circuit_breaker: bool = True
    """Stop a deployment whose tasks do not start, and roll back (E01). Default: yes."""

    alarm_names: Sequence[str] = ()
    """CloudWatch alarms that also roll a deployment back. Default: none."""

    wait_for_steady_state: bool = False
    """`terraform apply` waits for the deployment. Default: no; a stuck deployment would keep the state locked."""

    fail_on_rollback: bool = False
    """`terraform apply` fails when ECS rolled the deployment back. The provider reports success: the old tasks are a
    steady state too. Default: no; needs `wait_for_steady_state`."""

    def __post_init__(self) -> None:
        """Refuse what ECS would refuse."""
        if not 0 <= self.minimum_healthy_percent <= 100:
            raise ValueError(f"minimum_healthy_percent is {self.minimum_healthy_percent}; allowed are 0 to 100")
        if not 100 <= self.maximum_percent <= 200:
            raise ValueError(f"maximum_percent is {self.maximum_percent}; allowed are 100 to 200")
        if self.minimum_healthy_percent == self.maximum_percent:
            raise ValueError("minimum_healthy_percent and maximum_percent are both 100; no task could ever be replaced")
        if self.fail_on_rollback and not self.wait_for_steady_state:
            raise ValueError("fail_on_rollback needs wait_for_steady_state; the outcome is not known before")
        if self.controller == "CODE_DEPLOY" and (self.alarm_names or self.wait_for_steady_state):
            raise ValueError(
                "alarm_names and wait_for_steady_state are for ECS's own deployments; "
                "with controller CODE_DEPLOY they belong to its deployment group"
            )


def lifecycle(
    name: str, deployment: DeploymentInputs, task: TaskDefinition, ignore_desired_count: bool
) -> TerraformResourceLifecycle | None:
    """Return which attributes of the service Terraform ignores, and what it checks after an apply."""
    ignored = ["desired_count"] if ignore_desired_count else []
    if deployment.controller == "CODE_DEPLOY":
        ignored += ["task_definition", "load_balancer"]
    postcondition = [_not_rolled_back(name, task)] if deployment.fail_on_rollback else None
    if not ignored and postcondition is None:
        return None
    return TerraformResourceLifecycle(ignore_changes=ignored or None, postcondition=postcondition)


def _not_rolled_back(name: str, task: TaskDefinition) -> Postcondition:
    """E01: after a rollback the service runs the old revision; only this attribute shows it."""
    target = f"aws_ecs_task_definition.{task.node.find_child('definition').friendly_unique_id}.arn"  # type: ignore[attr-defined]
    return Postcondition(
        condition=f"${{self.task_definition == {target}}}",
        error_message=(
            f"ECS rolled back the deployment of {name}: its tasks did not start, or an alarm went off. The service "
            f"still runs ${{self.task_definition}}; requested was ${{{target}}}. See the service's events for the "
            "reason. The next plan shows the change again."
        ),
    )
