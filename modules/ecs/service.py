"""A service on Fargate: a task definition that ECS keeps running, scaled, reachable and deployed with a safety net."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cdktf import TerraformResource
from cdktf_cdktf_provider_aws.ecs_service import (
    EcsService,
    EcsServiceAlarms,
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceDeploymentController,
    EcsServiceLoadBalancer,
    EcsServiceNetworkConfiguration,
    EcsServiceServiceRegistries,
)
from constructs import Construct

from modules.containers.container import NAME
from modules.ecs.capacity import CapacityInputs, capacity_provider_strategy
from modules.ecs.deployment import DeploymentInputs, lifecycle
from modules.ecs.discovery import DiscoveryInputs, add_discovery
from modules.ecs.scaling import ScalingInputs, add_scaling
from modules.ecs.task_definition import TaskDefinition, TaskDefinitionInputs


@dataclass(frozen=True, kw_only=True)
class NetworkInputs:
    """Where the tasks are in the network."""

    subnet_ids: Sequence[str]
    """Subnets to spread the tasks over."""

    security_group_ids: Sequence[str]
    """Security groups of the tasks, which decide who reaches whom (N03)."""

    assign_public_ip: bool = False
    """Public addresses, which save the NAT gateway where the subnets are public (N02). Default: none."""


@dataclass(frozen=True, kw_only=True)
class LoadBalancerTarget:
    """A target group that the tasks join."""

    target_group_arn: str
    """The target group."""

    container_name: str
    """The container that gets the requests."""

    container_port: int
    """The port of it that gets the requests."""


@dataclass(frozen=True, kw_only=True)
class LoadBalancing:
    """The target groups of a service, and the time that its tasks have to pass their checks."""

    targets: Sequence[LoadBalancerTarget]
    """At least one, at most five."""

    health_check_grace_period_seconds: int = 300
    """Time after the start in which failed checks do not stop a task, 0 to 2147483647. Default: 300 (A08)."""


@dataclass(frozen=True, kw_only=True)
class ServiceInputs:
    """What the service runs, where, and how many of it."""

    name: str
    """Name of the service in its cluster; 1 to 255 letters, digits, hyphens and underscores."""

    cluster_arn: str
    """The cluster."""

    cluster_name: str
    """Its name, which scaling refers to."""

    task: TaskDefinitionInputs
    """What runs."""

    network: NetworkInputs
    """Where it is in the network."""

    desired_count: int
    """Tasks at the start."""

    ignore_desired_count: bool = True
    """Leave the count to scaling and to people after the start (E07). Default: yes; otherwise every apply would set
    it back, and wake an idle colour."""

    capacity: CapacityInputs = field(default_factory=CapacityInputs)
    """Fargate and Fargate Spot. Default: Fargate only."""

    deployment: DeploymentInputs = field(default_factory=DeploymentInputs)
    """How revisions replace each other. Default: without a gap, and back when it fails."""

    load_balancing: LoadBalancing | None = None
    """Target groups. Default: none. Put the listener rule that uses them into `depends_on`."""

    discovery: DiscoveryInputs | None = None
    """A name in the VPC. Default: none."""

    scaling: ScalingInputs | None = None
    """Application Auto Scaling. Default: the count stays as it is."""

    enable_execute_command: bool = False
    """Let people with the right permission run a shell in a container. Default: no. The task role must allow it."""

    availability_zone_rebalancing: bool = True
    """Move tasks when the zones have become uneven. Default: yes."""

    depends_on: Sequence[TerraformResource | str] = ()
    """Resources, or their addresses (`aws_lb_listener_rule.web`), that must be there before the first task starts: the
    listener rule (ECS refuses a target group that no load balancer uses) and the policies of the roles (the ARN of a
    role does not wait for them)."""


@dataclass(frozen=True, kw_only=True)
class ServiceOutputs:
    """What others need to know of the service."""

    name: str
    """Name of the service."""

    arn: str
    """ARN of the service."""

    task_definition_arn: str
    """ARN of the task definition, with the revision."""

    task_definition_family: str
    """Name of the task definition."""

    log_group_name: str
    """Log group of its containers."""

    discovery_name: str | None
    """DNS name in the VPC, or nothing."""


class Service(Construct):
    """An ECS service on Fargate with its task definition, log group, scaling and name."""

    outputs: ServiceOutputs

    def __init__(self, scope: Construct, id_: str, inputs: ServiceInputs) -> None:
        super().__init__(scope, id_)
        if "${" not in inputs.name and not NAME.fullmatch(inputs.name):
            raise ValueError(f'service name is "{inputs.name}"; 1 to 255 letters, digits, "-" and "_" are allowed')
        if inputs.availability_zone_rebalancing and inputs.deployment.maximum_percent == 100:
            raise ValueError(
                "availability_zone_rebalancing needs a maximum_percent above 100; ECS moves by adding first"
            )
        task_definition = TaskDefinition(self, "task", inputs.task)
        task = task_definition.outputs
        targets = inputs.load_balancing.targets if inputs.load_balancing else ()
        for target in targets:
            if target.container_port not in task.container_ports.get(target.container_name, ()):
                raise ValueError(
                    f'target group of service "{inputs.name}" sends to port {target.container_port} of container '
                    f'"{target.container_name}", which no container of the task listens on'
                )
        registry_arn = add_discovery(self, inputs.discovery) if inputs.discovery else None
        deployment = inputs.deployment
        by_ecs = deployment.controller == "ECS"
        service = EcsService(
            self,
            "service",
            name=inputs.name,
            cluster=inputs.cluster_arn,
            task_definition=task.arn,
            desired_count=inputs.desired_count,
            platform_version="LATEST",
            # Not `launch_type`: a change between the two would replace the service.
            capacity_provider_strategy=capacity_provider_strategy(inputs.capacity),
            # The provider replaces the whole service when the strategy changes, unless this says that a rolling
            # deployment will do. By itself it changes nothing: it counts only when there is something to update.
            # ECS refuses it where CodeDeploy deploys, also when something else is updated.
            force_new_deployment=True if by_ecs else None,
            deployment_controller=None if by_ecs else EcsServiceDeploymentController(type=deployment.controller),
            network_configuration=EcsServiceNetworkConfiguration(
                subnets=list(inputs.network.subnet_ids),
                security_groups=list(inputs.network.security_group_ids),
                assign_public_ip=inputs.network.assign_public_ip,
            ),
            load_balancer=[
                EcsServiceLoadBalancer(
                    target_group_arn=target.target_group_arn,
                    container_name=target.container_name,
                    container_port=target.container_port,
                )
                for target in targets
            ]
            or None,
            health_check_grace_period_seconds=(
                inputs.load_balancing.health_check_grace_period_seconds if inputs.load_balancing else None
            ),
            service_registries=EcsServiceServiceRegistries(registry_arn=registry_arn) if registry_arn else None,
            deployment_minimum_healthy_percent=deployment.minimum_healthy_percent,
            deployment_maximum_percent=deployment.maximum_percent,
            deployment_circuit_breaker=(
                EcsServiceDeploymentCircuitBreaker(
                    enable=deployment.circuit_breaker, rollback=deployment.circuit_breaker
                )
                if by_ecs
                else None
            ),
            alarms=(
                EcsServiceAlarms(alarm_names=list(deployment.alarm_names), enable=True, rollback=True)
                if deployment.alarm_names
                else None
            ),
            availability_zone_rebalancing="ENABLED" if inputs.availability_zone_rebalancing else "DISABLED",
            enable_execute_command=inputs.enable_execute_command,
            # E08: tasks carry the service's tags, so that costs can be told apart.
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            wait_for_steady_state=deployment.wait_for_steady_state,
            lifecycle=lifecycle(inputs.name, inputs.deployment, task_definition, inputs.ignore_desired_count),
        )
        if inputs.depends_on:
            service.add_override("depends_on", [_address(resource) for resource in inputs.depends_on])
        name = service.name
        if inputs.scaling:
            add_scaling(self, inputs.scaling, cluster_name=inputs.cluster_name, service_name=name)
        self.outputs = ServiceOutputs(
            name=name,
            arn=service.id,
            task_definition_arn=task.arn,
            task_definition_family=task.family,
            log_group_name=task.log_group_name,
            discovery_name=f"{inputs.discovery.name}.{inputs.discovery.namespace_name}" if inputs.discovery else None,
        )


def _address(resource: TerraformResource | str) -> str:
    if isinstance(resource, str):
        return resource
    # Not `fqn`, which becomes `${…}`: Terraform wants plain addresses here.
    return f"{resource.terraform_resource_type}.{resource.friendly_unique_id}"
