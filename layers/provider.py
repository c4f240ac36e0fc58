"""The AWS provider of every layer, pointed at AWS or at the embedded AWS."""

from typing import Any

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags

from config import Environment
from layers import BOOTSTRAP

EMBEDDED_AWS_FILE = "embedded-aws.ini"
"""Lies beside a stack on the embedded AWS and says where that answers, in the form of `~/.aws/config`.

Not the provider's own `endpoints`, with which version 5.100 is busy for seconds at each of its starts: half the time of
a plan (local/README.md).
"""
_PROFILE = "embedded-aws"


def files_beside(environment: Environment) -> dict[str, str]:
    """What must lie beside the JSON of each stack: name of the file → its text. Nothing on the real AWS."""
    if environment.aws.endpoint_url is None:
        return {}
    return {EMBEDDED_AWS_FILE: f"[profile {_PROFILE}]\nendpoint_url = {environment.aws.endpoint_url}\n"}


def add_provider(
    stack: TerraformStack, environment: Environment, layer: str, *, region: str | None = None, alias: str | None = None
) -> AwsProvider:
    """Add the provider with the tags that everything carries; only the environment's own account is accepted.

    Args:
        stack: gets the provider.
        environment: whose account, region and tags.
        layer: the stack's layer, a tag.
        region: another region than the environment's. Then it has an alias too.
        alias: word for the provider. Default: none, it is the one that resources take by themselves.
    """
    tags = {"Layer": layer, "ManagedBy": "windlass"}
    if layer != BOOTSTRAP:  # which several environments share, so that it must look the same from each of them
        tags |= {**environment.tags, "Project": environment.project, "Environment": environment.name}
    common: dict[str, Any] = {
        "region": region or environment.aws.region,
        "alias": alias,
        "allowed_account_ids": [environment.aws.account_id],
        "default_tags": [AwsProviderDefaultTags(tags=tags)],
    }
    if environment.aws.endpoint_url is None:
        return AwsProvider(stack, alias or "aws", **common)
    return AwsProvider(
        stack,
        alias or "aws",
        **common,
        # The embedded AWS accepts any key; these are what its documentation calls them, not a secret.
        access_key="testing",
        secret_key="testing",  # noqa: S106
        skip_credentials_validation=True,
        skip_metadata_api_check="true",
        skip_region_validation=True,
        s3_use_path_style=True,
        # A profile of the person at the keyboard would be looked for in our file.
        profile=_PROFILE,
        shared_config_files=[f"${{path.module}}/{EMBEDDED_AWS_FILE}"],
    )
