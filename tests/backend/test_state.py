"""Where the state of each layer is stored, and how another layer reads it."""

from typing import Any

import pytest

from backend import S3, LocalFiles, RemoteState, StateBackend, TerraformCloud
from tests.support.stack import module_stack, synthesised

S3_WITH_TABLE = S3(
    project="acme", environment="prod", bucket="acme-state", region="eu-west-1", dynamodb_table="acme-locks"
)
CLOUD = TerraformCloud(project="acme", environment="prod", organization="acme-inc", cloud_project="platform")
FILES = LocalFiles(project="acme", environment="prod", folder="../state")


def written(backend: StateBackend) -> dict[str, Any]:
    with module_stack() as stack:
        backend.configure(stack, "data")
        backend.remote_state(stack, "network")
        return synthesised(stack).document


def test_s3_keeps_each_layer_under_its_own_key_locked_and_encrypted() -> None:
    assert written(S3_WITH_TABLE)["terraform"]["backend"] == {
        "s3": {
            "bucket": "acme-state",
            "dynamodb_table": "acme-locks",
            "encrypt": True,
            "key": "acme/prod/data/terraform.tfstate",
            "region": "eu-west-1",
        }
    }


def test_s3_can_lock_with_a_file_and_encrypt_with_the_stores_key() -> None:
    backend = S3(
        project="acme",
        environment="prod",
        bucket="acme-state",
        region="eu-west-1",
        use_lockfile=True,
        kms_key_id="alias/acme-state",
    )
    settings = written(backend)["terraform"]["backend"]["s3"]
    assert settings["use_lockfile"] is True
    assert settings["kms_key_id"] == "alias/acme-state"
    assert "dynamodb_table" not in settings


def test_s3_is_read_without_lock() -> None:
    assert written(S3_WITH_TABLE)["data"]["terraform_remote_state"]["network"] == {
        "backend": "s3",
        "config": {"bucket": "acme-state", "key": "acme/prod/network/terraform.tfstate", "region": "eu-west-1"},
    }


def test_the_embedded_aws_is_named_for_every_service_that_the_backend_calls() -> None:
    backend = S3(
        project="acme",
        environment="local",
        bucket="acme-state",
        region="eu-west-1",
        dynamodb_table="acme-locks",
        endpoint_url="http://127.0.0.1:4566",
    )
    document = written(backend)
    for settings in (
        document["terraform"]["backend"]["s3"],
        document["data"]["terraform_remote_state"]["network"]["config"],
    ):
        assert set(settings["endpoints"]) == {"dynamodb", "iam", "s3", "sts"}
        assert settings["use_path_style"] is True


def test_nothing_of_the_embedded_aws_reaches_a_real_backend() -> None:
    settings = written(S3_WITH_TABLE)["terraform"]["backend"]["s3"]
    assert not {"access_key", "secret_key", "endpoints", "skip_credentials_validation"} & set(settings)


def test_s3_must_lock_somehow() -> None:
    with pytest.raises(ValueError, match="S01"):
        S3(project="acme", environment="prod", bucket="acme-state", region="eu-west-1")


def test_terraform_cloud_has_a_workspace_per_layer_and_no_token() -> None:
    document = written(CLOUD)
    assert document["terraform"]["cloud"] == {
        "hostname": "app.terraform.io",
        "organization": "acme-inc",
        "workspaces": {"name": "acme-prod-data", "project": "platform"},
    }
    assert "backend" not in document["terraform"]


def test_terraform_cloud_is_read_through_its_remote_backend() -> None:
    assert written(CLOUD)["data"]["terraform_remote_state"]["network"] == {
        "backend": "remote",
        "config": {
            "hostname": "app.terraform.io",
            "organization": "acme-inc",
            "workspaces": {"name": "acme-prod-network"},
        },
    }


def test_files_of_layers_are_stored_next_to_each_other() -> None:
    document = written(FILES)
    assert document["terraform"]["backend"] == {"local": {"path": "../state/acme/prod/data/terraform.tfstate"}}
    assert document["data"]["terraform_remote_state"]["network"] == {
        "backend": "local",
        "config": {"path": "../state/acme/prod/network/terraform.tfstate"},
    }


def test_outputs_of_another_layer_are_terraform_expressions() -> None:
    network = RemoteState(layer="network")
    assert network["vpc_id"] == "${data.terraform_remote_state.network.outputs.vpc_id}"
    assert (
        network.expression("subnet_ids", "eu-west-1a")
        == "${data.terraform_remote_state.network.outputs.subnet_ids.eu-west-1a}"
    )
