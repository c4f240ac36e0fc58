"""What web services of every strategy share: roles, tasks, networks, alarms, the dashboard, the image."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from constructs import Construct

from aws.colour import Colour
from config import Environment
from config.services import WebService
from layers import images
from layers.outputs import DataOutputs, NetworkOutputs
from layers.reachability import service_role
from layers.working_hours import working_hours
from modules import ecs
from modules.alb import LoadBalancerOutputs, RuleInputs, TargetGroupOutputs, TargetGroupSettings, TargetHealthCheck
from modules.iam import ExecuteCommandAccess, TaskRoles, TaskRolesInputs, TaskRolesOutputs
from modules.observability import (
    AlarmThresholds,
    ServiceDashboard,
    ServiceDashboardInputs,
    TargetAlarms,
    TargetAlarmsInputs,
)
from modules.web import (
    ImageParameter,
    ImageParameterInputs,
    ImageParameterOutputs,
    WebContainerInputs,
    web_container,
    web_volumes,
)

DEREGISTRATION_DELAY_SECONDS = 30

Settings = TypeVar("Settings", bound=WebService)


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What all services of an environment share."""

    environment: Environment
    network: NetworkOutputs
    data: DataOutputs
    load_balancer: LoadBalancerOutputs
    cluster: ecs.ClusterOutputs
    alarm_topic_arn: str

    def url(self, host_names: Sequence[str]) -> str:
        """Where a service with these host names answers; by the load balancer's own name where it has none."""
        return self.load_balancer.url(host_names[0] if host_names else self.load_balancer.dns_name)


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """One ECS service of a web service: a colour of it, or the whole."""

    id_: str
    """Construct id, which is part of the addresses."""

    suffix: str
    """What its names have behind that of the web service, so that two strategies never want one name."""

    colour: Colour | None = None
    """What the container is told. Default: nothing, for a service that has no sides."""

    image: ImageParameterOutputs
    target_group: TargetGroupOutputs
    desired_count: int
    roles: TaskRolesOutputs
    depends_on: Sequence[str]
    deployment: ecs.DeploymentInputs = field(default_factory=ecs.DeploymentInputs)
    availability_zone_rebalancing: bool = True


