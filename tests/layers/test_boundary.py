"""The permissions boundary holds even with AdministratorAccess, and lets every role do what its own policy allows."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from aws.role_owner import OWNER_TAG
from terraform.document import Stacks, type_of
from tests.support.documents import ENVIRONMENTS, documents, documents_of
from tests.support.policies import Caller

ADMINISTRATOR = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ACCOUNT, REGION = "123456789012", "eu-west-1"
ECS, ROLES = f"arn:aws:ecs:{REGION}:{ACCOUNT}", f"arn:aws:iam::{ACCOUNT}:role"
SECRETS, PARAMETERS = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter"
STATE = f"windlass-state-{ACCOUNT}-{REGION}"
TO_TASKS = {"iam__PassedToService": "ecs-tasks.amazonaws.com"}


def boundary(name: str = "prod") -> str:
    (policy,) = documents(name)["network"]["resource"]["aws_iam_policy"].values()
    return str(policy["policy"]).replace("$${", "${")


def administrator(owner: str | None) -> Caller:
    """A role of prod with AdministratorAccess and the boundary."""
    return Caller(policies=[ADMINISTRATOR], boundary=boundary(), tags={OWNER_TAG: owner} if owner else {})


@pytest.mark.parametrize("owner", ["web", "airflow", "workflow", None])
@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("iam:CreateRole", f"{ROLES}/windlass-prod-web-task", {}),
        ("iam:DeleteRolePermissionsBoundary", f"{ROLES}/windlass-prod-web-task", {}),
        ("iam:CreatePolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/windlass-prod-boundary", {}),
        ("iam:ListRoles", "*", {}),
        ("iam:PassRole", f"{ROLES}/administrator", TO_TASKS),
        ("iam:PassRole", f"{ROLES}/windlass-prod-apply", TO_TASKS),
        ("iam:PassRole", f"{ROLES}/windlass-prod-web-task", {}),
        ("sts:AssumeRole", f"{ROLES}/windlass-prod-apply", {}),
        ("sts:AssumeRole", f"{ROLES}/administrator", {}),
        ("secretsmanager:GetSecretValue", f"{SECRETS}:windlass/prod/database/password-AbCdEf", {}),
        ("secretsmanager:GetSecretValue", f"{SECRETS}:windlass/prod/other/key-AbCdEf", {}),
        ("secretsmanager:GetSecretValue", f"{SECRETS}:somebody-elses-AbCdEf", {}),
        ("ssm:PutParameter", f"{PARAMETERS}/windlass/prod/other/colour", {}),
        ("s3:GetObject", f"arn:aws:s3:::{STATE}/windlass/prod/data/terraform.tfstate", {}),
        ("s3:PutBucketPolicy", f"arn:aws:s3:::{STATE}", {}),
        ("dynamodb:PutItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/windlass-state-locks", {}),
        ("kms:Decrypt", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1", {"kms__ResourceAliases": [f"alias/{STATE}"]}),
        ("ecs:RunTask", f"{ECS}:task-definition/windlass-prod-web-api-blue:3", {}),
        ("ecs:UpdateService", f"{ECS}:service/windlass-prod/windlass-prod-other-blue", {}),
        ("ecs:RegisterTaskDefinition", f"{ECS}:task-definition/windlass-prod-other-blue:1", {}),
        ("ecs:ExecuteCommand", f"{ECS}:task/windlass-prod/1", {}),
    ],
)
def test_i01_an_administrator_behind_the_boundary_may_not(
    owner: str | None, action: str, resource: str, context: dict[str, Any]
) -> None:
    assert Caller(policies=[ADMINISTRATOR]).may(action, resource, **context)
    assert not administrator(owner).may(action, resource, **context)


@pytest.mark.parametrize(
    ("action", "resource", "context", "owners"),
    [
        ("secretsmanager:GetSecretValue", f"{SECRETS}:windlass/prod/airflow/fernet-keys-AbCdEf", {}, {"airflow"}),
        ("ssm:GetParameter", f"{PARAMETERS}/windlass/prod/airflow/workflow/cluster", {}, {"airflow"}),
        ("ssm:PutParameter", f"{PARAMETERS}/windlass/prod/web/colour", {}, {"web"}),
        ("ecs:UpdateService", f"{ECS}:service/windlass-prod/windlass-prod-web-blue", {}, {"web"}),
        ("ecs:RunTask", f"{ECS}:task-definition/windlass-prod-workflow-report:3", {}, {"airflow"}),
        ("ecs:RegisterTaskDefinition", f"{ECS}:task-definition/windlass-prod-workflow-report:3", {}, {"airflow"}),
        ("iam:PassRole", f"{ROLES}/windlass-prod-workflow-task", TO_TASKS, {"airflow", "workflow"}),
        ("iam:PassRole", f"{ROLES}/windlass-prod-web-execution", TO_TASKS, {"web"}),
        ("s3:GetObject", "arn:aws:s3:::windlass-prod-uploads/a", {}, {"web", "airflow", "workflow", None}),
        ("kms:Decrypt", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/2", {}, {"web", "airflow", "workflow", None}),
    ],
)
def test_i01_what_belongs_to_one_owner_is_left_to_it(
    action: str, resource: str, context: dict[str, Any], owners: set[str | None]
) -> None:
    everyone = ("web", "airflow", "workflow", None)
    allowed = {owner for owner in everyone if administrator(owner).may(action, resource, **context)}
    # The tasks of DAGs have roles of their own, which only Airflow passes.
    assert allowed == owners - ({"workflow"} if action == "iam:PassRole" else set())


def every_kind_of_role(data: dict[str, Any]) -> None:
    """Roles that no shipped environment makes: of CodeDeploy, of the proxy before the database."""
    image = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/windlass-prod/shop:1"
    listener = {"port": 8443, "allowed_cidrs": ["10.0.0.0/8"]}
    shop = {"strategy": "codedeploy", "image": image, "test_listener": listener, "priority": 900}
    data["services"]["shop"] = {**shop, "host_names": ["shop.example.com"], "uses_database": True}
    data["airflow"]["database_proxy"] = {"max_connections_percent": 60}


@pytest.mark.parametrize("name", [*ENVIRONMENTS, "every kind"])
def test_i01_the_boundary_denies_nothing_that_a_role_is_allowed(name: str) -> None:
    every_kind, name = name == "every kind", "prod" if name == "every kind" else name
    stacks = Stacks(documents=documents_of(name, every_kind_of_role) if every_kind else documents(name))
    limits, checked = boundary(name), 0
    if every_kind:
        created = {body["name"] for _, body in stacks.resources("aws_iam_role")}
        assert {"windlass-prod-shop-codedeploy", "windlass-prod-airflow-rds-proxy"} <= created
    for address, policy in stacks.resources("aws_iam_role_policy"):
        for role in stacks.resolve(address, policy["role"]):
            caller = Caller(policies=[ADMINISTRATOR], boundary=limits, tags=stacks.bodies[role].get("tags") or {})
            for action, arn, context in granted(stacks, address, policy["policy"]):
                if action == "ecs:RegisterTaskDefinition":  # AWS judges it by the family, which the caller names
                    arn = f"{ECS}:task-definition/windlass-{name}-workflow-report:1"
                assert caller.may(action, arn, **context), (role, action, arn)
                checked += 1
    assert checked > 50


def granted(stacks: Stacks, address: str, text: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each action of a policy on each of its resources, with ARNs in place of references."""
    for statement in json.loads(text)["Statement"]:
        context = TO_TASKS if "iam:PassRole" in statement["Action"] else {}
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        for action in actions:
            for resource in resources:
                yield action, arn_of(stacks, address, resource), context


