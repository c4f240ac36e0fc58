"""The AWS provider of every layer, for AWS or for the embedded AWS."""

from typing import Any

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags

from config import Environment
from layers import BOOTSTRAP

EMBEDDED_AWS_FILE = "embedded-aws.ini"
"""Written next to each stack for the embedded AWS, with its address, in the format of `~/.aws/config`.

The provider's own `endpoints` would add seconds to every start of version 5.100, half the time of a plan
(local/README.md).
"""
_PROFILE = "embedded-aws"


def extra_files(environment: Environment) -> dict[str, str]:
    """Files to write next to the JSON of each stack: file name → text. None for the real AWS."""
    if not environment.is_emulated:
        return {}
    return {EMBEDDED_AWS_FILE: f"[profile {_PROFILE}]\nendpoint_url = {environment.aws.endpoint_url}\n"}


def add_provider(
    stack: TerraformStack, environment: Environment, layer: str, *, region: str | None = None, alias: str | None = None
) -> AwsProvider:
    """Add the provider with default tags, restricted to the environment's account.

    Args:
        stack: the stack to add it to.
        environment: gives account, region and tags.
        layer: the stack's layer, a tag.
        region: another region than the environment's; needs an alias. Default: the environment's.
        alias: alias of the provider. Default: none, so that resources use it unless they name another.
    """
    tags = {"Layer": layer, "ManagedBy": "windlass"}
    if layer != BOOTSTRAP:  # shared by environments, so its tags must not depend on one
        tags |= {**environment.tags, "Project": environment.project, "Environment": environment.name}
    common: dict[str, Any] = {
        "region": region or environment.aws.region,
        "alias": alias,
        "allowed_account_ids": [environment.aws.account_id],
        "default_tags": [AwsProviderDefaultTags(tags=tags)],
    }
    if not environment.is_emulated:
        return AwsProvider(stack, alias or "aws", **common)
    return AwsProvider(
        stack,
        alias or "aws",
        **common,
        # Not secrets: the embedded AWS accepts any credentials, and its documentation uses these.
        access_key="testing",
        secret_key="testing",  # noqa: S106
        skip_credentials_validation=True,
        skip_metadata_api_check="true",
        skip_region_validation=True,
        s3_use_path_style=True,
        # Otherwise the provider would look for the user's AWS_PROFILE in our file.
        profile=_PROFILE,
        shared_config_files=[f"${{path.module}}/{EMBEDDED_AWS_FILE}"],
    )
