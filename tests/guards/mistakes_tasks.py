"""Mistakes in tasks, data, listeners and state."""

from tests.guards.mistakes import Mistake, edit, in_container, resource
from tests.support.documents import Documents


def short_forward(documents: Documents) -> None:
    rule = resource(documents, "service", "aws_lb_listener_rule", "web_route")
    rule["action"] = [{"type": "forward", "target_group_arn": "${aws_lb_target_group.web_route_blue.arn}"}]


def without_platform(documents: Documents) -> None:
    del resource(documents, "service", "aws_ecs_task_definition", "green")["runtime_platform"]


URL_SECRET = "${data.terraform_remote_state.data.outputs.database_url_secret_arn}"

MISTAKES = (
    Mistake(
        "secrets_are_references",
        "a token as a plain variable",
        in_container('"COLOUR"', '"API_TOKEN"'),
        also=("no_secret_is_in_plain_text",),
    ),
    Mistake(
        "secrets_are_references",
        "a URL with a password as a plain variable",
        in_container('"value":"blue"', '"value":"postgresql://app:hunter22@db/app"'),
        also=("no_secret_is_in_plain_text",),
    ),
    Mistake(
        "secrets_are_references",
        "a value where the ARN of a secret belongs",
        in_container(URL_SECRET, "hunter22"),
        also=("execution_roles_read_exactly_their_secrets",),
    ),
    Mistake(
        "data_is_private_and_encrypted",
        "a public database",
        edit("data", "aws_db_instance", "instance", publicly_accessible=True),
        also=("only_load_balancers_are_in_public_subnets",),
    ),
    Mistake(
        "data_is_private_and_encrypted",
        "a database in clear text",
        edit("data", "aws_db_instance", "instance", storage_encrypted=False),
    ),
    Mistake(
        "data_is_private_and_encrypted",
        "a cache without TLS",
        edit("data", "aws_elasticache_replication_group", "", transit_encryption_enabled=False),
    ),
    Mistake(
        "passwords_are_write_only",
        "a password that Terraform keeps",
        edit("data", "aws_db_instance", "instance", password="hunter22"),
        also=("no_secret_is_in_plain_text",),
    ),
    Mistake(
        "passwords_are_write_only",
        "a token that Terraform keeps",
        edit("data", "aws_elasticache_replication_group", "", auth_token="${var.token}"),
    ),
    Mistake(
        "passwords_are_write_only",
        "a secret that Terraform keeps",
        edit("data", "aws_secretsmanager_secret_version", "database-url", secret_string="hunter22"),
    ),
    Mistake("platforms_are_explicit", "a task without an architecture", without_platform),
    Mistake(
        "scaling_is_not_undone",
        "an apply that sets the desired count back",
        edit("service", "aws_ecs_service", "blue", lifecycle={}),
    ),
    Mistake("forward_actions_have_weights", "the short form of a forward action", short_forward),
    Mistake(
        "lock_tables_have_their_key",
        "a lock table with another key",
        edit("bootstrap", "aws_dynamodb_table", "", hash_key="id"),
    ),
)
