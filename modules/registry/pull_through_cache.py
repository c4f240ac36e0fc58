"""ECR's pull-through cache, which copies images of public registries into the account (A13, P04)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.ecr_pull_through_cache_rule import EcrPullThroughCacheRule
from cdktf_cdktf_provider_aws.ecr_repository_creation_template import (
    EcrRepositoryCreationTemplate,
    EcrRepositoryCreationTemplateEncryptionConfiguration,
)
from constructs import Construct

from aws.public_registries import DOCKER_HUB, DOCKER_HUB_UPSTREAM, PUBLIC_REGISTRIES, repository_prefix


@dataclass(frozen=True, kw_only=True)
class PullThroughCacheInputs:
    """The registries, and the names of the copies."""

    prefix: str
    """First part of the repositories' names, such as `acme-prod`; with `/` and the registry's key at most 30
    characters (ECR's limit)."""

    registries: tuple[str, ...]
    """Registries to copy from, out of `PUBLIC_REGISTRIES`; with a credential, `docker.io` too."""

    docker_hub_credential_arn: str | None = None
    """Secret with an account at Docker Hub, `{"username": …, "accessToken": …}`; its name begins with
    `ecr-pullthroughcache/`. Default: none, so `docker.io` is refused."""

    keep_images: int = 20
    """Newest images that each repository of copies keeps, 1 or more. 20 by default: one that is deleted is copied again
    when it is next pulled."""


@dataclass(frozen=True, kw_only=True)
class PullThroughCacheOutputs:
    """Names of the copies."""

    repository_prefixes: Mapping[str, str]
    """First part of the copies' repositories by registry: `registry.k8s.io` → `acme-prod/k8s`. Known once the rule
    exists."""


class PullThroughCache(Construct):
    """A pull-through cache rule for each registry. ECR creates a repository when an image is first pulled.

    Raises:
        ValueError: ECR would require credentials for the registry, or refuse the prefix.
    """

    outputs: PullThroughCacheOutputs

    def __init__(self, scope: Construct, id_: str, inputs: PullThroughCacheInputs) -> None:
        super().__init__(scope, id_)
        rules = {
            registry: self._rule(inputs, registry)
            for registry in sorted({_known(registry, inputs) for registry in inputs.registries})
        }
        self.outputs = PullThroughCacheOutputs(
            repository_prefixes={registry: rule.ecr_repository_prefix for registry, rule in rules.items()}
        )

    def _rule(self, inputs: PullThroughCacheInputs, registry: str) -> EcrPullThroughCacheRule:
        word, is_hub = PUBLIC_REGISTRIES.get(registry, "hub"), registry == DOCKER_HUB
        template = EcrRepositoryCreationTemplate(
            self,
            f"{word}-template",
            prefix=repository_prefix(inputs.prefix, registry),
            description=f"Copies of images from {registry}",
            applied_for=["PULL_THROUGH_CACHE"],
            # Not immutable: the cache moves a tag when it moves at its origin. Not the environment's key: ECR would
            # need a role to use it, and the images are public.
            image_tag_mutability="MUTABLE",
            encryption_configuration=[EcrRepositoryCreationTemplateEncryptionConfiguration(encryption_type="AES256")],
            lifecycle_policy=_lifecycle(inputs.keep_images),
        )
        return EcrPullThroughCacheRule(
            self,
            word,
            ecr_repository_prefix=repository_prefix(inputs.prefix, registry),
            upstream_registry_url=DOCKER_HUB_UPSTREAM if is_hub else registry,
            credential_arn=inputs.docker_hub_credential_arn if is_hub else None,
            # ECR applies the template when it creates a repository, so it comes first.
            depends_on=[template],
        )


def _lifecycle(keep_images: int) -> str:
    rule = {
        "rulePriority": 1,
        "description": f"The newest {keep_images} copies stay",
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": keep_images},
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]}, sort_keys=True)


def _known(registry: str, inputs: PullThroughCacheInputs) -> str:
    if registry == DOCKER_HUB and inputs.docker_hub_credential_arn is not None:
        return registry
    if registry not in PUBLIC_REGISTRIES:
        allowed = ", ".join(sorted(PUBLIC_REGISTRIES))
        raise ValueError(f"registry is {registry!r}: without credentials ECR copies from {allowed}")
    return registry
