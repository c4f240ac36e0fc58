"""Real Terraform accepts what the backends and the bootstrap write, without a warning (S04)."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from aws.account import Account
from backend import S3, LocalFiles, StateBackend, StateBootstrap, StateBootstrapInputs, TerraformCloud
from tests.support.stack import module_stack, write_stack

BACKENDS: dict[str, StateBackend] = {
    "s3-table": S3(
        project="acme", environment="prod", bucket="acme-state", region="eu-west-1", dynamodb_table="acme-locks"
    ),
    "s3-file": S3(
        project="acme",
        environment="prod",
        bucket="acme-state",
        region="eu-west-1",
        use_lockfile=True,
        kms_key_id="alias/acme-state",
        endpoint_url="http://127.0.0.1:9",
    ),
    "terraform-cloud": TerraformCloud(project="acme", environment="prod", organization="acme-inc"),
    "local": LocalFiles(project="acme", environment="prod", folder="."),
}


def terraform(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ)
    # A machine may name a file here that does not exist; Terraform would warn about it in every command.
    if not Path(environment.get("TF_CLI_CONFIG_FILE") or os.devnull).exists():
        del environment["TF_CLI_CONFIG_FILE"]
    return subprocess.run(
        ["terraform", *arguments, "-no-color"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def validate(folder: Path) -> dict[str, Any]:
    initialised = terraform(folder, "init", "-backend=false", "-input=false")
    assert initialised.returncode == 0, initialised.stdout + initialised.stderr
    answer: dict[str, Any] = json.loads(terraform(folder, "validate", "-json").stdout)
    return answer


@pytest.mark.slow
@pytest.mark.parametrize("kind", BACKENDS)
def test_terraform_accepts_a_stack_with_this_backend_without_a_warning(kind: str, tmp_path: Path) -> None:
    with module_stack() as stack:
        BACKENDS[kind].configure(stack, "data")
        network = BACKENDS[kind].remote_state(stack, "network")
        stack.add_override("output.vpc_id.value", network["vpc_id"])
        stack.add_override("output.subnet_id.value", network.expression("subnet_ids", "eu-west-1a"))
        folder = write_stack(stack, tmp_path)
    assert validate(folder)["diagnostics"] == []


@pytest.mark.slow
def test_terraform_accepts_the_bootstrap_without_a_warning(tmp_path: Path) -> None:
    with module_stack() as stack:
        inputs = StateBootstrapInputs(
            bucket_name="acme-state",
            account=Account(region="eu-west-1", id="111122223333"),
            lock_table_name="acme-locks",
        )
        StateBootstrap(stack, "state", inputs)
        folder = write_stack(stack, tmp_path)
    assert validate(folder)["diagnostics"] == []
