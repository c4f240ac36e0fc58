"""Inputs of CodeDeploy for an ECS service."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aws.account import Account
from aws.quotas import CODEDEPLOY_ALARMS_PER_GROUP


@dataclass(frozen=True, kw_only=True)
class ServiceInputs:
    """The ECS service, whose deployment controller is `CODE_DEPLOY`."""

    cluster_name: str
    """Cluster of the service."""

    service_name: str
    """Name of the service."""

    role_arns: Sequence[str]
    """Execution and task role of its task definitions, which CodeDeploy passes on to new tasks."""


@dataclass(frozen=True, kw_only=True)
class TrafficInputs:
    """What CodeDeploy points at the new tasks."""

    target_group_names: Sequence[str]
    """Exactly two: one for the tasks that are live, one for those to come."""

    listener_arn: str
    """The listener that serves."""

    listener_rule_arns: Sequence[str]
    """The rules of that listener that belong to the service: CodeDeploy may change these and no others."""

    test_listener_arn: str | None = None
    """The listener that shows the new tasks before anybody else sees them. Default: none."""

    def __post_init__(self) -> None:
        """Refuse what CodeDeploy would refuse."""
        if len(self.target_group_names) != 2:
            raise ValueError(f"target_group_names has {len(self.target_group_names)} names; CodeDeploy needs two")


@dataclass(frozen=True, kw_only=True)
class RollbackInputs:
    """What takes a deployment back."""

    alarm_names: Sequence[str] = ()
    """CloudWatch alarms, at most 10. Default: none; a failure alone takes the deployment back."""

    on_request: bool = False
    """A deployment that somebody stops goes back too. Default: no; whoever stops it says which way."""

    def __post_init__(self) -> None:
        """Refuse what CodeDeploy would refuse."""
        if len(self.alarm_names) > CODEDEPLOY_ALARMS_PER_GROUP:
            raise ValueError(
                f"alarm_names has {len(self.alarm_names)} alarms; allowed are {CODEDEPLOY_ALARMS_PER_GROUP}"
            )


@dataclass(frozen=True, kw_only=True)
class CodeDeployInputs:
    """What is deployed, how fast, and how it goes back."""

    name: str
    """Name of the application and of its one deployment group; 1 to 53 letters, digits, `+=,.@_-`. `-codedeploy` is
    added for the role, and IAM stops at 64."""

    account: Account
    """Where."""

    service: ServiceInputs
    """What is deployed."""

    traffic: TrafficInputs
    """What is pointed at it."""

    rollback: RollbackInputs = field(default_factory=RollbackInputs)
    """What takes a deployment back. Default: a failure."""

    deployment_config_name: str = "CodeDeployDefault.ECSCanary10Percent5Minutes"
    """How fast requests shift. Default: a tenth for five minutes, then all, so that alarms have something to see."""

    termination_wait_minutes: int = 60
    """How long the old tasks stay after the shift, 0 to 2880. Default: 60, in which a rollback is instant (B04)."""

    test_wait_minutes: int = 0
    """How long CodeDeploy waits, with the new tasks on the test listener only, for somebody to say go on; 0 to 2880.
    When nobody does, the deployment stops. Default: 0, it goes on by itself."""

    def __post_init__(self) -> None:
        """Refuse what CodeDeploy or IAM would refuse."""
        if "${" not in self.name and not 1 <= len(self.name) <= 53:
            raise ValueError(f'name is "{self.name}" with {len(self.name)} characters; allowed are 1 to 53')
        for name in ("termination_wait_minutes", "test_wait_minutes"):
            if not 0 <= getattr(self, name) <= 2880:
                raise ValueError(f"{name} is {getattr(self, name)}; allowed are 0 to 2880")
