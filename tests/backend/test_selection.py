"""From the environment file's `[state]` to the backend."""

from pathlib import Path

from backend import S3, LocalFiles, TerraformCloud, state_of
from config import Environment, load
from config.state import LocalState, S3State, State, TerraformCloudState

ROOT = Path(__file__).resolve().parents[2]


def environment(state: State) -> Environment:
    return load("prod", ROOT).model_copy(update={"state": state})


def test_s3_is_encrypted_with_the_key_that_bootstrap_makes() -> None:
    chosen = environment(S3State(backend="s3", bucket="acme-state", dynamodb_table="acme-locks"))
    assert state_of(chosen) == S3(
        project=chosen.project,
        environment="prod",
        bucket="acme-state",
        region=chosen.aws.region,
        kms_key_id="alias/acme-state",
        dynamodb_table="acme-locks",
    )


def test_terraform_cloud_keeps_its_own_project_apart_from_ours() -> None:
    chosen = environment(TerraformCloudState(backend="terraform-cloud", organization="acme-inc", project="platform"))
    assert state_of(chosen) == TerraformCloud(
        project=chosen.project, environment="prod", organization="acme-inc", cloud_project="platform"
    )


def test_files_are_stored_below_the_project_not_below_the_stack() -> None:
    chosen = environment(LocalState(backend="local"))
    assert state_of(chosen) == LocalFiles(project=chosen.project, environment="prod", folder="../../../.windlass/state")
