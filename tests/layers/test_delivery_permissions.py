"""What the roles of the delivery layer may do: their work, and nothing that would make them more (I02)."""

import json
from functools import cache
from typing import Any

import pytest

from layers.deployer_limits import own_role_patterns
from terraform.document import Stacks
from tests.layers.test_delivery import everybody
from tests.support.documents import ENVIRONMENTS, changed_environment, documents, documents_of
from tests.support.policies import Caller, like

ACCOUNT, REGION = "123456789012", "eu-west-1"
IAM, ROLES = f"arn:aws:iam::{ACCOUNT}", f"arn:aws:iam::{ACCOUNT}:role"
STATE = f"windlass-state-{ACCOUNT}-{REGION}"
STATES = f"arn:aws:s3:::{STATE}"
STATE_KEY = {"kms__ResourceAliases": [f"alias/{STATE}"], "kms__ViaService": f"s3.{REGION}.amazonaws.com"}
KEY, BOUNDARY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1", f"{IAM}:policy/windlass-prod-boundary"
PARAMETER = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/windlass/prod/web/colour"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:windlass/prod/database/password-AbCdEf"
SERVICE = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/windlass-prod/windlass-prod-web-blue"
RULE = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener-rule/app/windlass-prod/1/2/3"
TO_TASKS = {"iam__PassedToService": "ecs-tasks.amazonaws.com"}
ADMINISTRATOR = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
READ_ONLY = {
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["*:Get*", "*:List*", "*:Describe*", "*:BatchGet*", "logs:FilterLogEvents", "logs:StartQuery"],
            "Resource": "*",
        }
    ]
}
"""More than AWS's ReadOnlyAccess, which has no secrets."""


@cache
def policy(word: str) -> str:
    """The policy of a role of prod."""
    policies = documents_of("prod", everybody)["delivery"]["resource"]["aws_iam_role_policy"]
    (text,) = [body["policy"] for body in policies.values() if body["name"] == word]
    text = str(text).replace("${data.terraform_remote_state.network.outputs.boundary_arn}", BOUNDARY)
    return text.replace("${data.terraform_remote_state.network.outputs.kms_key_arn}", KEY)


def role(word: str) -> Caller:
    return Caller(policies=[policy(word)])


@pytest.mark.parametrize("word", ["plan", "plan-data", "apply", "deploy", "switch", "view", "operate"])
def test_every_role_reads_the_state_and_decrypts_it_with_the_states_own_key(word: str) -> None:
    assert role(word).may("s3:GetObject", f"{STATES}/windlass/prod/service/terraform.tfstate")
    assert role(word).may("s3:ListBucket", STATES)
    assert role(word).may("kms:Decrypt", f"{KEY}23", **STATE_KEY)
    assert not role(word).may("kms:Decrypt", f"{KEY}23", **{**STATE_KEY, "kms__ResourceAliases": ["alias/other"]})
    assert not role(word).may("s3:GetObject", f"{STATES}/windlass/other/service/terraform.tfstate")


def test_who_asks_for_the_status_reads_the_state_of_every_layer() -> None:
    for word in ("view", "operate"):
        assert role(word).may("s3:GetObject", f"{STATES}/windlass/prod/network/terraform.tfstate")
    assert not role("switch").may("s3:GetObject", f"{STATES}/windlass/prod/network/terraform.tfstate")


@pytest.mark.parametrize("word", ["deploy", "switch", "view", "operate"])
def test_targets_of_a_codedeploy_deployment_have_no_resource(word: str) -> None:
    assert role(word).may("codedeploy:GetDeploymentTarget", "*")


@pytest.mark.parametrize("word", ["apply", "deploy"])
def test_who_writes_a_state_locks_and_encrypts_it(word: str) -> None:
    assert role(word).may("s3:PutObject", f"{STATES}/windlass/prod/service/terraform.tfstate")
    assert role(word).may("kms:GenerateDataKey", f"{KEY}23", **STATE_KEY)
    assert role(word).may("dynamodb:PutItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/windlass-state-locks")


@pytest.mark.parametrize("word", ["plan", "plan-data", "switch", "push", "view", "operate"])
def test_nobody_else_writes_a_state(word: str) -> None:
    for action in ("s3:PutObject", "s3:DeleteObject", "kms:GenerateDataKey"):
        for key in ("terraform.tfstate", "terraform.tfstate.tflock"):
            assert not role(word).may(action, f"{STATES}/windlass/prod/service/{key}", **STATE_KEY)


