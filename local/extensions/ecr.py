"""ECR: pull-through cache rules, and image digests like AWS's.

Symptoms: `aws_ecr_pull_through_cache_rule` gets a 404, because moto has none of the operations (rules are only stored:
no container engine pulls here); PutImage into a repository that does not exist gets a 500; all images without layers
have the same digest, since moto computes it from the layers, and AWS from the manifest.
"""

import hashlib
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecr.models import ECRBackend
from moto.ecr.responses import ECRResponse

from local.extensions.backend_state import state_of
from local.extensions.patching import add_method, wrap_method


class PullThroughCacheRuleNotFoundException(ServiceException):  # type: ignore[misc]
    """There is no rule with that prefix."""

    code = "PullThroughCacheRuleNotFoundException"


class PullThroughCacheRuleAlreadyExistsException(ServiceException):  # type: ignore[misc]
    """There is already a rule with that prefix."""

    code = "PullThroughCacheRuleAlreadyExistsException"


@wrap_method(ECRBackend, "put_image")
def put_image(
    original: Any,
    backend: Any,
    repository_name: str,
    image_manifest: str,
    image_tag: str,
    image_manifest_mediatype: str | None = None,
    digest: str | None = None,
) -> Any:
    """PutImage."""
    backend._get_repository(repository_name)
    digest = digest or f"sha256:{hashlib.sha256(image_manifest.encode()).hexdigest()}"
    return original(backend, repository_name, image_manifest, image_tag, image_manifest_mediatype, digest)


@add_method(ECRResponse)
def create_pull_through_cache_rule(response: Any) -> ActionResult:
    """CreatePullThroughCacheRule."""
    rules, prefix = _rules(response), response._get_param("ecrRepositoryPrefix")
    if prefix in rules:
        raise PullThroughCacheRuleAlreadyExistsException(f"A rule with the prefix '{prefix}' exists")
    rule = rules[prefix] = {
        "ecrRepositoryPrefix": prefix,
        "upstreamRegistryUrl": response._get_param("upstreamRegistryUrl"),
        "upstreamRepositoryPrefix": response._get_param("upstreamRepositoryPrefix"),
        "registryId": response.current_account,
        "createdAt": utcnow(),
    }
    return ActionResult(rule)


@add_method(ECRResponse)
def describe_pull_through_cache_rules(response: Any) -> ActionResult:
    """DescribePullThroughCacheRules."""
    rules = _rules(response)
    prefixes = response._get_param("ecrRepositoryPrefixes") or list(rules)
    for prefix in prefixes:
        if prefix not in rules:
            raise PullThroughCacheRuleNotFoundException(f"There is no rule with the prefix '{prefix}'")
    return ActionResult({"pullThroughCacheRules": [rule for prefix, rule in rules.items() if prefix in prefixes]})


@add_method(ECRResponse)
def delete_pull_through_cache_rule(response: Any) -> ActionResult:
    """DeletePullThroughCacheRule."""
    prefix = response._get_param("ecrRepositoryPrefix")
    rule = _rules(response).pop(prefix, None)
    if rule is None:
        raise PullThroughCacheRuleNotFoundException(f"There is no rule with the prefix '{prefix}'")
    return ActionResult(rule)


def _rules(response: Any) -> dict[str, dict[str, Any]]:
    """Prefix → rule."""
    return state_of(response.ecr_backend, "pull_through_cache_rules", dict)
