"""Airflow in the service layer: the tasks that DAGs launch, its ECS services, alarms and dashboard."""

from constructs import Construct

from layers.airflow.context import AirflowContext
from layers.airflow.operations import AirflowOperations
from layers.airflow.services import AirflowServices
from layers.airflow.workflows import AirflowWorkflows
from layers.airflow_outputs import AirflowService, AirflowWorkflow
from layers.reachability import AIRFLOW_WORKFLOW


def airflow_service(scope: Construct, context: AirflowContext, url: str) -> AirflowService:
    """Create everything of a deployment of Airflow that runs.

    Args:
        scope: the service layer.
        context: the section `[airflow]`, and what all services share.
        url: address of the UI.
    """
    workflows = None
    if context.settings.workflows.enabled:
        workflows = AirflowWorkflows(scope, "airflow-workflows", context)
    services = AirflowServices(scope, "airflow", context, url, workflows.worker_statements if workflows else {})
    AirflowOperations(scope, "airflow-operations", context, services)
    return AirflowService(
        url=url,
        service_names=services.service_names,
        listener_rule_arn=services.listener_rule_arn,
        workflow=None
        if workflows is None
        else AirflowWorkflow(
            security_group_id=context.shared.network.security_group_ids[AIRFLOW_WORKFLOW],
            parameters_path=workflows.parameters_path,
        ),
    )
