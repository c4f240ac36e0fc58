"""What web services of every strategy have in common: images, roles, tasks, alarms, the dashboard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from constructs import Construct

from aws.colour import Colour
from aws.root_certificates import root_certificates
from config.service_container_rules import volume_word
from config.services import WebService
from layers import images
from layers.context import DEREGISTRATION_DELAY_SECONDS, ServiceContext
from layers.ecs_service import EcsServiceSpec, TaskSpec, ecs_service
from layers.reachability import service_role
from layers.service_secret_names import existing_secret_arns
from layers.service_secrets import secret_references
from layers.web.permissions import managed_policy_arns, task_statements
from layers.working_hours import working_hours
from modules import ecs
from modules.alb import RuleInputs, TargetGroupOutputs, TargetGroupSettings, TargetHealthCheck
from modules.iam import TaskRoles, TaskRolesInputs, TaskRolesOutputs
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
    web_containers,
    web_volumes,
)

Settings = TypeVar("Settings", bound=WebService)


@dataclass(frozen=True, kw_only=True)
class WebEcsServiceSpec:
    """What differs between the ECS services of web services: one of two colours, or a single one."""

    id_: str
    """Construct id, which is part of the addresses: one of `aws.strategy.ECS_SERVICES`."""

    colour: Colour | None = None
    """The colour, which the container gets as a variable. Default: none, for a service without colours."""

    target_group: TargetGroupOutputs
    desired_count: int
    first_min_count: int | None = None
    """Minimum of its scaling at creation; a release owns it afterwards. Default: Terraform owns it."""
    roles: TaskRolesOutputs
    depends_on: Sequence[str]
    deployment: ecs.DeploymentInputs = field(default_factory=ecs.DeploymentInputs)
    availability_zone_rebalancing: bool = True

    @property
    def suffix(self) -> str:
        """Appended to the web service's name in all names, so that two strategies never use the same one."""
        return f"-{self.id_}"


