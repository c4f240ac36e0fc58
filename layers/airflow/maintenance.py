"""The daily cleaning of Airflow's database: a task of its own, with one secret and no permission."""

from constructs import Construct

from layers.airflow.names import airflow_of
from layers.airflow.roles import RoleInputs, component_roles
from layers.reachability import airflow_role
from layers.web.shared import Surroundings
from modules import ecs
from modules.airflow import Airflow, maintenance_task
from modules.scheduling import ScheduledTask, ScheduledTaskInputs

KEY = "db-clean"


def clean_database(scope: Construct, around: Surroundings, airflow: Airflow) -> str | None:
    """Make the task and its schedule, and return the name of the schedule's group; nothing where it is not wished."""
    environment, network, aws = around.environment, around.network, around.environment.aws
    settings = airflow_of(environment)
    if not settings.maintenance.enabled:
        return None
    family, log_group_name = f"{environment.prefix}-airflow-{KEY}", environment.path("airflow", KEY)
    containers = [maintenance_task(airflow, settings.maintenance.retention_days)]
    wanted = RoleInputs(
        key=KEY, component="scheduler", containers=containers, log_group_name=log_group_name, is_service=False
    )
    roles = component_roles(scope, around, wanted)
    task = ecs.TaskDefinitionInputs(
        family=family,
        region=aws.region,
        containers=containers,
        log_group=ecs.LogGroupInputs(
            name=log_group_name,
            retention_days=environment.cluster.logs_retention_days,
            kms_key_arn=network.kms_key_arn,
        ),
        execution_role_arn=roles.execution_role_arn,
        task_role_arn=roles.task_role_arn,
        size=ecs.TaskSize(cpu_units=512, memory_mib=1024, architecture=settings.architecture),
        allow_moving_tags=environment.kind == "development",
        keep_old_revisions=not environment.is_throw_away,
    )
    ecs.TaskDefinition(scope, f"{KEY}-task", task)
    public = environment.network.egress == "public-ip"
    hours = environment.working_hours
    inputs = ScheduledTaskInputs(
        name=family,
        account_id=aws.account_id,
        region=aws.region,
        partition=aws.partition,
        kms_key_arn=network.kms_key_arn,
        # The database may be stopped at night.
        expression=f"cron(0 {settings.maintenance.hour} * * ? *)" if hours is None else hours.early_cron(),
        timezone="UTC" if hours is None else hours.timezone,
        cluster_arn=around.cluster.arn,
        cluster_name=around.cluster.name,
        task_family=family,
        role_arns=[roles.execution_role_arn, roles.task_role_arn],
        subnet_ids=list((network.public_subnet_ids if public else network.private_subnet_ids).values()),
        # The DAG processor's group: it reaches the database, and not the broker.
        security_group_ids=[network.security_group_ids[airflow_role("dag-processor")]],
        assign_public_ip=public,
    )
    return ScheduledTask(scope, f"{KEY}-schedule", inputs).outputs.group_name
