"""ECR's pull-through cache, which copies images of public registries into the account (A13, P04)."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.ecr_pull_through_cache_rule import EcrPullThroughCacheRule
from constructs import Construct

from aws.public_registries import PUBLIC_REGISTRIES, repository_prefix


@dataclass(frozen=True, kw_only=True)
class PullThroughCacheInputs:
    """The registries, and the names of the copies."""

    prefix: str
    """First part of the repositories' names, such as `acme-prod`; with `/` and the registry's key at most 30
    characters (ECR's limit)."""

    registries: tuple[str, ...]
    """Registries to copy from, out of `PUBLIC_REGISTRIES`."""


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
            registry: EcrPullThroughCacheRule(
                self,
                PUBLIC_REGISTRIES[registry],
                ecr_repository_prefix=repository_prefix(inputs.prefix, registry),
                upstream_registry_url=registry,
            )
            for registry in sorted({_known(registry) for registry in inputs.registries})
        }
        self.outputs = PullThroughCacheOutputs(
            repository_prefixes={registry: rule.ecr_repository_prefix for registry, rule in rules.items()}
        )


def _known(registry: str) -> str:
    if registry not in PUBLIC_REGISTRIES:
        allowed = ", ".join(sorted(PUBLIC_REGISTRIES))
        raise ValueError(f"registry is {registry!r}: without credentials ECR copies from {allowed}")
    return registry