def arn_of(stacks: Stacks, address: str, resource: str) -> str:
    """The ARN that a reference will have: of roles and secrets by their names, of other things any."""
    whole = re.fullmatch(r"\$\{[^}]*\}", resource)
    for target in stacks.resolve(address, resource) if whole else ():
        body, kind = stacks.bodies[target], type_of(target)
        if kind == "aws_iam_role":
            return f"{ROLES}/{body['name']}"
        if kind == "aws_ecs_service":
            return f"{ECS}:service/windlass-prod/{body['name']}"
        if kind == "aws_secretsmanager_secret":
            return f"{SECRETS}:{body['name']}-AbCdEf"
        if kind == "aws_secretsmanager_secret_version":
            return arn_of(stacks, target, body["secret_id"])
        if kind == "aws_cloudformation_stack":
            parts = json.loads(body["template_body"])["Resources"].values()
            (name,) = {part["Properties"]["Name"] for part in parts if part["Type"] == "AWS::SecretsManager::Secret"}
            return f"{SECRETS}:{name}-AbCdEf"
        return f"arn:aws:any:::{kind}"
    return re.sub(r"\$\{[^}]*\}", lambda match: name_of(stacks, address, match[0]), resource)


def name_of(stacks: Stacks, address: str, reference: str) -> str:
    """The name of what a reference inside an ARN refers to."""
    names = [str(stacks.bodies[target].get("name")) for target in stacks.resolve(address, reference)]
    return names[0] if names else "any"


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_i01_a_role_says_whose_it_is(name: str) -> None:
    stacks, prefix = Stacks(documents=documents(name)), f"windlass-{name}"
    owners = {body["name"]: (body.get("tags") or {}).get(OWNER_TAG) for _, body in stacks.resources("aws_iam_role")}
    assert owners[f"{prefix}-web-task"] == "web"
    assert {owner for role, owner in owners.items() if role.startswith(f"{prefix}-airflow-")} == {"airflow"}
    assert {role for role, owner in owners.items() if owner is None} <= {
        f"{prefix}-monitoring",
        f"{prefix}-flow-logs-eu-west-1",
        f"{prefix}-database-hours-schedule",
    }
