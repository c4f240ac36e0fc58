"""An ECS service on Fargate, with scaling, service discovery, load balancing and safe deployments."""

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
from modules.ecs.execute_command import with_session_volumes
from modules.ecs.scaling import ScalingInputs, add_scaling
from modules.ecs.task_definition import TaskDefinition, TaskDefinitionInputs


@dataclass(frozen=True, kw_only=True)
class NetworkInputs:
    """Network placement of the tasks."""

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
    """Container that receives the requests."""

    container_port: int
    """Port of that container."""


@dataclass(frozen=True, kw_only=True)
class LoadBalancing:
    """Target groups of a service, and how long its tasks may take to pass their health checks."""

    targets: Sequence[LoadBalancerTarget]
    """At least one, at most five."""

    health_check_grace_period_seconds: int = 300
    """Grace period after the start in which failed checks do not stop a task, 0 to 2147483647. Default: 300 (A08)."""


@dataclass(frozen=True, kw_only=True)
class ServiceInputs:
    """What the service runs, where, and how many tasks."""

    name: str
    """Name of the service in its cluster; 1 to 255 letters, digits, hyphens and underscores."""

    cluster_arn: str
    """The cluster."""

    cluster_name: str
    """Name of the cluster, for scaling."""

    task: TaskDefinitionInputs
    """Task definition of the service."""

    network: NetworkInputs
    """Subnets and security groups."""

    desired_count: int
    """Tasks at the start."""

    ignore_desired_count: bool = True
    """Terraform sets the count only at creation; scaling and operators change it afterwards (E07). Default: yes.
    Otherwise every apply would reset it, and start the tasks of an idle colour."""

    capacity: CapacityInputs = field(default_factory=CapacityInputs)
    """Fargate and Fargate Spot. Default: Fargate only."""

    deployment: DeploymentInputs = field(default_factory=DeploymentInputs)
    """How revisions replace each other. Default: rolling without downtime, with rollback on failure."""

    load_balancing: LoadBalancing | None = None
    """Target groups. Default: none. Name the listener rule that uses them in `depends_on`."""

    discovery: DiscoveryInputs | None = None
    """DNS name in the VPC. Default: none."""

    scaling: ScalingInputs | None = None
    """Application Auto Scaling. Default: none, the count is fixed."""

    enable_execute_command: bool = False
    """Allow ECS Exec. Default: no. The task role must allow it too. Containers with a read-only root file system get
    volumes where its agent writes."""

    availability_zone_rebalancing: bool = True
    """Let ECS rebalance tasks across availability zones. Default: yes."""

    depends_on: Sequence[TerraformResource | str] = ()
    """Resources, or their addresses (`aws_lb_listener_rule.web`), that must exist before the first task starts: the
    listener rule (ECS refuses a target group that no load balancer uses) and the policies of the roles (a reference to
    a role's ARN does not wait for them)."""


@dataclass(frozen=True, kw_only=True)
class ServiceOutputs:
    """Outputs of the service."""

    name: str
    """Name of the service."""

    arn: str
    """ARN of the service."""

    task_definition_arn: str
    """ARN of the task definition, with the revision."""

    task_definition_family: str
    """Name of the task definition."""

    log_group_name: str
    """Log group of the containers."""

    discovery_name: str | None
    """DNS name in the VPC; None without discovery."""


class Service(Construct):
    """An ECS service on Fargate with its task definition, log group, scaling and DNS name."""

    outputs: ServiceOutputs

    def __init__(self, scope: Construct, id_: str, inputs: ServiceInputs) -> None:
        super().__init__(scope, id_)
        if "${" not in inputs.name and not NAME.fullmatch(inputs.name):
            raise ValueError(f'service name is "{inputs.name}"; 1 to 255 letters, digits, "-" and "_" are allowed')
        if inputs.availability_zone_rebalancing and inputs.deployment.maximum_percent == 100:
            raise ValueError(
                "availability_zone_rebalancing needs a maximum_percent above 100: ECS starts new tasks first"
            )
        definition = with_session_volumes(inputs.task) if inputs.enable_execute_command else inputs.task
        task_definition = TaskDefinition(self, "task", definition)
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
            # Not `launch_type`: a change from one to the other would replace the service.
            capacity_provider_strategy=capacity_provider_strategy(inputs.capacity),
            # The provider replaces the service when the strategy changes, unless this allows a rolling deployment. On
            # its own it has no effect. ECS refuses it for services that CodeDeploy deploys.
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
            # E08: tasks carry the service's tags, for cost allocation.
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
    # Not `fqn`, which becomes `${…}`: Terraform requires plain addresses here.
    return f"{resource.terraform_resource_type}.{resource.friendly_unique_id}"