class WiredWebService(Construct, Generic[Settings]):
    """The parts that a strategy puts together."""

    def __init__(self, scope: Construct, name: str, settings: Settings, surroundings: Surroundings) -> None:
        super().__init__(scope, name)
        self._name, self._settings, self._around = name, settings, surroundings
        self._environment = surroundings.environment
        self._full_name = f"{self._environment.prefix}-{name}"
        self._secrets = self._container_secrets()

    def _container_secrets(self) -> dict[str, ecs.SecretReference]:
        secrets = {}
        if self._settings.uses_database:
            secrets["DATABASE_URL"] = ecs.SecretReference(arn=self._around.data.database_url_secret_arn)
        if self._settings.uses_cache and self._around.data.cache_url_secret_arn is not None:
            secrets["CACHE_URL"] = ecs.SecretReference(arn=self._around.data.cache_url_secret_arn)
        return secrets

    def _rule(self) -> RuleInputs:
        settings = self._settings
        return RuleInputs(
            listener_arn=self._around.load_balancer.listener_arn,
            priority=settings.priority,
            host_headers=settings.host_names,
            path_patterns=settings.path_patterns,
        )

    def _targets(self) -> TargetGroupSettings:
        return TargetGroupSettings(
            vpc_id=self._around.network.vpc_id,
            health_check=TargetHealthCheck(path=self._settings.health_check_path),
            deregistration_delay_seconds=DEREGISTRATION_DELAY_SECONDS,
        )

    def _image(self, id_: str, initial: str, colour: Colour | None = None) -> ImageParameterOutputs:
        path = (self._name, "image") if colour is None else (self._name, colour, "image")
        inputs = ImageParameterInputs(
            service=self._name,
            colour=colour,
            parameter_name=self._environment.path(*path),
            initial=initial,
            allow_moving_tags=self._environment.kind == "development",
        )
        return ImageParameter(self, id_, inputs).outputs

    def _roles(self, first_images: Sequence[str], log_groups: Sequence[str]) -> TaskRolesOutputs:
        """One pair of roles for all tasks of the service, whatever their colour (I01)."""
        aws = self._environment.aws
        # The service's own repository, and those that the environment file names: what a deployment may choose from.
        named = [images.repository_arn(image) for image in first_images]
        repositories = {self._around.data.repository_arns[self._name], *(arn for arn in named if arn is not None)}
        inputs = TaskRolesInputs(
            name=self._full_name,
            region=aws.region,
            account_id=aws.account_id,
            partition=aws.partition,
            repository_arns=sorted(repositories),
            log_group_arns=[
                f"arn:{aws.partition}:logs:{aws.region}:{aws.account_id}:log-group:{log_group}"
                for log_group in log_groups
            ],
            secret_arns=[secret.arn for secret in self._secrets.values()],
            kms_key_arns=[self._around.network.kms_key_arn] if self._secrets else [],
            execute_command=self._execute_command_access(),
        )
        return TaskRoles(self, "roles", inputs).outputs

    def _execute_command_access(self) -> ExecuteCommandAccess | None:
        if not self._environment.cluster.execute_command:
            return None
        return ExecuteCommandAccess(
            log_group_arn=self._around.cluster.execute_command_log_group_arn,
            kms_key_arn=self._around.network.kms_key_arn,
        )

    def _service(self, tasks: Tasks) -> ecs.ServiceOutputs:
        settings, network = self._settings, self._around.network
        public = self._environment.network.egress == "public-ip"
        inputs = ecs.ServiceInputs(
            name=f"{self._full_name}{tasks.suffix}",
            cluster_arn=self._around.cluster.arn,
            cluster_name=self._around.cluster.name,
            task=self._task(tasks),
            network=ecs.NetworkInputs(
                subnet_ids=list((network.public_subnet_ids if public else network.private_subnet_ids).values()),
                security_group_ids=[network.security_group_ids[service_role(self._name)]],
                assign_public_ip=public,
            ),
            desired_count=tasks.desired_count,
            capacity=ecs.CapacityInputs(spot_percent=settings.spot_percent, on_demand_base=self._on_demand_base()),
            load_balancing=ecs.LoadBalancing(
                targets=[
                    ecs.LoadBalancerTarget(
                        target_group_arn=tasks.target_group.arn,
                        container_name=self._name,
                        container_port=settings.port,
                    )
                ],
                health_check_grace_period_seconds=settings.health_check_grace_period_seconds,
            ),
            scaling=ecs.ScalingInputs(
                min_count=settings.min_count,
                max_count=settings.max_count,
                working_hours=working_hours(self._environment, self._name),
            ),
            deployment=tasks.deployment,
            enable_execute_command=self._environment.cluster.execute_command,
            availability_zone_rebalancing=tasks.availability_zone_rebalancing,
            depends_on=[*tasks.depends_on, *tasks.roles.policy_addresses],
        )
        return ecs.Service(self, tasks.id_, inputs).outputs

    def _task(self, tasks: Tasks) -> ecs.TaskDefinitionInputs:
        environment, settings = self._environment, self._settings
        container = web_container(
            WebContainerInputs(
                name=self._name,
                image=tasks.image.image,
                colour=tasks.colour,
                version=tasks.image.version,
                port=settings.port,
                health_check_command=settings.health_check_command,
                environment=settings.environment,
                secrets=self._secrets,
            )
        )
        return ecs.TaskDefinitionInputs(
            family=f"{self._full_name}{tasks.suffix}",
            region=environment.aws.region,
            containers=[container],
            log_group=ecs.LogGroupInputs(
                name=self._log_group(tasks.suffix),
                retention_days=environment.cluster.logs_retention_days,
                kms_key_arn=self._around.network.kms_key_arn,
            ),
            execution_role_arn=tasks.roles.execution_role_arn,
            task_role_arn=tasks.roles.task_role_arn,
            size=ecs.TaskSize(
                cpu_units=settings.cpu,
                memory_mib=settings.memory_mib,
                ephemeral_storage_gib=settings.ephemeral_storage_gib,
                architecture=settings.architecture,
            ),
            volumes=web_volumes(),
            allow_moving_tags=environment.kind == "development",
            keep_old_revisions=not environment.is_throw_away,
        )

    def _alarms(self, id_: str, suffix: str, group: TargetGroupOutputs) -> tuple[Sequence[str], Sequence[str]]:
        """Alarms over one target group: their names, and their addresses for whoever must wait for them."""
        thresholds = self._settings.alarms
        inputs = TargetAlarmsInputs(
            name=f"{self._full_name}{suffix}",
            load_balancer_arn_suffix=self._around.load_balancer.arn_suffix,
            target_group_arn_suffix=group.arn_suffix,
            topic_arns=[self._around.alarm_topic_arn],
            thresholds=AlarmThresholds(
                error_percent=thresholds.error_percent,
                latency_p99_seconds=thresholds.latency_p99_seconds,
                minutes=thresholds.minutes,
            ),
        )
        alarms = TargetAlarms(self, id_, inputs)
        addresses = [f"{alarm.terraform_resource_type}.{alarm.friendly_unique_id}" for alarm in alarms.node.children]  # type: ignore[attr-defined]
        return alarms.outputs.alarm_names, addresses

    def _dashboard(self, groups: Mapping[str, TargetGroupOutputs], service_names: Mapping[str, str]) -> None:
        page = ServiceDashboardInputs(
            name=self._full_name,
            region=self._environment.aws.region,
            load_balancer_arn_suffix=self._around.load_balancer.arn_suffix,
            target_group_arn_suffixes={label: group.arn_suffix for label, group in groups.items()},
            cluster_name=self._around.cluster.name,
            service_names=service_names,
        )
        ServiceDashboard(self, "dashboard", page)

    def _log_group(self, suffix: str) -> str:
        return self._environment.path(self._name, suffix.removeprefix("-"))

    def _on_demand_base(self) -> int:
        """Spot never takes the tasks that must be there; in development it may take all."""
        return 0 if self._settings.spot_percent == 100 else self._settings.min_count
