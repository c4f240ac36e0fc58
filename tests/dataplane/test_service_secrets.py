"""A service's own secrets reach its container with the roles that are generated for it, and no other secret does."""

import json
from typing import Any

import boto3
import pytest
from pydantic_core import to_jsonable_python

from config import Environment
from layers.synthesis import terraform_json
from tests.dataplane.account import IMAGE, REGION
from tests.dataplane.extra import Extra
from tests.dataplane.generated_roles import GeneratedRoles
from tests.dataplane.running_platform import Platform
from tests.support.options import environment
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

SERVICE = "s" * 16
PRINTS = "test $STRIPE_API_KEY = sk-1 && test $STRIPE_HOOK = hook-1 && test $PARTNER = token-1 && exec sleep 600"


@pytest.fixture(scope="module")
def roles(running_platform: Platform) -> GeneratedRoles:
    account, keys = running_platform.account, {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    kms = boto3.client("kms", endpoint_url=account.endpoint_url, region_name=REGION, **keys)
    own, foreign = (kms.create_key()["KeyMetadata"]["Arn"] for _ in "..")
    partner = account.secrets.create_secret(
        Name="partner", SecretString=json.dumps({"token": "token-1"}), KmsKeyId=foreign
    )["ARN"]
    data: dict[str, Any] = dict(to_jsonable_python(environment("web")))
    data["services"][SERVICE]["kms_key_arns"] = [foreign]
    data["services"][SERVICE]["secrets"] = {
        "STRIPE_API_KEY": {"name": "stripe", "json_key": "api_key"},
        "STRIPE_HOOK": {"name": "stripe", "json_key": "hook"},
        "PARTNER": {"arn": partner, "json_key": "token"},
    }
    documents = terraform_json(Environment.model_validate_json(json.dumps(data)))
    resource = documents["data"]["resource"]["aws_secretsmanager_secret"][f"service-secrets_{SERVICE}_stripe_secret"]
    empty = account.secrets.create_secret(Name=resource["name"], KmsKeyId=own)["ARN"]
    outputs = {
        f"service_secret_arns.{SERVICE}_stripe": empty,
        "database_url_secret_arn": account.secrets.create_secret(Name="w/web/database/url", SecretString="x")["ARN"],
        "kms_key_arn": own,
        f"repository_arns.{SERVICE}": f"arn:aws:ecr:{REGION}:123456789012:repository/windlass-test/web",
    }
    return GeneratedRoles(account, documents, SERVICE, outputs)


@pytest.fixture(scope="module")
def task_roles(roles: GeneratedRoles) -> dict[str, str]:
    return roles.make()


@pytest.fixture
def stripe(platform: Platform) -> None:
    """The secret that a person fills in."""
    value = json.dumps({"api_key": "sk-1", "hook": "hook-1"})
    platform.account.secrets.put_secret_value(SecretId=f"w/web/{SERVICE}/stripe", SecretString=value)


def start(extra: Extra, roles: GeneratedRoles, task_roles: dict[str, str], *more: dict[str, str]) -> None:
    container = roles.container()
    extra.create(f"{IMAGE}:1", roles=task_roles, secrets=[*container["secrets"], *more], command=["sh", "-c", PRINTS])


def test_an_empty_secret_stops_the_task(extra: Extra, roles: GeneratedRoles, task_roles: dict[str, str]) -> None:
    start(extra, roles, task_roles)
    wait_for("the verdict", lambda: "ResourceInitializationError" in extra.problem)


@pytest.mark.usefixtures("stripe")
def test_the_container_gets_its_secrets_and_keys_of_them(
    extra: Extra, roles: GeneratedRoles, task_roles: dict[str, str]
) -> None:
    start(extra, roles, task_roles)
    wait_for("its start", lambda: extra.is_steady)


@pytest.mark.usefixtures("stripe")
@pytest.mark.parametrize("name", ["w/web/api/stripe", "w/web/database/password", "another"])
def test_a_secret_of_somebody_else_is_denied(
    platform: Platform, extra: Extra, roles: GeneratedRoles, task_roles: dict[str, str], name: str
) -> None:
    arn = platform.account.secrets.create_secret(Name=name, SecretString="x")["ARN"]
    start(extra, roles, task_roles, {"name": "MORE", "valueFrom": arn})
    wait_for("the verdict", lambda: f"failed to fetch secret {arn} from secrets manager: AccessDenied" in extra.problem)


@pytest.mark.usefixtures("stripe")
def test_a_secret_under_a_foreign_key_needs_that_key(
    platform: Platform, extra: Extra, roles: GeneratedRoles, task_roles: dict[str, str]
) -> None:
    iam, name = platform.account.iam, task_roles["executionRoleArn"].rpartition("/")[2]
    policy = iam.get_role_policy(RoleName=name, PolicyName="execution")["PolicyDocument"]
    without = [each for each in policy["Statement"] if each["Sid"] != "DecryptSecrets"]
    iam.put_role_policy(
        RoleName=name, PolicyName="execution", PolicyDocument=json.dumps({**policy, "Statement": without})
    )
    try:
        start(extra, roles, task_roles)
        wait_for("the verdict", lambda: "AccessDenied" in extra.problem)
    finally:
        iam.put_role_policy(RoleName=name, PolicyName="execution", PolicyDocument=json.dumps(policy))
