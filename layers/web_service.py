"""One web service of the environment: two ECS services, blue and green, behind one listener rule."""

from collections.abc import Mapping
from dataclasses import dataclass

from constructs import Construct

from config import Environment
from config.services import WebService
from layers import images
from layers.outputs import DataOutputs, NetworkOutputs
from layers.reachability import service_role
from modules import ecs
from modules.alb import (
    BlueGreenRoute,
    BlueGreenRouteInputs,
    BlueGreenRouteOutputs,
    LoadBalancerOutputs,
    RuleInputs,
    TargetGroupSettings,
    TargetHealthCheck,
)
from modules.iam import ExecuteCommandAccess, TaskRoles, TaskRolesInputs, TaskRolesOutputs
from modules.observability import (
    AlarmThresholds,
    ServiceDashboard,
    ServiceDashboardInputs,
    TargetAlarms,
    TargetAlarmsInputs,
)
from modules.web import (
    COLOURS,
    ColourImage,
    ColourImageInputs,
    ColourImageOutputs,
    LiveColour,
    LiveColourInputs,
    WebContainerInputs,
    web_container,
    web_volumes,
)
from modules.web.colour import Colour

DEREGISTRATION_DELAY_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What all services of an environment share."""

    environment: Environment
    network: NetworkOutputs
    data: DataOutputs
    load_balancer: LoadBalancerOutputs
    cluster: ecs.ClusterOutputs
    alarm_topic_arn: str


class WebServicePair(Construct):
    """Wires one web service. The live colour's parameter decides the weights; see docs/architecture.md."""

    colour_parameter: str
    image_parameters: Mapping[str, str]
    listener_rule_arn: str
    target_group_arns: Mapping[str, str]
    service_names: Mapping[str, str]

    def __init__(self, scope: Construct, name: str, settings: WebService, surroundings: Surroundings) -> None:
        super().__init__(scope, name)
        self._name, self._settings, self._around = name, settings, surroundings
        self._environment = surroundings.environment
        self._full_name = f"{self._environment.prefix}-{name}"
        self._secrets = self._container_secrets()
        live = LiveColour(
            self,
            "live-colour",
            LiveColourInputs(service=name, parameter_name=self._environment.path(name, "colour")),
        ).outputs
        self._images = {colour: self._image_of(colour) for colour in COLOURS}
        route = self._route(live.weights)
        roles = self._roles()
        self.colour_parameter = live.parameter_name
        self.image_parameters = {colour: image.parameter_name for colour, image in self._images.items()}
        self.listener_rule_arn = route.listener_rule_arn
        self.target_group_arns = {colour: group.arn for colour, group in route.target_groups.items()}
        self.service_names = {colour: self._service(colour, route, roles) for colour in COLOURS}
        self._watch(route)

    def _container_secrets(self) -> dict[str, ecs.SecretReference]:
        secrets = {}
        if self._settings.uses_database:
            secrets["DATABASE_URL"] = ecs.SecretReference(arn=self._around.data.database_url_secret_arn)
        if self._settings.uses_cache and self._around.data.cache_url_secret_arn is not None:
            secrets["CACHE_URL"] = ecs.SecretReference(arn=self._around.data.cache_url_secret_arn)
        return secrets

    def _route(self, weights: Mapping[str, str]) -> BlueGreenRouteOutputs:
        settings = self._settings
        inputs = BlueGreenRouteInputs(
            name=self._full_name,
            rule=RuleInputs(
                listener_arn=self._around.load_balancer.listener_arn,
                priority=settings.priority,
                host_headers=settings.host_names,
                path_patterns=settings.path_patterns,
            ),
            targets=TargetGroupSettings(
                vpc_id=self._around.network.vpc_id,
                health_check=TargetHealthCheck(path=settings.health_check_path),
                deregistration_delay_seconds=DEREGISTRATION_DELAY_SECONDS,
            ),
            blue_weight=weights["blue"],
            green_weight=weights["green"],
        )
        return BlueGreenRoute(self, "route", inputs).outputs

    def _roles(self) -> TaskRolesOutputs:
        """One pair of roles for both colours: they are the same service (I01)."""
        aws = self._environment.aws
        # The service's own repository, and those that the environment file names: what a deployment may choose from.
        named = [images.repository_arn(self._first_image(colour), aws.partition) for colour in COLOURS]
        repositories = {self._around.data.repository_arns[self._name], *(arn for arn in named if arn is not None)}
        inputs = TaskRolesInputs(
            name=self._full_name,
            region=aws.region,
            account_id=aws.account_id,
            partition=aws.partition,
            repository_arns=sorted(repositories),
            log_group_arns=[
                f"arn:{aws.partition}:logs:{aws.region}:{aws.account_id}:log-group:{self._log_group(colour)}"
                for colour in COLOURS
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

    def _service(self, colour: Colour, route: BlueGreenRouteOutputs, roles: TaskRolesOutputs) -> str:
        settings, network = self._settings, self._around.network
        public = self._environment.network.egress == "public-ip"
        inputs = ecs.ServiceInputs(
            name=f"{self._full_name}-{colour}",
            cluster_arn=self._around.cluster.arn,
            cluster_name=self._around.cluster.name,
            task=self._task(colour, roles),
            network=ecs.NetworkInputs(
                subnet_ids=list((network.public_subnet_ids if public else network.private_subnet_ids).values()),
                security_group_ids=[network.security_group_ids[service_role(self._name)]],
                assign_public_ip=public,
            ),
            # The idle colour starts with no tasks; whoever switches scales it up first (B04).
            desired_count=settings.desired_count if colour == "blue" else 0,
            capacity=ecs.CapacityInputs(spot_percent=settings.spot_percent, on_demand_base=self._on_demand_base()),
            load_balancing=ecs.LoadBalancing(
                targets=[
                    ecs.LoadBalancerTarget(
                        target_group_arn=route.target_groups[colour].arn,
                        container_name=self._name,
                        container_port=settings.port,
                    )
                ],
                health_check_grace_period_seconds=settings.health_check_grace_period_seconds,
            ),
            scaling=ecs.ScalingInputs(min_count=settings.min_count, max_count=settings.max_count),
            enable_execute_command=self._environment.cluster.execute_command,
            depends_on=[route.listener_rule_address, *roles.policy_addresses],
        )
        return ecs.Service(self, colour, inputs).outputs.name

    def _task(self, colour: Colour, roles: TaskRolesOutputs) -> ecs.TaskDefinitionInputs:
        environment, settings, image = self._environment, self._settings, self._images[colour]
        container = web_container(
            WebContainerInputs(
                name=self._name,
                image=image.image,
                colour=colour,
                version=image.version,
                port=settings.port,
                environment=settings.environment,
                secrets=self._secrets,
            )
        )
        return ecs.TaskDefinitionInputs(
            family=f"{self._full_name}-{colour}",
            region=environment.aws.region,
            containers=[container],
            log_group=ecs.LogGroupInputs(
                name=self._log_group(colour),
                retention_days=environment.cluster.logs_retention_days,
                kms_key_arn=self._around.network.kms_key_arn,
            ),
            execution_role_arn=roles.execution_role_arn,
            task_role_arn=roles.task_role_arn,
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

    def _watch(self, route: BlueGreenRouteOutputs) -> None:
        """Alarms for each colour, which a canary watches, and a page that shows both."""
        balancer, thresholds = self._around.load_balancer, self._settings.alarms
        for colour in COLOURS:
            inputs = TargetAlarmsInputs(
                name=f"{self._full_name}-{colour}",
                load_balancer_arn_suffix=balancer.arn_suffix,
                target_group_arn_suffix=route.target_groups[colour].arn_suffix,
                topic_arns=[self._around.alarm_topic_arn],
                thresholds=AlarmThresholds(
                    error_percent=thresholds.error_percent,
                    latency_p99_seconds=thresholds.latency_p99_seconds,
                    minutes=thresholds.minutes,
                ),
            )
            TargetAlarms(self, f"{colour}-alarms", inputs)
        page = ServiceDashboardInputs(
            name=self._full_name,
            region=self._environment.aws.region,
            load_balancer_arn_suffix=balancer.arn_suffix,
            target_group_arn_suffixes={colour: route.target_groups[colour].arn_suffix for colour in COLOURS},
            cluster_name=self._around.cluster.name,
            service_names=self.service_names,
        )
        ServiceDashboard(self, "dashboard", page)

    def _image_of(self, colour: Colour) -> ColourImageOutputs:
        inputs = ColourImageInputs(
            service=self._name,
            colour=colour,
            parameter_name=self._environment.path(self._name, colour, "image"),
            initial=self._first_image(colour),
            allow_moving_tags=self._environment.kind == "development",
        )
        return ColourImage(self, f"{colour}-image", inputs).outputs

    def _first_image(self, colour: Colour) -> str:
        side = self._settings.blue if colour == "blue" else self._settings.green
        return side.image

    def _log_group(self, colour: Colour) -> str:
        return self._environment.path(self._name, colour)

    def _on_demand_base(self) -> int:
        """Spot never takes the tasks that must be there; in development it may take all."""
        return 0 if self._settings.spot_percent == 100 else self._settings.min_count