class WebServiceBase(Construct, Generic[Settings]):
    """The parts that a strategy combines."""

    def __init__(self, scope: Construct, name: str, settings: Settings, context: ServiceContext) -> None:
        super().__init__(scope, name)
        self._name, self._settings, self._context = name, settings, context
        self._environment = context.environment
        self._full_name = f"{self._environment.prefix}-{name}"
        self._urls = self._url_secrets()
        self._secrets = {**self._urls, **secret_references(name, settings, context.data.service_secret_arns)}
        self._images = {colour: self._image(colour, image) for colour, image in settings.initial_images.items()}

    def _url_secrets(self) -> dict[str, ecs.SecretReference]:
        secrets = {}
        if self._settings.uses_database:
            secrets["DATABASE_URL"] = ecs.SecretReference(arn=self._context.data.database_url_secret_arn)
        if self._settings.uses_cache and self._context.data.cache_url_secret_arn is not None:
            secrets["CACHE_URL"] = ecs.SecretReference(arn=self._context.data.cache_url_secret_arn)
        return secrets

    def _rule(self) -> RuleInputs:
        settings = self._settings
        return RuleInputs(
            listener_arn=self._context.load_balancer.listener_arn,
            priority=settings.priority,
            host_headers=settings.host_names,
            path_patterns=settings.path_patterns,
        )

    def _targets(self) -> TargetGroupSettings:
        return TargetGroupSettings(
            vpc_id=self._context.network.vpc_id,
            health_check=TargetHealthCheck(path=self._settings.health_check_path),
            deregistration_delay_seconds=DEREGISTRATION_DELAY_SECONDS,
        )

    def _image(self, colour: Colour | None, initial: str) -> ImageParameterOutputs:
        path = (self._name, "image") if colour is None else (self._name, colour, "image")
        inputs = ImageParameterInputs(
            service=self._name,
            colour=colour,
            parameter_name=self._environment.path(*path),
            initial=initial,
            allow_moving_tags=self._context.allows_moving_tags,
        )
        return ImageParameter(self, "image" if colour is None else f"{colour}-image", inputs).outputs

    def _roles(self, *suffixes: str) -> TaskRolesOutputs:
        """One pair of roles for all tasks of the service, whatever their colour (I01).

        Args:
            suffixes: those of the service's `WebEcsServiceSpec`s, which their log groups are named after.
        """
        aws = self._environment.aws
        # The service's own repository, and those that the environment file names: what a deployment may choose from.
        named = [images.repository_arn(image) for image in self._settings.initial_images.values()]
        repositories = {self._context.data.repository_arns[self._name], *(arn for arn in named if arn is not None)}
        secrets = list(dict.fromkeys(secret.arn for secret in self._secrets.values()))
        existing = existing_secret_arns(self._settings)
        inputs = TaskRolesInputs(
            name=self._full_name,
            account=aws.account,
            repository_arns=sorted(repositories),
            log_group_arns=[self._context.log_group_arn(self._log_group_name(suffix)) for suffix in suffixes],
            secret_arns=[arn for arn in secrets if ":ssm:" not in arn],
            parameter_arns=[arn for arn in secrets if ":ssm:" in arn],
            environment_file_arns=self._environment_files(),
            foreign_key_arns=self._settings.kms_key_arns,
            kms_key_arns=[
                *([self._context.network.kms_key_arn] if set(secrets) - set(existing) else []),
                *self._settings.kms_key_arns,
            ],
            task_statements=task_statements(
                self._settings.permissions,
                account=aws.account,
                own_path=self._environment.secret_path(self._name),
                environment_key_arn=self._context.network.kms_key_arn,
            ),
            managed_policy_arns=managed_policy_arns(self._settings.permissions, aws.account),
            execute_command=(
                self._context.execute_command_access if self._environment.cluster.execute_command else None
            ),
        )
        return TaskRoles(self, "roles", inputs).outputs

    def _service(self, spec: WebEcsServiceSpec) -> ecs.ServiceOutputs:
        settings, environment = self._settings, self._environment
        return ecs_service(
            self,
            spec.id_,
            self._context,
            EcsServiceSpec(
                task=self._task(spec),
                security_group_id=self._context.network.security_group_ids[service_role(self._name)],
                desired_count=spec.desired_count,
                capacity=ecs.CapacityInputs(spot_percent=settings.spot_percent, on_demand_base=self._on_demand_base()),
                load_balancing=ecs.LoadBalancing(
                    targets=[
                        ecs.LoadBalancerTarget(
                            target_group_arn=spec.target_group.arn,
                            container_name=self._name,
                            container_port=settings.port,
                        )
                    ],
                    health_check_grace_period_seconds=settings.health_check_grace_period_seconds,
                ),
                scaling=ecs.ScalingInputs(
                    min_count=settings.min_count,
                    max_count=settings.max_count,
                    first_min_count=spec.first_min_count,
                    working_hours=working_hours(environment, self._name),
                ),
                deployment=spec.deployment,
                enable_execute_command=environment.cluster.execute_command,
                availability_zone_rebalancing=spec.availability_zone_rebalancing,
                depends_on=spec.depends_on,
            ),
        )

    def _task(self, spec: WebEcsServiceSpec) -> TaskSpec:
        settings, environment, image = self._settings, self._environment, self._images[spec.colour]
        inputs = WebContainerInputs(
            name=self._name,
            image=image.image,
            colour=spec.colour,
            version=image.version,
            port=settings.port,
            keep_alive_seconds=environment.load_balancer.keep_alive_seconds,
            command=settings.command,
            entry_point=settings.entry_point,
            working_directory=settings.working_directory,
            user=settings.user,
            stop_timeout_seconds=settings.stop_timeout_seconds,
            read_only_root=settings.read_only_root,
            writable_folders={f"folder-{volume_word(path)}": path for path in settings.writable_folders},
            health_check_command=settings.health_check_command,
            environment=settings.environment,
            environment_file_arns=self._environment_files(),
            secrets=self._secrets,
            secrets_version=settings.secrets_version if settings.secrets or settings.environment_files else None,
            # For the URLs of what it connects to.
            root_certificates=root_certificates(environment.aws.region) if self._urls else None,
        )
        return TaskSpec(
            family=f"{self._full_name}{spec.suffix}",
            log_group_name=self._log_group_name(spec.suffix),
            containers=web_containers(inputs),
            roles=spec.roles,
            size=ecs.TaskSize(
                cpu_units=settings.cpu,
                memory_mib=settings.memory_mib,
                ephemeral_storage_gib=settings.ephemeral_storage_gib,
                architecture=settings.cpu_architecture,
            ),
            volumes=web_volumes(inputs),
        )

    def _alarms(self, id_: str, suffix: str, group: TargetGroupOutputs) -> tuple[Sequence[str], Sequence[str]]:
        """Alarms of one target group: their names, and their Terraform addresses for `depends_on`."""
        thresholds = self._settings.alarms
        inputs = TargetAlarmsInputs(
            name=f"{self._full_name}{suffix}",
            load_balancer_arn_suffix=self._context.load_balancer.arn_suffix,
            target_group_arn_suffix=group.arn_suffix,
            topic_arns=[self._context.alarm_topic_arn],
            thresholds=AlarmThresholds(
                error_percent=thresholds.error_percent,
                latency_p99_seconds=thresholds.latency_p99_seconds,
                minutes=thresholds.evaluation_minutes,
            ),
        )
        alarms = TargetAlarms(self, id_, inputs)
        addresses = [f"{alarm.terraform_resource_type}.{alarm.friendly_unique_id}" for alarm in alarms.node.children]  # type: ignore[attr-defined]
        return alarms.outputs.alarm_names, addresses

    def _dashboard(self, groups: Mapping[str, TargetGroupOutputs], service_names: Mapping[str, str]) -> None:
        inputs = ServiceDashboardInputs(
            name=self._full_name,
            region=self._environment.aws.region,
            load_balancer_arn_suffix=self._context.load_balancer.arn_suffix,
            target_group_arn_suffixes={label: group.arn_suffix for label, group in groups.items()},
            cluster_name=self._context.cluster.name,
            service_names=service_names,
        )
        ServiceDashboard(self, "dashboard", inputs)

    def _log_group_name(self, suffix: str) -> str:
        return self._environment.path(self._name, suffix.removeprefix("-"))

    def _environment_files(self) -> list[str]:
        return [self._environment.aws.account.bucket_arn(file) for file in self._settings.environment_files]

    def _on_demand_base(self) -> int:
        """Spot never runs the minimum number of tasks, except where it may run all of them."""
        return 0 if self._settings.spot_percent == 100 else self._settings.min_count
