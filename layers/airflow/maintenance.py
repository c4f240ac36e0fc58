"""The daily cleanup of Airflow's database: a scheduled task with one secret and no permissions."""

from constructs import Construct

from layers.airflow.context import AirflowContext
from layers.airflow.roles import RoleInputs, component_roles
from layers.ecs_service import TaskSpec, task_definition
from layers.reachability import airflow_role
from modules import ecs
from modules.airflow import Airflow, maintenance_task
from modules.scheduling import ScheduledTask, ScheduledTaskInputs

KEY = "db-clean"


def clean_database(scope: Construct, context: AirflowContext, airflow: Airflow) -> str | None:
    """Make the task and its schedule, and return the name of the schedule group; None where it is switched off."""
    shared, settings = context.shared, context.settings
    environment, network, aws = shared.environment, shared.network, shared.environment.aws
    if not settings.db_clean.enabled:
        return None
    family, log_group_name = f"{environment.prefix}-airflow-{KEY}", environment.path("airflow", KEY)
    cleaning = maintenance_task(airflow, settings.db_clean.retention_days)
    roles = component_roles(
        scope,
        context,
        RoleInputs(
            key=KEY,
            component="scheduler",
            containers=cleaning.containers,
            log_group_name=log_group_name,
            is_service=False,
        ),
    )
    task = TaskSpec(
        family=family,
        log_group_name=log_group_name,
        containers=cleaning.containers,
        roles=roles,
        size=ecs.TaskSize(cpu_units=512, memory_mib=1024, architecture=settings.cpu_architecture),
        volumes=dict.fromkeys(cleaning.volumes),
    )
    definition = ecs.TaskDefinition(scope, f"{KEY}-task", task_definition(shared, task)).outputs
    hours = environment.working_hours
    inputs = ScheduledTaskInputs(
        name=family,
        account=aws.account,
        kms_key_arn=network.kms_key_arn,
        # Outside working hours the database may be stopped.
        expression=f"cron(0 {settings.db_clean.hour_utc} * * ? *)" if hours is None else hours.early_cron(),
        timezone="UTC" if hours is None else hours.timezone,
        cluster_arn=shared.cluster.arn,
        cluster_name=shared.cluster.name,
        task_family=family,
        task_definition_arn=definition.arn,
        role_arns=[roles.execution_role_arn, roles.task_role_arn],
        subnet_ids=shared.task_subnet_ids,
        # The DAG processor's group: it reaches the database, and not the broker.
        security_group_ids=[network.security_group_ids[airflow_role("dag-processor")]],
        assign_public_ip=shared.tasks_are_public,
    )
    return ScheduledTask(scope, f"{KEY}-schedule", inputs).outputs.group_name
