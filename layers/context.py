"""What all ECS services of an environment share: settings, the layers below, load balancer, cluster, alarm topic."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws.account import Account
from config import Environment
from layers.listener_certificates import ListenerCertificates
from layers.outputs import DataOutputs, NetworkOutputs
from modules import ecs
from modules.alb import LoadBalancerOutputs
from modules.iam import ExecuteCommandAccess

DEREGISTRATION_DELAY_SECONDS = 30
"""How long a load balancer keeps connections to a target that is deregistered."""


@dataclass(frozen=True, kw_only=True)
class ServiceContext:
    """Given to everything in the service layer that runs tasks."""

    environment: Environment

    network: NetworkOutputs
    """Outputs of the network layer."""

    data: DataOutputs
    """Outputs of the data layer."""

    load_balancer: LoadBalancerOutputs

    certificates: ListenerCertificates | None = None
    """Certificates of HTTPS listeners. Default: none, without HTTPS."""

    cluster: ecs.ClusterOutputs

    sessions_key_arn: str | None = None
    """Key of ECS Exec's sessions. Default: none, without ECS Exec."""

    alarm_topic_arn: str
    """SNS topic that alarms notify."""

    @property
    def account(self) -> Account:
        """The account and region, which ARNs are made of."""
        return self.environment.aws.account

    def url(self, host_names: Sequence[str]) -> str:
        """URL of a service: its first host name, or the load balancer's own name where it has none."""
        return self.load_balancer.url(host_names[0] if host_names else self.load_balancer.dns_name)

    @property
    def tasks_are_public(self) -> bool:
        """Whether tasks have public addresses, in public subnets, instead of a NAT gateway (N02)."""
        return self.environment.network.egress == "public-ip"

    @property
    def task_subnet_ids(self) -> Sequence[str]:
        """Subnets that tasks run in."""
        network = self.network
        return list((network.public_subnet_ids if self.tasks_are_public else network.private_subnet_ids).values())

    @property
    def allows_moving_tags(self) -> bool:
        """Whether images may have tags such as `latest` (E05): in development only."""
        return self.environment.kind == "development"

    def log_group(self, name: str) -> ecs.LogGroupInputs:
        """A log group with the environment's retention and key.

        Args:
            name: the group's name, such as `/windlass/prod/web/blue`.
        """
        return ecs.LogGroupInputs(
            name=name,
            retention_days=self.environment.cluster.logs_retention_days,
            kms_key_arn=self.network.kms_key_arn,
        )

    def log_group_arn(self, name: str) -> str:
        """ARN of a log group, without `:*`."""
        return self.account.arn("logs", f"log-group:{name}")

    @property
    def execute_command_access(self) -> ExecuteCommandAccess:
        """What a task role needs for ECS Exec."""
        return ExecuteCommandAccess(
            log_group_arn=self.cluster.execute_command_log_group_arn, kms_key_arn=self.sessions_key_arn
        )


def sessions_key_name(environment: Environment) -> str:
    """Name of the key for sessions of ECS Exec, whose alias the role `operate` is allowed to encrypt with."""
    return f"{environment.prefix}-sessions"
