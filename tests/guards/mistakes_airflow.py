"""Mistakes in the components of Airflow, each of which is a separate service."""

import json

from tests.guards.mistakes import Change, Mistake, add, allowing, both, resource
from tests.guards.mistakes_network import PATH, RULE, rule
from tests.support.documents import Documents

ADMIN_URL = "${data.terraform_remote_state.data.outputs.database_url_secret_arn}"


def path(source: str, target: str, port: int) -> Change:
    return both(rule("egress", source, port=port, to=target), rule("ingress", target, port=port, to=source))


def role_of_another(documents: Documents) -> None:
    """A worker that starts with what the API server may read."""
    worker = resource(documents, "service", "aws_ecs_task_definition", "worker-default")
    worker["execution_role_arn"] = "${aws_iam_role.airflow_api-server-roles_execution.arn}"


def proxy_that_may_read(secret: str, **changes: object) -> Change:
    """A proxy before the database, with one login and a role that may read this secret."""
    reading = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret}
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "rds.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
    }
    return both(
        add(
            "data",
            "aws_iam_role",
            "x",
            assume_role_policy=json.dumps({"Statement": [trust]}),
            permissions_boundary="${data.terraform_remote_state.network.outputs.boundary_arn}",
        ),
        add(
            "data",
            "aws_iam_role_policy",
            "x",
            role="${aws_iam_role.x.name}",
            policy=json.dumps({"Statement": [reading]}),
        ),
        add(
            "data",
            "aws_db_proxy",
            "x",
            **{
                "role_arn": "${aws_iam_role.x.arn}",
                "auth": [{"secret_arn": login("a")}],
                "require_tls": True,
                **changes,
            },
        ),
    )


def trust_for_anybody(documents: Documents) -> None:
    role = documents["data"]["resource"]["aws_iam_role"]["x"]
    trust = json.loads(role["assume_role_policy"])
    del trust["Statement"][0]["Condition"]
    role["assume_role_policy"] = json.dumps(trust)


def login(slot: str) -> str:
    return f"${{aws_secretsmanager_secret_version.airflow_database-password-{slot}_version.arn}}"


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
    Mistake(
        "proxies_read_exactly_their_logins",
        "a proxy whose role may read the master's password",
        proxy_that_may_read("${aws_secretsmanager_secret_version.database-password_version.arn}"),
    ),
    Mistake(
        "data_is_private_and_encrypted",
        "a proxy that takes connections without TLS",
        proxy_that_may_read(login("a"), require_tls=False),
    ),
    Mistake(
        "trust_names_service_account_and_source",
        "a proxy's role that RDS may assume for any account",
        both(proxy_that_may_read(login("a")), trust_for_anybody),
    ),
)
