"""ECR: rules of the pull-through cache.

Symptom: `aws_ecr_pull_through_cache_rule` gets a 404, because moto has none of the calls. Nothing is copied from
anywhere: no container engine pulls here.
"""

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecr.responses import ECRResponse

from local.extensions.patching import add_method

_rules: dict[tuple[str, str, str], dict[str, Any]] = {}
"""(account, region, prefix) → rule."""


class PullThroughCacheRuleNotFoundException(ServiceException):  # type: ignore[misc]
    """No rule of that prefix."""

    code = "PullThroughCacheRuleNotFoundException"


class PullThroughCacheRuleAlreadyExistsException(ServiceException):  # type: ignore[misc]
    """A prefix has one rule."""

    code = "PullThroughCacheRuleAlreadyExistsException"


@add_method(ECRResponse)
def create_pull_through_cache_rule(response: Any) -> ActionResult:
    """CreatePullThroughCacheRule."""
    key = _key(response)
    if key in _rules:
        raise PullThroughCacheRuleAlreadyExistsException(f"A rule with the prefix '{key[2]}' exists")
    rule = _rules[key] = {
        "ecrRepositoryPrefix": key[2],
        "upstreamRegistryUrl": response._get_param("upstreamRegistryUrl"),
        "upstreamRepositoryPrefix": response._get_param("upstreamRepositoryPrefix"),
        "registryId": key[0],
        "createdAt": utcnow(),
    }
    return ActionResult(rule)


@add_method(ECRResponse)
def describe_pull_through_cache_rules(response: Any) -> ActionResult:
    """DescribePullThroughCacheRules."""
    wanted = response._get_param("ecrRepositoryPrefixes")
    place = (response.current_account, response.region)
    own = {key[2]: rule for key, rule in _rules.items() if key[:2] == place}
    for prefix in wanted or ():
        if prefix not in own:
            raise PullThroughCacheRuleNotFoundException(f"There is no rule with the prefix '{prefix}'")
    return ActionResult(
        {"pullThroughCacheRules": [rule for prefix, rule in own.items() if not wanted or prefix in wanted]}
    )


@add_method(ECRResponse)
def delete_pull_through_cache_rule(response: Any) -> ActionResult:
    """DeletePullThroughCacheRule."""
    rule = _rules.pop(_key(response), None)
    if rule is None:
        raise PullThroughCacheRuleNotFoundException(f"There is no rule with the prefix '{_key(response)[2]}'")
    return ActionResult(rule)


def _key(response: Any) -> tuple[str, str, str]:
    return response.current_account, response.region, response._get_param("ecrRepositoryPrefix")
