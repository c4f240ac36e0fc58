"""An account from nothing to the roles of pipelines and back, by a person with the published policies and nothing else.

The role `apply` has the same policies, with its own limits. Then pipelines and people run what is theirs (I02).
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.docs.deployer_policy import ROLE as DEPLOYER
from tests.permissions import recording
from tests.permissions.deployer import make_deployer
from tests.permissions.empty_accounts import small_account
from tests.permissions.pipeline import PREFIX, Pipeline, people, settings
from tests.permissions.state_store import BUCKET
from tests.platform.queries import client
from tests.release.registry.images import Image, write_folder

pytestmark = pytest.mark.slow

STATE = "windlass/local/network/terraform.tfstate"
SECRET = "windlass/local/database/password"
REPOSITORY = "windlass-local/web"
TARGETS = ("aws_ecr_repository.repositories_web", "aws_secretsmanager_secret_version.database-password_version")
"""Of the data layer; its database takes minutes."""


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Pipeline]:
    """The account, with a role that has the published policies."""
    with small_account(tmp_path_factory.mktemp("account") / "platform") as account, people(account):
        arns = make_deployer(account)
        yield Pipeline(platform=account, variables=settings(arns))
        calls = recording.allowed(account.endpoint_url)
        # As which role flow logs are written is judged where their role is made.
        calls = {role: actions for role, actions in calls.items() if not role.startswith("flow-logs-")}
        recording.compare("empty-account", calls, write=bool(request.config.getoption("--record")))


def refused(call: Callable[[], Any]) -> str:
    """AWS's error code for a call."""
    with pytest.raises(ClientError) as error:
        call()
    return str(error.value.response["Error"]["Code"])


def test_a_person_makes_the_state_the_network_and_the_roles(pipeline: Pipeline) -> None:
    pipeline.run(DEPLOYER, "bootstrap", "local", "--yes")
    for layer in ("network", "delivery"):
        pipeline.run(DEPLOYER, "apply", "local", "--layer", layer, "--yes")
    roles = {role["RoleName"] for role in client(pipeline.platform, "iam").list_roles()["Roles"]}
    words = ("plan", "plan-data", "apply", "deploy", "switch", "push", "view", "operate")
    assert {f"{PREFIX}-{word}" for word in words} <= roles


def test_the_role_that_applies_goes_on_from_there(pipeline: Pipeline) -> None:
    # An administrator changes the boundary; everything else in the network is this role's.
    refusal = pipeline.run("apply", "apply", "local", "--layer", "network", "--yes", variables=TAGGED, code=1)
    assert "is not authorized to perform: iam:TagPolicy on resource: " in " ".join(refusal.split())
    assert "changed, 0 destroyed" in pipeline.run("apply", "apply", "local", "--layer", "network", "--yes")
    targets = [f"-target={address}" for address in TARGETS]
    pipeline.run("apply", "apply", "local", "--layer", "data", "--yes", "--", *targets)


def test_a_pull_request_plans_without_a_lock(pipeline: Pipeline) -> None:
    assert "nothing to change" in pipeline.run("plan", "plan", "local", "--layer", "network", "--no-lock")


def test_a_pull_request_writes_nothing_and_opens_no_secret(pipeline: Pipeline) -> None:
    s3, secrets = pipeline.client("plan", "s3"), pipeline.client("plan", "secretsmanager")
    assert refused(lambda: s3.put_object(Bucket=BUCKET, Key=STATE, Body=b"{}")) == "AccessDenied"
    assert refused(lambda: s3.delete_object(Bucket=BUCKET, Key=STATE)) == "AccessDenied"
    assert refused(lambda: secrets.get_secret_value(SecretId=SECRET)) == "AccessDeniedException"
    locked = pipeline.run("plan", "plan", "local", "--layer", "network", code=1)
    assert "is not authorized to perform: dynamodb:PutItem" in " ".join(locked.split())
    data = pipeline.run("plan", "plan", "local", "--layer", "data", "--no-lock", code=1)
    assert "is not authorized to perform: secretsmanager:Get" in " ".join(data.split())


def test_a_reviewed_workflow_plans_with_secrets(pipeline: Pipeline) -> None:
    assert "database" in pipeline.run("plan-data", "plan", "local", "--layer", "data", "--no-lock")


def test_push_puts_an_image_into_the_repository(pipeline: Pipeline, tmp_path: Path) -> None:
    layout = write_folder(tmp_path / "layout", Image.of("arm64").layout())
    pipeline.run("push", "push", "local", "web", "--image", str(layout), "--tag", "0.9.0")
    images = client(pipeline.platform, "ecr").list_images(repositoryName=REPOSITORY)["imageIds"]
    assert [image["imageTag"] for image in images if "imageTag" in image] == ["0.9.0"]


def test_people_see_every_layer_and_change_no_secret_that_they_can_read(pipeline: Pipeline) -> None:
    for word in ("view", "operate"):
        shown = pipeline.run(word, "status", "local", "--json")
        assert "cannot be read" not in shown
        secrets = pipeline.client(word, "secretsmanager")
        assert refused(lambda own=secrets: own.get_secret_value(SecretId=SECRET)) == "AccessDeniedException"
    pipeline.run("operate", "secrets", "local")
    operate, view = (pipeline.client(word, "secretsmanager") for word in ("operate", "view"))
    operate.put_secret_value(SecretId=SECRET, SecretString="another-password")
    assert refused(lambda: view.put_secret_value(SecretId=SECRET, SecretString="mine")) == "AccessDeniedException"


def test_a_person_takes_everything_down_again(pipeline: Pipeline) -> None:
    pipeline.run(DEPLOYER, "destroy", "local", "--yes")
    pipeline.run(DEPLOYER, "bootstrap", "local", "--destroy", "--yes")


def test_no_other_call_was_denied(pipeline: Pipeline) -> None:
    by_role: dict[str, set[str]] = {}
    for call in recording.denied(pipeline.platform.endpoint_url):
        role, action, _ = call.split(" ")
        by_role.setdefault(role, set()).add(action)
    assert by_role == DENIED


TAGGED = {"WINDLASS_TAGS": json.dumps({"Owner": "platform"})}
DENIED = {
    "apply": {"iam:TagPolicy"},
    "plan": {
        "dynamodb:PutItem",
        "s3:DeleteObject",
        "s3:PutObject",
        "secretsmanager:GetRandomPassword",
        "secretsmanager:GetSecretValue",
    },
    "operate": {"secretsmanager:GetSecretValue"},
    "view": {"secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"},
}
"""Role → what the tests above show that it may not do."""
