"""Real Terraform on the embedded AWS: what moto had to be extended for, and the S3 backend with both of its locks."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local import environment_variables
from tests.local.conftest import REGION
from tests.local.terraform_configuration import LOCK_TABLE, PROVIDERS, RESOURCES, STATE_BUCKET, TLS_ONLY, backend
from tests.local.test_s3 import AWKWARD_KEYS, RUN_ID_KEY
from tests.support.provider import attached_provider

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("terraform") is None, reason="Terraform is the one thing that a user brings"),
]


class Terraform:
    """One folder with one configuration."""

    def __init__(self, folder: Path, configuration: dict[str, Any], environment: dict[str, str]) -> None:
        folder.mkdir(parents=True)
        (folder / "main.tf.json").write_text(json.dumps(configuration))
        self.folder = folder
        self.environment = environment

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["terraform", *arguments, "-no-color", "-input=false"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, expected: int = 0) -> str:
        with self.start(*arguments) as process:
            shown = process.communicate()[0]
        assert process.returncode == expected, f"terraform {arguments[0]} → {process.returncode}\n{shown[-6000:]}"
        return shown


@pytest.fixture(scope="module")
def environment(endpoint_url: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_LOG"))}
    return {**inherited, **environment_variables(endpoint_url, REGION), "CHECKPOINT_DISABLE": "1"}


@pytest.fixture(scope="module")
def state_bucket(client: Callable[[str], Any]) -> str:
    s3 = client("s3")
    s3.create_bucket(Bucket=STATE_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=STATE_BUCKET, VersioningConfiguration={"Status": "Enabled"})
    policy = json.dumps(TLS_ONLY).replace("${aws_s3_bucket.data.arn}", f"arn:aws:s3:::{STATE_BUCKET}")
    s3.put_bucket_policy(Bucket=STATE_BUCKET, Policy=policy)
    client("dynamodb").create_table(
        TableName=LOCK_TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
    )
    return STATE_BUCKET


def test_extended_resources_survive_apply_an_empty_second_plan_and_destroy(
    tmp_path, endpoint_url, environment, state_bucket, client
):
    settings = backend(endpoint_url, "resources.tfstate", {"dynamodb_table": LOCK_TABLE})
    configuration = {
        **PROVIDERS,
        "terraform": {**PROVIDERS["terraform"], "backend": {"s3": settings}},
        "data": {"aws_prefix_list": {"s3": {"name": f"com.amazonaws.{REGION}.s3"}}},
        "ephemeral": {
            "aws_secretsmanager_random_password": {"cache": {"password_length": 32, "exclude_punctuation": True}}
        },
        "resource": RESOURCES,
    }
    terraform = Terraform(tmp_path / "resources", configuration, environment)
    count = sum(len(of_type) for of_type in RESOURCES.values())
    terraform.run("init")
    with attached_provider(terraform.folder, environment) as terraform.environment:
        check_apply_and_destroy(terraform, count, state_bucket, client)


def check_apply_and_destroy(terraform, count, state_bucket, client):
    assert f"Resources: {count} added" in terraform.run("apply", "-auto-approve", "-parallelism=30")
    assert "No changes." in terraform.run("plan", "-detailed-exitcode", "-parallelism=30")

    state = client("s3").get_object(Bucket=state_bucket, Key="resources.tfstate")["Body"].read().decode()
    secret = client("secretsmanager").get_secret_value(SecretId="terraform/cache")["SecretString"]
    assert "terraform-cache-user" in state
    assert secret not in state
    service = client("ecs").describe_services(cluster="terraform", services=["web"])["services"][0]
    assert (service["runningCount"], service["enableECSManagedTags"]) == (2, True)

    assert f"Resources: {count} destroyed" in terraform.run("destroy", "-auto-approve", "-parallelism=30")
    assert [user["UserId"] for user in client("elasticache").describe_users()["Users"]].count("terraform-app") == 0
    assert "windlass-test-data" not in [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]]


LOCKS = {
    "dynamodb": ({"dynamodb_table": LOCK_TABLE}, "ConditionalCheckFailedException"),
    "lock-file": ({"use_lockfile": True}, "PreconditionFailed"),
}


@pytest.mark.parametrize("style", LOCKS)
def test_of_two_concurrent_applies_one_reports_who_holds_the_lock(
    style, tmp_path, endpoint_url, environment, state_bucket
):
    lock, refusal = LOCKS[style]
    hold = {"provisioner": [{"local-exec": {"command": "while [ ! -e go ]; do sleep 0.1; done"}}]}
    configuration = {
        "terraform": {"backend": {"s3": backend(endpoint_url, f"{style}.tfstate", lock)}},
        "resource": {"terraform_data": {"hold": hold}},
    }
    first = Terraform(tmp_path / "first", configuration, environment)
    second = Terraform(tmp_path / "second", configuration, environment)
    for terraform in (first, second):
        terraform.run("init")

    with first.start("apply", "-auto-approve") as holder:
        assert holder.stdout is not None
        while "Provisioning with" not in (line := holder.stdout.readline()):
            assert line, "the first apply ended without holding the lock"
        shown = second.run("apply", "-auto-approve", expected=1)
        (first.folder / "go").touch()
        rest = holder.communicate()[0]

    assert "Error acquiring the state lock" in shown
    assert refusal in shown
    assert "Who:" in shown
    assert "Resources: 1 added" in rest
    assert holder.returncode == 0
    assert "No changes." in second.run("plan", "-detailed-exitcode")


def test_a_bucket_whose_keys_need_encoding_is_emptied_and_destroyed(
    tmp_path: Path, environment: dict[str, str], client: Callable[[str], Any]
) -> None:
    """Airflow's run ids have a `+` in them. More versions than fit on a page of the list."""
    bucket = {"bucket": "windlass-emptied", "force_destroy": True}
    versioning = {"bucket": "${aws_s3_bucket.logs.id}", "versioning_configuration": {"status": "Enabled"}}
    resources = {"aws_s3_bucket": {"logs": bucket}, "aws_s3_bucket_versioning": {"logs": versioning}}
    terraform = Terraform(tmp_path / "bucket", {**PROVIDERS, "resource": resources}, environment)
    terraform.run("init")
    terraform.run("apply", "-auto-approve")
    s3 = client("s3")
    for key in (*AWKWARD_KEYS, *(f"run+{number}" for number in range(1000)), "plain"):
        s3.put_object(Bucket="windlass-emptied", Key=key, Body=b"1")
    s3.delete_object(Bucket="windlass-emptied", Key=RUN_ID_KEY)

    with terraform.start("destroy", "-auto-approve") as process:
        shown = process.communicate(timeout=120)[0]

    assert process.returncode == 0, shown[-3000:]
    assert "windlass-emptied" not in [each["Name"] for each in s3.list_buckets()["Buckets"]]
