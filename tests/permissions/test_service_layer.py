"""Terraform plans and applies a service layer as the delivery roles, with the state in S3 and its lock (I02, S01)."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.running.state_store import S3StateStore
from tests.permissions import recording
from tests.permissions.delivery_roles import OUTPUTS, make_boundary, make_delivery_roles, session_of
from tests.permissions.gateway import ROOT, acting_as
from tests.permissions.pipeline import ACCOUNT, REGION
from tests.permissions.state_store import BUCKET, TABLE, make_state_store
from tests.support.documents import documents
from tests.support.embedded import embedded_aws
from tests.support.strategies import Infrastructure, Terraform, make_infrastructure, service

pytestmark = pytest.mark.slow

IMAGES = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/windlass-local/web"
FAMILY = "windlass-local-web-rolling"
SERVICES = {"web": service("rolling", priority=50, path_patterns=["/*"])}
STATE = "windlass/local/service/terraform.tfstate"


@dataclass(frozen=True, kw_only=True)
class Layer:
    """The service layer, and who runs Terraform on it."""

    terraform: Terraform
    root: Infrastructure
    """With clients of the account's root."""
    caller: dict[str, str]

    def act(self, word: str) -> None:
        """Let the following commands be those of a role."""
        self.caller.update(session_of(self.root.client, word))

    def client(self, word: str, name: str) -> Any:
        """A client of a role."""
        self.act(word)
        return self.terraform.base.client(name)

    def image(self) -> str:
        """Of the task definition that the service runs."""
        ecs = self.root.client("ecs")
        (running,) = ecs.describe_services(cluster="windlass-local", services=[FAMILY])["services"]
        definition = ecs.describe_task_definition(taskDefinition=running["taskDefinition"])["taskDefinition"]
        return str(definition["containerDefinitions"][0]["image"])


def write(terraform: Terraform, services: dict[str, Any]) -> None:
    """Write the stack; its roles have the boundary, as those of every layer have."""
    terraform.write(services)
    file = terraform.folder / "cdk.tf.json"
    document = json.loads(file.read_text())
    for body in document["resource"]["aws_iam_role"].values():
        body["permissions_boundary"] = OUTPUTS["boundary_arn"]
    file.write_text(json.dumps(document))


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Layer]:
    """It is applied by the role `apply`."""
    caller = dict(ROOT)
    with embedded_aws("permissions") as url, acting_as(url, caller) as gateway:
        root = make_infrastructure(url, "windlass-local")
        make_state_store(root.client)
        make_boundary(root.client)
        make_delivery_roles(root.client)
        folder = tmp_path_factory.mktemp("permissions")
        terraform = Terraform(folder=folder, base=replace(root, endpoint_url=gateway))
        write(terraform, SERVICES)
        backend = json.dumps({"terraform": {"backend": documents("local")["service"]["terraform"]["backend"]}})
        (folder / "backend_override.tf.json").write_text(backend.replace("http://127.0.0.1:5999", gateway))
        applying = Layer(terraform=terraform, root=root, caller=caller)
        applying.act("apply")
        initialised = terraform.run("init", "-input=false")
        assert initialised.returncode == 0, initialised.stdout + initialised.stderr
        with terraform.with_provider() as terraform:
            applied = terraform.apply()
            assert applied.returncode == 0, applied.stdout + applied.stderr
            yield replace(applying, terraform=terraform)
        recording.compare("service-layer", recording.allowed(url), write=bool(request.config.getoption("--record")))


def refused(call: Callable[[], Any]) -> str:
    """AWS's error code for a call."""
    with pytest.raises(ClientError) as error:
        call()
    return str(error.value.response["Error"]["Code"])


def said(text: str) -> str:
    """Without the frame of Terraform's messages."""
    return re.sub(r"[\s│]+", " ", text)


def test_the_role_that_applies_keeps_the_state_in_the_bucket(layer: Layer) -> None:
    head = layer.root.client("s3").head_object(Bucket=BUCKET, Key=STATE)
    assert head["ServerSideEncryption"] == "aws:kms"
    assert layer.image() == f"{IMAGES}:1"


def test_a_pull_request_plans_without_a_lock_and_cannot_take_one(layer: Layer) -> None:
    layer.act("plan")
    plan = layer.terraform.run("plan", "-detailed-exitcode", "-input=false", "-lock=false")
    assert plan.returncode == 0, plan.stdout + plan.stderr
    locked = layer.terraform.plan()
    assert locked.returncode == 1
    assert "windlass-local-plan/workflow is not authorized to perform: dynamodb:PutItem" in said(locked.stderr)


def test_a_pull_request_writes_nothing_and_opens_no_secret(layer: Layer) -> None:
    secrets = layer.root.client("secretsmanager")
    secrets.create_secret(Name="windlass/local/database/password", SecretString="a-password")
    s3, own = layer.client("plan", "s3"), layer.client("plan", "secretsmanager")
    assert refused(lambda: s3.put_object(Bucket=BUCKET, Key=STATE, Body=b"{}")) == "AccessDenied"
    assert refused(lambda: s3.delete_object(Bucket=BUCKET, Key=STATE)) == "AccessDenied"
    assert refused(lambda: own.get_secret_value(SecretId="windlass/local/database/password")) == "AccessDeniedException"
    assert s3.get_object(Bucket=BUCKET, Key=STATE)["Body"].read().startswith(b"{")
    reviewed = layer.client("plan-data", "secretsmanager")
    assert reviewed.get_secret_value(SecretId="windlass/local/database/password")["SecretString"] == "a-password"


def test_a_deployment_registers_its_image_and_updates_the_service(layer: Layer) -> None:
    ssm = layer.client("deploy", "ssm")
    ssm.put_parameter(Name="/windlass/local/web/image", Value=f"{IMAGES}:2", Overwrite=True)
    registered = layer.terraform.apply("-target=aws_ecs_task_definition.web_rolling_task_definition")
    assert registered.returncode == 0, registered.stderr
    applied = layer.terraform.apply()
    assert applied.returncode == 0, applied.stderr
    assert layer.image() == f"{IMAGES}:2"


def test_a_deployment_changes_nothing_else_of_the_layer(layer: Layer) -> None:
    write(layer.terraform, {"web": {**SERVICES["web"], "health_check_path": "/other"}})
    layer.act("deploy")
    applied = layer.terraform.apply()
    assert applied.returncode == 1
    assert "not authorized to perform: elasticloadbalancing:ModifyTargetGroup" in said(applied.stderr)
    write(layer.terraform, SERVICES)


@pytest.mark.parametrize("word", ["plan", "plan-data", "apply", "deploy", "switch", "view", "operate"])
def test_commands_read_the_outputs_from_the_bucket(layer: Layer, word: str) -> None:
    layer.act(word)
    store = S3StateStore(
        bucket=BUCKET,
        key="bootstrap/terraform.tfstate",
        region=REGION,
        table=TABLE,
        account_id=ACCOUNT,
        endpoint_url=layer.terraform.base.endpoint_url,
        variables={"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"},
    )
    assert store.bucket_exists()
    assert store.read(STATE)["outputs"]["cluster_name"]["value"] == "windlass-local"
    if word not in ("deploy", "switch"):
        assert store.read(STATE.replace("service", "delivery")) == {}, "nobody has applied it yet"


@pytest.mark.parametrize("word", ["switch", "push"])
def test_roles_without_terraform_write_no_state(layer: Layer, word: str) -> None:
    s3 = layer.client(word, "s3")
    assert refused(lambda: s3.put_object(Bucket=BUCKET, Key=STATE, Body=b"{}")) == "AccessDenied"
