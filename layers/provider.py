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
)
"""Every service that a resource of ours talks to, by the provider's name for it."""


def add_provider(stack: TerraformStack, environment: Environment, layer: str) -> None:
    """Add the provider with the tags that everything carries; only the environment's own account is accepted."""
    tags = {"Layer": layer, "ManagedBy": "windlass"}
    if layer != BOOTSTRAP:  # which several environments share, so that it must look the same from each of them
        tags |= {**environment.tags, "Project": environment.project, "Environment": environment.name}
    region, endpoint_url = environment.aws.region, environment.aws.endpoint_url
    common: dict[str, Any] = {
        "region": region,
        "allowed_account_ids": [environment.aws.account_id],
        "default_tags": [AwsProviderDefaultTags(tags=tags)],
    }
    if endpoint_url is None:
        AwsProvider(stack, "aws", **common)
        return
    AwsProvider(
        stack,
        "aws",
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
