"""The AWS provider of every layer, pointed at AWS or at the embedded AWS."""

from typing import Any

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags, AwsProviderEndpoints

from config import Environment
from layers import BOOTSTRAP

_EMBEDDED_SERVICES = (
    "acm",
    "applicationautoscaling",
    "cloudformation",
    "cloudwatch",
    "cloudwatchlogs",
    "codedeploy",
    "dynamodb",
    "ec2",
    "ecr",
    "ecs",
    "efs",
    "elasticache",
    "elbv2",
    "iam",
    "kms",
    "rds",
    "route53",
    "s3",
    "scheduler",
    "secretsmanager",
    "servicediscovery",
    "sns",
    "ssm",
    "sts",
    "wafv2",
)
"""Every service that a resource of ours talks to, by the provider's name for it."""


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
    endpoint_url = environment.aws.endpoint_url
    common: dict[str, Any] = {
        "region": region or environment.aws.region,
        "alias": alias,
        "allowed_account_ids": [environment.aws.account_id],
        "default_tags": [AwsProviderDefaultTags(tags=tags)],
    }
    if endpoint_url is None:
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
        endpoints=[AwsProviderEndpoints(**dict.fromkeys(_EMBEDDED_SERVICES, endpoint_url))],
    )
