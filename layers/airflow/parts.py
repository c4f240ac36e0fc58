"""Airflow in the service layer, all of it: where DAGs launch tasks, the services, and what watches them."""

from dataclasses import dataclass

from constructs import Construct

from layers.airflow.names import has_workflows
from layers.airflow.operations import AirflowOperations
from layers.airflow.services import AirflowServices
from layers.airflow.workflows import AirflowWorkflows
from layers.web.shared import Surroundings


@dataclass(frozen=True, kw_only=True)
class AirflowParts:
    """What the layer publishes of Airflow."""

    services: AirflowServices
    workflows: AirflowWorkflows | None


def airflow_parts(scope: Construct, around: Surroundings, url: str) -> AirflowParts:
    """Make a deployment of Airflow."""
    workflows = AirflowWorkflows(scope, "airflow-workflows", around) if has_workflows(around.environment) else None
    services = AirflowServices(scope, "airflow", around, url, workflows.worker_statements if workflows else {})
    AirflowOperations(scope, "airflow-operations", around, services)
    return AirflowParts(services=services, workflows=workflows)
