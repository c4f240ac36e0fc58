"""ECR: rules of the pull-through cache.

Symptom: `aws_ecr_pull_through_cache_rule` gets a 404, because moto has none of the calls. Nothing is copied from
anywhere: no container engine pulls here.
"""

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecr.responses import ECRResponse

from local.extensions.backend_state import state_of
from local.extensions.patching import add_method


class PullThroughCacheRuleNotFoundException(ServiceException):  # type: ignore[misc]
    """No rule of that prefix."""

    code = "PullThroughCacheRuleNotFoundException"


class PullThroughCacheRuleAlreadyExistsException(ServiceException):  # type: ignore[misc]
    """A prefix has one rule."""

    code = "PullThroughCacheRuleAlreadyExistsException"


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
