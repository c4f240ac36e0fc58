"""Mistakes between the components of Airflow: they are services of their own, each with what it needs."""

from tests.guards.mistakes import Change, Mistake, allowing, both, resource
from tests.guards.mistakes_network import PATH, RULE, rule
from tests.support.documents import Documents

ADMIN_URL = "${data.terraform_remote_state.data.outputs.database_url_secret_arn}"


def path(source: str, target: str, port: int) -> Change:
    return both(rule("egress", source, port=port, to=target), rule("ingress", target, port=port, to=source))


def role_of_another(documents: Documents) -> None:
    """A worker that starts with what the API server may read."""
    worker = resource(documents, "service", "aws_ecs_task_definition", "worker-default")
    worker["execution_role_arn"] = "${aws_iam_role.airflow_api-server-roles_execution.arn}"


MISTAKES = (
    Mistake(
        PATH,
        "a DAG processor that asks the API server",
        path("airflow-dag-processor", "airflow-api-server", 8080),
        (RULE,),
    ),
    Mistake(PATH, "a web service that asks a worker", path("service-web", "airflow-worker", 8793), (RULE,)),
    Mistake(
        "execution_roles_read_exactly_their_secrets",
        "a worker that may read the master's URL of the database",
        allowing("airflow_worker-default-roles_execution", "secretsmanager:GetSecretValue", ADMIN_URL),
    ),
    Mistake(
        "execution_roles_read_exactly_their_secrets",
        "a worker with the execution role of the API server",
        role_of_another,
    ),
)
