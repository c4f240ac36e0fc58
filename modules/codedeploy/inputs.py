"""Inputs of CodeDeploy for an ECS service."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aws.account import Account
from aws.quotas import CODEDEPLOY_ALARMS_PER_GROUP


@dataclass(frozen=True, kw_only=True)
class ServiceInputs:
    """The ECS service; its deployment controller is `CODE_DEPLOY`."""

    cluster_name: str
    """Cluster of the service."""

    service_name: str
    """Name of the service."""

    role_arns: Sequence[str]
    """Execution and task role of its task definitions, which CodeDeploy passes on to new tasks."""


@dataclass(frozen=True, kw_only=True)
class TrafficInputs:
    """The target groups and listeners between which CodeDeploy shifts traffic."""

    target_group_names: Sequence[str]
    """Exactly two: one for the live tasks, one for their replacements."""

    listener_arn: str
    """The listener for production traffic."""

    listener_rule_arns: Sequence[str]
    """The service's rules of that listener; CodeDeploy may change no others."""

    test_listener_arn: str | None = None
    """The listener for test traffic, which reaches the new tasks before production traffic does. Default: none."""

    def __post_init__(self) -> None:
        """Refuse what CodeDeploy would refuse."""
        if len(self.target_group_names) != 2:
            raise ValueError(f"target_group_names has {len(self.target_group_names)} names; CodeDeploy needs two")


@dataclass(frozen=True, kw_only=True)
class RollbackInputs:
    """When CodeDeploy rolls a deployment back."""

    alarm_names: Sequence[str] = ()
    """CloudWatch alarms, at most 10. Default: none; only a failed deployment is rolled back."""

    on_request: bool = False
    """Also roll back a deployment that a user stops. Default: no; the user chooses."""

    def __post_init__(self) -> None:
        """Refuse what CodeDeploy would refuse."""
        if len(self.alarm_names) > CODEDEPLOY_ALARMS_PER_GROUP:
            raise ValueError(
                f"alarm_names has {len(self.alarm_names)} alarms; allowed are {CODEDEPLOY_ALARMS_PER_GROUP}"
            )


@dataclass(frozen=True, kw_only=True)
class CodeDeployInputs:
    """What is deployed, how fast traffic shifts, and when it is rolled back."""

    name: str
    """Name of the application and of its one deployment group; 1 to 53 letters, digits, `+=,.@_-`. `-codedeploy` is
    added for the role, and IAM stops at 64."""

    account: Account
    """Account and region of the service."""

    service: ServiceInputs
    """The ECS service that is deployed."""

    traffic: TrafficInputs
    """How traffic reaches it."""

    rollback: RollbackInputs = field(default_factory=RollbackInputs)
    """When a deployment is rolled back. Default: when it fails."""

    deployment_config_name: str = "CodeDeployDefault.ECSCanary10Percent5Minutes"
    """How fast traffic shifts. Default: 10 % for five minutes, then all, so that alarms have data to evaluate."""

    termination_wait_minutes: int = 60
    """Minutes that the old tasks are kept after the shift, 0 to 2880. Default: 60; a rollback is instant until then
    (B04)."""

    test_wait_minutes: int = 0
    """How long CodeDeploy waits for a user to continue while only test traffic reaches the new tasks, 0 to 2880. The
    deployment stops when no one does. Default: 0, it continues automatically."""

    def __post_init__(self) -> None:
        """Refuse what CodeDeploy or IAM would refuse."""
        if "${" not in self.name and not 1 <= len(self.name) <= 53:
            raise ValueError(f'name is "{self.name}" with {len(self.name)} characters; allowed are 1 to 53')
        for name in ("termination_wait_minutes", "test_wait_minutes"):
            if not 0 <= getattr(self, name) <= 2880:
                raise ValueError(f"{name} is {getattr(self, name)}; allowed are 0 to 2880")
