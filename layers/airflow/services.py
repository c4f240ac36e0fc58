"""Airflow's ECS services and the way in to its UI, in the service layer."""

from collections.abc import Mapping
from dataclasses import dataclass

from constructs import Construct

from config.airflow_components import ApiServer, FixedComponent, WorkerGroup
from config.airflow_components import Component as ComponentSettings
from config.airflow_dags import EfsDags
from layers.airflow.deployment import deployment
from layers.airflow.names import airflow_of, service_name, worker_key
from layers.airflow.roles import RoleInputs, allows_execute_command, component_roles
from layers.airflow.route import ui_route
from layers.airflow.scaling import api_server_scaling, fixed_scaling, worker_scaling
from layers.reachability import airflow_role
from layers.web.shared import Surroundings
from modules import airflow as module
from modules import ecs
from modules.airflow import API_SERVER_PORT, Component, ComponentTask, WorkerSettings, component_task
from modules.airflow.dags import VOLUME
from modules.alb import TargetGroupOutputs
from modules.iam import Statement, TaskRolesOutputs

# A08: database, migration and import of Airflow come before the first answer.
GRACE_PERIOD_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class _Tasks:
    """One ECS service."""

    key: str
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

    url: str
    listener_rule_arn: str
    target_group: TargetGroupOutputs
    service_names: Mapping[str, str]
    airflow: module.Airflow

    def __init__(
        self,
        scope: Construct,
        id_: str,
        around: Surroundings,
        url: str,
        worker_statements: Mapping[str, Statement],
    ) -> None:
        super().__init__(scope, id_)
        self._worker_statements = worker_statements
        self._around, self._environment = around, around.environment
        self._settings = airflow_of(around.environment)
        self.airflow = deployment(around.environment, around.network, around.data, url)
        self.url = url
        services = [self._api_server(), *self._fixed(), *self._workers()]
        self.service_names = {tasks.key: self._service(tasks).name for tasks in services}

    def _api_server(self) -> _Tasks:
        settings: ApiServer = self._settings.api_server
        route = ui_route(self, self._around)
        self.listener_rule_arn, self.target_group = route.listener_rule_arn, route.target_group
        target = ecs.LoadBalancerTarget(
            target_group_arn=route.target_group.arn, container_name="api-server", container_port=API_SERVER_PORT
        )
        return _Tasks(
            key="api-server",
            component="api-server",
            settings=settings,
            task=component_task("api-server", self.airflow),
            desired_count=settings.min_count,
            scaling=api_server_scaling(self._environment),
            load_balancing=ecs.LoadBalancing(targets=[target], health_check_grace_period_seconds=GRACE_PERIOD_SECONDS),
            depends_on=(route.listener_rule_address,),
        )

    def _fixed(self) -> list[_Tasks]:
        fixed: dict[Component, FixedComponent] = {
            "scheduler": self._settings.scheduler,
            "dag-processor": self._settings.dag_processor,
            "triggerer": self._settings.triggerer,
        }
        return [
            _Tasks(
                key=component,
                component=component,
                settings=settings,
                task=component_task(component, self.airflow),
                desired_count=settings.count,
                scaling=fixed_scaling(self._environment, settings.count),
            )
            for component, settings in fixed.items()
        ]

    def _workers(self) -> list[_Tasks]:
        return [self._worker(name, group) for name, group in self._settings.workers.items()]

    def _worker(self, name: str, group: WorkerGroup) -> _Tasks:
        worker = WorkerSettings(queues=group.queues, concurrency=group.concurrency)
        return _Tasks(
            key=worker_key(name),
            component="worker",
            settings=group,
            task=component_task("worker", self.airflow, worker),
            desired_count=group.min_count,
            scaling=worker_scaling(self._environment, group),
            on_demand_base=group.on_demand_base,
        )

    def _service(self, tasks: _Tasks) -> ecs.ServiceOutputs:
        environment, network = self._environment, self._around.network
        name = service_name(environment, tasks.key)
        public = environment.network.egress == "public-ip"
        log_group_name = environment.path("airflow", tasks.key)
        roles = component_roles(
            self,
            self._around,
            RoleInputs(
                key=tasks.key,
                component=tasks.component,
                containers=tasks.task.containers,
                log_group_name=log_group_name,
                statements=self._worker_statements if tasks.component == "worker" else {},
            ),
        )
        inputs = ecs.ServiceInputs(
            name=name,
            cluster_arn=self._around.cluster.arn,
            cluster_name=self._around.cluster.name,
            task=self._task(name, log_group_name, tasks, roles),
            network=ecs.NetworkInputs(
                subnet_ids=list((network.public_subnet_ids if public else network.private_subnet_ids).values()),
                security_group_ids=[network.security_group_ids[airflow_role(tasks.component)]],
                assign_public_ip=public,
            ),
            desired_count=tasks.desired_count,
            # Where nothing scales a component, the environment file decides how many there are.
            ignore_desired_count=tasks.scaling is not None,
            capacity=ecs.CapacityInputs(spot_percent=tasks.settings.spot_percent, on_demand_base=tasks.on_demand_base),
            load_balancing=tasks.load_balancing,
            discovery=ecs.DiscoveryInputs(
                name=f"airflow-{tasks.key}",
                namespace_id=network.namespace_id,
                namespace_name=network.namespace_name,
            ),
            scaling=tasks.scaling,
            enable_execute_command=allows_execute_command(environment),
            depends_on=[*tasks.depends_on, *roles.policy_addresses],
        )
        return ecs.Service(self, tasks.key, inputs).outputs

    def _task(
        self, family: str, log_group_name: str, tasks: _Tasks, roles: TaskRolesOutputs
    ) -> ecs.TaskDefinitionInputs:
        environment, settings = self._environment, tasks.settings
        return ecs.TaskDefinitionInputs(
            family=family,
            region=environment.aws.region,
            containers=tasks.task.containers,
            log_group=ecs.LogGroupInputs(
                name=log_group_name,
                retention_days=environment.cluster.logs_retention_days,
                kms_key_arn=self._around.network.kms_key_arn,
            ),
            execution_role_arn=roles.execution_role_arn,
            task_role_arn=roles.task_role_arn,
            size=ecs.TaskSize(
                cpu_units=settings.cpu,
                memory_mib=settings.memory_mib,
                ephemeral_storage_gib=settings.ephemeral_storage_gib,
                architecture=self._settings.architecture,
            ),
            volumes={**dict.fromkeys(tasks.task.volumes), **self._file_system(tasks)},
            allow_moving_tags=environment.kind == "development",
            keep_old_revisions=not environment.is_throw_away,
        )

    def _file_system(self, tasks: _Tasks) -> dict[str, ecs.EfsVolume]:
        dags, data = self._settings.dags, self._around.data
        mounts = any(mount.volume == VOLUME for each in tasks.task.containers for mount in each.mount_points)
        if not isinstance(dags, EfsDags) or not mounts:
            return {}
        volume = ecs.EfsVolume(
            file_system_id=dags.file_system_id or str(data.airflow_dags_file_system_id),
            access_point_id=dags.access_point_id or str(data.airflow_dags_access_point_id),
        )
        return {VOLUME: volume}
