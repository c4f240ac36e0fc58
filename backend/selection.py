"""Selects the backend that an environment file configures."""

from backend.files import LocalFiles
from backend.s3 import S3
from backend.state import StateBackend
from backend.terraform_cloud import TerraformCloud
from config import Environment

_PROJECT_FROM_STACK = "../../.."
"""From `cdktf.out/stacks/<stack>`, where Terraform runs, to the project folder."""


def state_of(environment: Environment) -> StateBackend:
    """The backend of the environment's section `[state]`."""
    state, project, name = environment.state, environment.project, environment.name
    if state.backend == "s3":
        return S3(
            project=project,
            environment=name,
            bucket=state.bucket,
            region=environment.aws.region,
            kms_key_id=state_key_alias(state.bucket),
            dynamodb_table=state.dynamodb_table,
            use_lockfile=state.use_lockfile,
            endpoint_url=environment.aws.endpoint_url,
        )
    if state.backend == "terraform-cloud":
        return TerraformCloud(
            project=project,
            environment=name,
            organization=state.organization,
            hostname=state.hostname,
            cloud_project=state.project,
        )
    return LocalFiles(project=project, environment=name, folder=f"{_PROJECT_FROM_STACK}/{state.path}")


def state_key_alias(bucket: str) -> str:
    """Alias of the key that bootstrap creates for a state bucket; known without calling AWS."""
    return f"alias/{bucket}"
