"""Airflow's ECS services, and the listener rule of its UI."""

from collections.abc import Mapping
from dataclasses import dataclass

from constructs import Construct

from config.airflow.components import ApiServer, FixedComponent, WorkerGroup
from config.airflow.components import Component as ComponentSettings
from config.airflow.dags import EfsDags
from layers.airflow.context import AirflowContext
from layers.airflow.deployment import deployment
from layers.airflow.roles import RoleInputs, component_roles
from layers.airflow.route import ui_route
from layers.airflow.scaling import api_server_scaling, fixed_scaling, worker_scaling
from layers.airflow_names import service_name, worker_key
from layers.ecs_service import EcsServiceSpec, TaskSpec, ecs_service
from layers.reachability import airflow_role
from modules import airflow as module
from modules import ecs
from modules.airflow import API_SERVER_PORT, Component, ComponentTask, WorkerSettings, component_task
from modules.airflow.dags import VOLUME
from modules.alb import TargetGroupOutputs
from modules.iam import Statement

# A08: the database's start, the migration and the import of Airflow come before the first response.
GRACE_PERIOD_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class _ComponentService:
    """What differs between the ECS services of two components."""

    key: str
    """Such as `scheduler` or `worker-default`."""

    component: Component
    settings: ComponentSettings
    task: ComponentTask
    desired_count: int
    scaling: ecs.ScalingInputs | None = None
    on_demand_base: int = 0
    load_balancing: ecs.LoadBalancing | None = None
    depends_on: tuple[str, ...] = ()


class AirflowServices(Construct):
    """The components of one deployment, each an ECS service with its own roles."""

    listener_rule_arn: str
    target_group: TargetGroupOutputs
    service_names: Mapping[str, str]
    airflow: module.Airflow

    def __init__(
        self,
        scope: Construct,
        id_: str,
        context: AirflowContext,
        url: str,
        worker_statements: Mapping[str, Statement],
    ) -> None:
        super().__init__(scope, id_)
        self._worker_statements = worker_statements
        self._context, self._settings = context, context.settings
        self._shared, self._environment = context.shared, context.shared.environment
        self.airflow = deployment(context, url)
        components = [self._api_server(), *self._fixed(), *self._workers()]
        self.service_names = {component.key: self._service(component).name for component in components}

    def _api_server(self) -> _ComponentService:
        settings: ApiServer = self._settings.api_server
        route = ui_route(self, self._context)
        self.listener_rule_arn, self.target_group = route.listener_rule_arn, route.target_group
        target = ecs.LoadBalancerTarget(
            target_group_arn=route.target_group.arn, container_name="api-server", container_port=API_SERVER_PORT
        )
        return _ComponentService(
            key="api-server",
            component="api-server",
            settings=settings,
            task=component_task("api-server", self.airflow),
            desired_count=settings.min_count,
            scaling=api_server_scaling(self._environment, settings),
            load_balancing=ecs.LoadBalancing(targets=[target], health_check_grace_period_seconds=GRACE_PERIOD_SECONDS),
            depends_on=(route.listener_rule_address,),
        )

    def _fixed(self) -> list[_ComponentService]:
        fixed: dict[Component, FixedComponent] = {
            "scheduler": self._settings.scheduler,
            "dag-processor": self._settings.dag_processor,
            "triggerer": self._settings.triggerer,
        }
        return [
            _ComponentService(
                key=component,
                component=component,
                settings=settings,
                task=component_task(component, self.airflow),
                desired_count=settings.desired_count,
                scaling=fixed_scaling(self._environment, settings.desired_count),
            )
            for component, settings in fixed.items()
        ]

    def _workers(self) -> list[_ComponentService]:
        return [self._worker(name, group) for name, group in self._settings.workers.items()]

    def _worker(self, name: str, group: WorkerGroup) -> _ComponentService:
        worker = WorkerSettings(queues=group.queues, concurrency=group.concurrency)
        return _ComponentService(
            key=worker_key(name),
            component="worker",
            settings=group,
            task=component_task("worker", self.airflow, worker),
            desired_count=group.min_count,
            scaling=worker_scaling(self._environment, group),
            on_demand_base=group.on_demand_base,
        )

    def _service(self, component: _ComponentService) -> ecs.ServiceOutputs:
        network = self._shared.network
        spec = EcsServiceSpec(
            task=self._task(component),
            security_group_id=network.security_group_ids[airflow_role(component.component)],
            desired_count=component.desired_count,
            # Where nothing scales a component, the environment file decides how many tasks it has.
            ignore_desired_count=component.scaling is not None,
            capacity=ecs.CapacityInputs(
                spot_percent=component.settings.spot_percent, on_demand_base=component.on_demand_base
            ),
            load_balancing=component.load_balancing,
            discovery=ecs.DiscoveryInputs(
                name=f"airflow-{component.key}",
                namespace_id=network.namespace_id,
                namespace_name=network.namespace_name,
            ),
            scaling=component.scaling,
            enable_execute_command=self._context.allows_execute_command,
            depends_on=component.depends_on,
        )
        return ecs_service(self, component.key, self._shared, spec)

    def _task(self, component: _ComponentService) -> TaskSpec:
        settings, log_group_name = component.settings, self._environment.path("airflow", component.key)
        roles = RoleInputs(
            key=component.key,
            component=component.component,
            containers=component.task.containers,
            log_group_name=log_group_name,
            statements=self._worker_statements if component.component == "worker" else {},
        )
        return TaskSpec(
            family=service_name(self._environment, component.key),
            log_group_name=log_group_name,
            containers=component.task.containers,
            roles=component_roles(self, self._context, roles),
            size=ecs.TaskSize(
                cpu_units=settings.cpu,
                memory_mib=settings.memory_mib,
                ephemeral_storage_gib=settings.ephemeral_storage_gib,
                architecture=self._settings.cpu_architecture,
            ),
            volumes={**dict.fromkeys(component.task.volumes), **self._file_system(component)},
        )

    def _file_system(self, component: _ComponentService) -> dict[str, ecs.EfsVolume]:
        dags = self._settings.dags
        mounts = any(mount.volume == VOLUME for each in component.task.containers for mount in each.mount_points)
        if not isinstance(dags, EfsDags) or not mounts:
            return {}
        file_system = self._context.dags_file_system(dags)
        return {
            VOLUME: ecs.EfsVolume(
                file_system_id=file_system.file_system_id, access_point_id=file_system.access_point_id
            )
        }
