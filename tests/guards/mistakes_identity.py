"""Mistakes in policies: a permission, a trust, a secret too many."""

from typing import Any

from tests.guards.mistakes import Mistake, add, allowing, edit, in_container, in_policy, resource
from tests.support.documents import Documents

TASK, EXECUTION = "web_roles_task", "web_roles_execution"
ACTIONS, RESOURCES = "permissions_name_their_actions", "permissions_name_their_resources"
PASSED, TRUST = "roles_are_passed_by_name", "trust_names_service_account_and_source"
DOCUMENTED = "conditions_on_services_are_documented"
SECRETS, WHO = "execution_roles_read_exactly_their_secrets", "resource_policies_name_their_principals"
TO_TASKS = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
TASK_ARN = "${aws_iam_role.web_roles_task.arn}"
MONITORING = ("data", "aws_iam_role", "monitoring", "", "assume_role_policy")
PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/windlass/prod/web/colour"
SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:"
TABLE_ARN = "arn:aws:dynamodb:eu-west-1:*:table/app"
SOURCE_ARN = "arn:aws:ecs:eu-west-1:123456789012:*"
ROOT = "arn:aws:iam::123456789012:root"
CREDENTIALS = f'"repositoryCredentials":{{"credentialsParameter":"{PARAMETER}"}},"stopTimeout"'
ACCOUNT = {"aws:SourceAccount": "123456789012"}


def trusting(**values: Any) -> Any:
    return in_policy("service", "aws_iam_role", "web_roles_execution", "Tasks", "assume_role_policy", **values)


def one_role_for_both(documents: Documents) -> None:
    task = resource(documents, "service", "aws_ecs_task_definition", "blue")
    task["task_role_arn"] = task["execution_role_arn"]


def newest_revision(documents: Documents) -> None:
    schedule = resource(documents, "service", "aws_scheduler_schedule", "db-clean")
    family = "arn:aws:ecs:eu-west-1:123456789012:task-definition/windlass-prod-airflow-db-clean"
    schedule["target"]["ecs_parameters"]["task_definition_arn"] = family


def passing(services: object, role: str = TASK_ARN) -> Any:
    return allowing(TASK, "iam:PassRole", role, Condition={"StringEquals": {"iam:PassedToService": services}})


def wide_data_source(documents: Documents) -> None:
    wide = {"statement": [{"actions": ["s3:GetObject"], "resources": ["*"]}]}
    documents["service"]["data"]["aws_iam_policy_document"] = {"wide": wide}
    add("service", "aws_iam_policy", "wide", policy="${data.aws_iam_policy_document.wide.json}")(documents)