def test_deploy_writes_the_state_of_the_service_layer_only_and_passes_only_the_roles_of_its_tasks() -> None:
    assert not role("deploy").may("s3:PutObject", f"{STATES}/windlass/prod/network/terraform.tfstate")
    assert role("deploy").may("iam:PassRole", f"{ROLES}/windlass-prod-web-task", **TO_TASKS)
    families = "arn:aws:ecs:eu-west-1:123456789012:task-definition"
    assert role("deploy").may("ecs:RegisterTaskDefinition", f"{families}/windlass-prod-web-blue:*")
    assert not role("deploy").may("ecs:RegisterTaskDefinition", f"{families}/windlass-dev-web-blue:*")
    for other in ("windlass-prod-apply", "windlass-prod-airflow-scheduler-task", "administrator"):
        assert not role("deploy").may("iam:PassRole", f"{ROLES}/{other}", **TO_TASKS)
    assert not role("deploy").may("iam:PassRole", f"{ROLES}/windlass-prod-web-task")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("ssm:GetParameterHistory", PARAMETER),
        ("ssm:PutParameter", PARAMETER),
        ("ssm:LabelParameterVersion", PARAMETER),
        ("elasticloadbalancing:ModifyRule", RULE),
        ("ecs:DescribeTaskDefinition", "*"),
        ("ecs:UpdateService", SERVICE),
        ("cloudwatch:DescribeAlarms", "*"),
    ],
)
def test_switch_can_switch(action: str, resource: str) -> None:
    assert role("switch").may(action, resource)
    assert role("deploy").may(action, resource)
    assert role("view").may(action, resource) == ("Get" in action or "Describe" in action)


def test_secrets_are_opened_in_the_protected_environment_and_by_apply_only() -> None:
    via = {"kms__ViaService": f"secretsmanager.{REGION}.amazonaws.com"}
    for word in ("plan", "plan-data", "apply", "deploy", "switch", "push", "view", "operate"):
        opens = word in ("plan-data", "apply")
        assert role(word).may("secretsmanager:GetSecretValue", SECRET) == opens, word
        assert role(word).may("secretsmanager:GetRandomPassword") == opens, word
        assert role(word).may("kms:Decrypt", KEY, **via) == (opens or word == "operate"), word
    assert role("operate").may("secretsmanager:PutSecretValue", SECRET)