MISTAKES = (
    Mistake(ACTIONS, "every action", allowing(TASK, "*", "arn:aws:s3:::bucket/*")),
    Mistake(ACTIONS, "every action of a service", allowing(TASK, "s3:*", "arn:aws:s3:::bucket")),
    Mistake(ACTIONS, "actions by a pattern", allowing(TASK, ["s3:Get*"], ["arn:aws:s3:::bucket/logs/*"])),
    Mistake(
        ACTIONS,
        "all actions but some",
        allowing(TASK, [], "arn:aws:s3:::bucket/logs/*", NotAction=["iam:CreateUser"]),
    ),
    Mistake(RESOURCES, "every resource", allowing(TASK, "s3:GetObject", "*")),
    Mistake(
        RESOURCES,
        "every secret",
        allowing(TASK, "secretsmanager:DescribeSecret", f"{SECRET_ARN}*"),
    ),
    Mistake(RESOURCES, "every bucket", allowing(TASK, "s3:ListBucket", "arn:aws:s3:::*")),
    Mistake(RESOURCES, "every account's table", allowing(TASK, "dynamodb:GetItem", TABLE_ARN)),
    Mistake(
        RESOURCES,
        "an action with resources beside one without",
        in_policy(
            "service",
            "aws_iam_role_policy",
            "execution",
            "SignInToRegistry",
            Action=["ecr:GetAuthorizationToken", "ecr:BatchGetImage"],
        ),
    ),
    Mistake(PASSED, "a role passed to any service", allowing(TASK, "iam:PassRole", TASK_ARN)),
    Mistake(PASSED, "a role passed to a service that it does not trust", passing("lambda.amazonaws.com")),
    Mistake(PASSED, "a role passed to services by a pattern", passing(["ecs*.amazonaws.com"])),
    Mistake(
        PASSED,
        "every role of a name passed",
        passing("ecs-tasks.amazonaws.com", "arn:aws:iam::123456789012:role/windlass-*"),
    ),
    Mistake(TRUST, "a trust without conditions", trusting(Condition=None)),
    Mistake(
        TRUST,
        "a trust without its account",
        trusting(Condition={"ArnLike": {"aws:SourceArn": SOURCE_ARN}}),
    ),
    Mistake(TRUST, "a trust without its source", trusting(Condition={"StringEquals": ACCOUNT})),
    Mistake(
        TRUST,
        "a trust for a source of any account",
        trusting(Condition={"StringEquals": ACCOUNT, "ArnLike": {"aws:SourceArn": "arn:aws:ecs:*:*:*"}}),
    ),
    Mistake(TRUST, "a trust for every identity of an account", trusting(Principal={"AWS": ROOT})),
    Mistake(TRUST, "a trust for everybody", trusting(Principal="*")),
    Mistake(TRUST, "a monitoring role for databases of any account", in_policy(*MONITORING, Condition=None)),
    Mistake(
        "federated_trust_names_its_subject",
        "a role for every repository of the provider",
        trusting(
            Principal={"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"},
            Action="sts:AssumeRoleWithWebIdentity",
            Condition={"StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme/*"}},
        ),
    ),
    Mistake(
        WHO,
        "logs of any account's load balancer",
        in_policy("data", "aws_s3_bucket_policy", "access-logs", "LoadBalancerLogs1", Resource="arn:aws:s3:::logs/*"),
    ),
    Mistake(
        WHO,
        "a service that sends its source, limited by a path",
        in_policy("service", "aws_sns_topic_policy", "", "AlarmsOfThisAccount", Condition=None),
    ),
    Mistake(
        DOCUMENTED,
        "a condition on the load balancer's log delivery",
        in_policy(
            "data", "aws_s3_bucket_policy", "access-logs", "LoadBalancerLogs1", Condition={"StringEquals": ACCOUNT}
        ),
    ),
    Mistake(
        DOCUMENTED,
        "a key that a service does not send",
        trusting(
            Condition={
                "StringEquals": ACCOUNT | {"aws:SourceOrgID": "o-1"},
                "ArnLike": {"aws:SourceArn": SOURCE_ARN},
            }
        ),
    ),
    Mistake(
        DOCUMENTED,
        "a condition on a service that the table lacks",
        trusting(
            Principal={"Service": "batch.amazonaws.com"},
            Condition={"StringEquals": ACCOUNT, "ArnLike": {"aws:SourceArn": SOURCE_ARN}},
        ),
    ),
    Mistake(
        WHO,
        "a bucket that everybody may read",
        in_policy(
            "data",
            "aws_s3_bucket_policy",
            "access-logs",
            "TlsOnly",
            Effect="Allow",
            Action="s3:GetObject",
            Condition=None,
        ),
        also=("buckets_are_private_and_encrypted",),
    ),
    Mistake(
        "managed_policies_are_approved",
        "a managed policy that is wide",
        edit("data", "aws_iam_role_policy_attachment", "", policy_arn="arn:aws:iam::aws:policy/AdministratorAccess"),
    ),
    Mistake(
        RESOURCES,
        "task definitions of every family",
        allowing(TASK, "ecs:RegisterTaskDefinition", "*"),
    ),
    Mistake(
        "permissions_without_resources_are_on_any",
        "a listing on one log group",
        allowing(TASK, "logs:DescribeLogGroups", "arn:aws:logs:eu-west-1:123456789012:log-group:app"),
    ),
    Mistake(
        "tasks_decrypt_through_a_service_only",
        "a task that decrypts what the environment's key encrypts",
        allowing(TASK, "kms:Decrypt", "${data.terraform_remote_state.network.outputs.kms_key_arn}"),
    ),
    Mistake(
        "tasks_decrypt_through_a_service_only",
        "a task that decrypts with somebody else's key",
        allowing(TASK, "kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/1"),
    ),
    Mistake("schedules_run_a_revision", "a schedule that names a family", newest_revision),
    Mistake("execution_and_task_roles_differ", "one role for ECS and the code", one_role_for_both),
    Mistake(
        "policies_can_be_read",
        "a policy that only Terraform can read",
        edit("service", "aws_iam_role_policy", "execution", policy="${jsonencode(local.policy)}"),
        also=(SECRETS,),
    ),
    Mistake(
        "execution_roles_read_exactly_their_environment_files",
        "an execution role that reads objects which no container names",
        allowing(EXECUTION, "s3:GetObject", "arn:aws:s3:::settings/web.env"),
    ),
    Mistake(
        "execution_roles_read_exactly_their_environment_files",
        "a file that the execution role may not read",
        in_container(
            '"stopTimeout"', '"environmentFiles":[{"type":"s3","value":"arn:aws:s3:::settings/web.env"}],"stopTimeout"'
        ),
    ),
    Mistake(
        "services_read_no_secrets_of_another",
        "code of a web service that reads Airflow's keys",
        allowing(TASK, "secretsmanager:GetSecretValue", f"{SECRET_ARN}windlass/prod/airflow/fernet-keys-??????"),
    ),
    Mistake(
        "services_read_no_secrets_of_another",
        "code of a web service that reads the master password",
        allowing(TASK, "secretsmanager:GetSecretValue", f"{SECRET_ARN}windlass/prod/database/password-AbCdEf"),
    ),
    Mistake(
        SECRETS,
        "an execution role that reads another secret",
        allowing(EXECUTION, "secretsmanager:GetSecretValue", "${data.terraform_remote_state.data.outputs.more}"),
    ),
    Mistake(SECRETS, "an execution role that reads a parameter", allowing(EXECUTION, "ssm:GetParameters", PARAMETER)),
    Mistake(
        SECRETS,
        "an execution role that reads every secret of a path",
        allowing(
            EXECUTION,
            "secretsmanager:GetSecretValue",
            f"{SECRET_ARN}windlass/prod/*",
        ),
    ),
    Mistake(
        SECRETS,
        "a container with a secret that its role may not read",
        in_container(
            '"stopTimeout"', f'"repositoryCredentials":{{"credentialsParameter":"{PARAMETER}"}},"stopTimeout"'
        ),
    ),
    Mistake(
        RESOURCES,
        "a policy of a data source with every resource",
        wide_data_source,
    ),
)