def test_who_operates_opens_sessions_with_the_key_that_encrypts_them() -> None:
    def turn_on(data: dict[str, Any]) -> None:
        everybody(data)
        data["cluster"]["execute_command"] = True

    resources = documents_of("prod", turn_on)["service"]["resource"]
    used = resources["aws_ecs_cluster"]["cluster_cluster"]["configuration"]["execute_command_configuration"]
    (alias,) = [
        body["name"]
        for body in resources["aws_kms_alias"].values()
        if body["target_key_id"].removesuffix(".key_id}") == used["kms_key_id"].removesuffix(".arn}")
    ]
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/2"
    assert role("operate").may("kms:GenerateDataKey", key, kms__ResourceAliases=[alias])
    assert not role("operate").may("kms:GenerateDataKey", key, kms__ResourceAliases=["alias/windlass-dev-sessions"])
    assert not role("view").may("kms:GenerateDataKey", key, kms__ResourceAliases=[alias])
    for resource in ("task/windlass-prod/1", "cluster/windlass-prod"):
        assert role("operate").may("ecs:ExecuteCommand", f"arn:aws:ecs:{REGION}:{ACCOUNT}:{resource}")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("secretsmanager:GetSecretValue", SECRET),
        ("secretsmanager:BatchGetSecretValue", "*"),
        ("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/somebody/elses"),
        ("s3:GetObject", f"{STATES}/windlass/other/data/terraform.tfstate"),
        ("s3:GetObject", "arn:aws:s3:::windlass-prod-task-logs/a"),
        ("logs:GetLogEvents", "*"),
        ("logs:FilterLogEvents", "*"),
        ("ecr:GetAuthorizationToken", "*"),
        ("sts:AssumeRole", f"{ROLES}/administrator"),
    ],
)
def test_i02_a_pull_request_reads_no_contents_whatever_read_only_access_allows(action: str, resource: str) -> None:
    pull_request = Caller(policies=[policy("plan"), READ_ONLY])
    assert not pull_request.may(action, resource)
    assert pull_request.may("s3:GetObject", f"{STATES}/windlass/prod/data/terraform.tfstate")
    assert pull_request.may("ssm:GetParameter", PARAMETER)


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("iam:CreateRole", f"{ROLES}/windlass-prod-web-task", {}),
        ("iam:CreateRole", f"{ROLES}/windlass-prod-web-task", {"iam__PermissionsBoundary": f"{IAM}:policy/mine"}),
        ("iam:PutRolePolicy", f"{ROLES}/windlass-prod-web-task", {}),
        (
            "iam:PutRolePermissionsBoundary",
            f"{ROLES}/windlass-prod-web-task",
            {"iam__PermissionsBoundary": ADMINISTRATOR},
        ),
        (
            "iam:DeleteRolePermissionsBoundary",
            f"{ROLES}/windlass-prod-web-task",
            {"iam__PermissionsBoundary": BOUNDARY},
        ),
        ("iam:AttachRolePolicy", f"{ROLES}/windlass-prod-apply", {"iam__PermissionsBoundary": BOUNDARY}),
        ("iam:UpdateAssumeRolePolicy", f"{ROLES}/windlass-prod-plan", {}),
        ("iam:UpdateAssumeRolePolicy", f"{ROLES}/administrator", {}),
        ("iam:TagRole", f"{ROLES}/windlass-prod-deploy", {}),
        ("iam:CreateUser", f"{IAM}:user/me", {}),
        ("iam:CreateAccessKey", f"{IAM}:user/administrator", {}),
        ("iam:CreatePolicyVersion", BOUNDARY, {}),
        ("iam:SetDefaultPolicyVersion", BOUNDARY, {}),
        ("iam:CreateOpenIDConnectProvider", f"{IAM}:oidc-provider/evil.example.com", {}),
        ("iam:PassRole", f"{ROLES}/administrator", {"iam__PassedToService": "lambda.amazonaws.com"}),
        ("iam:PassRole", f"{ROLES}/windlass-prod-apply", TO_TASKS),
        ("sts:AssumeRole", f"{ROLES}/administrator", {}),
        ("s3:PutBucketPolicy", STATES, {}),
        ("s3:DeleteObjectVersion", f"{STATES}/windlass/prod/data/terraform.tfstate", {}),
        ("kms:PutKeyPolicy", KEY, STATE_KEY),
        ("kms:ScheduleKeyDeletion", KEY, STATE_KEY),
        ("kms:DeleteAlias", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/{STATE}", {}),
        ("dynamodb:DeleteTable", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/windlass-state-locks", {}),
    ],
)
def test_i02_apply_with_administrator_access_does_not_become_administrator(
    action: str, resource: str, context: dict[str, Any]
) -> None:
    context = {
        key: f"{IAM}:policy/AdministratorAccess" if value is ADMINISTRATOR else value for key, value in context.items()
    }
    assert Caller(policies=[ADMINISTRATOR]).may(action, resource, **context)
    assert not Caller(policies=[policy("apply"), ADMINISTRATOR]).may(action, resource, **context)


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("iam:CreateRole", f"{ROLES}/windlass-prod-web-task", {"iam__PermissionsBoundary": BOUNDARY}),
        ("iam:PutRolePolicy", f"{ROLES}/windlass-prod-airflow-worker-a-task", {"iam__PermissionsBoundary": BOUNDARY}),
        ("iam:UpdateAssumeRolePolicy", f"{ROLES}/windlass-prod-web-task", {}),
        ("iam:TagRole", f"{ROLES}/windlass-prod-monitoring", {}),
        ("iam:DeleteRole", f"{ROLES}/windlass-prod-flow-logs-eu-west-1", {}),
        ("iam:CreateServiceLinkedRole", f"{ROLES}/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS", {}),
        ("iam:PassRole", f"{ROLES}/windlass-prod-monitoring", {"iam__PassedToService": "monitoring.rds.amazonaws.com"}),
        ("iam:GetRole", f"{ROLES}/administrator", {}),
        ("rds:CreateDBInstance", f"arn:aws:rds:{REGION}:{ACCOUNT}:db:windlass-prod", {}),
        ("kms:PutKeyPolicy", KEY, {}),
        ("s3:PutBucketPolicy", "arn:aws:s3:::windlass-prod-task-logs", {}),
    ],
)
def test_apply_with_administrator_access_applies(action: str, resource: str, context: dict[str, Any]) -> None:
    assert Caller(policies=[policy("apply"), ADMINISTRATOR]).may(action, resource, **context)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_deployers_own_roles_are_those_that_layers_make_and_no_pipelines(name: str) -> None:
    environment = changed_environment(name, everybody)
    patterns = own_role_patterns(environment)
    created = {body["name"] for _, body in Stacks(documents=documents(name)).resources("aws_iam_role")}
    pipelines = documents_of(name, everybody)["delivery"]["resource"]["aws_iam_role"].values()
    assert all(any(like(pattern, f"{ROLES}/{role}") for pattern in patterns) for role in created)
    # `prod` and `prod-eu` of one project have names that begin alike.
    for one in pipelines:
        for prefix in (environment.prefix, f"{environment.prefix}-eu"):
            arn = f"{ROLES}/{prefix}{one['name'].removeprefix(environment.prefix)}"
            assert not any(like(pattern, arn) for pattern in patterns), arn


def test_policies_fit_into_what_iam_allows() -> None:
    for word in ("plan", "plan-data", "apply", "deploy", "switch", "push", "view", "operate"):
        size = len(json.dumps(json.loads(policy(word)), separators=(",", ":")))
        assert size <= 10_240, (word, size)  # all inline policies of a role together, without white space
