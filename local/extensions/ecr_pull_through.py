"""ECR: pull-through cache rules and repository creation templates.

Symptom: `aws_ecr_pull_through_cache_rule` and `aws_ecr_repository_creation_template` get a 404, because moto has none
of the operations. Both are only stored: nothing is pulled through.
"""

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecr.responses import ECRResponse

from local.extensions.backend_state import state_of
from local.extensions.patching import add_method


class PullThroughCacheRuleNotFoundException(ServiceException):  # type: ignore[misc]
    """There is no rule with that prefix."""

    code = "PullThroughCacheRuleNotFoundException"


class PullThroughCacheRuleAlreadyExistsException(ServiceException):  # type: ignore[misc]
    """There is already a rule with that prefix."""

    code = "PullThroughCacheRuleAlreadyExistsException"


class TemplateNotFoundException(ServiceException):  # type: ignore[misc]
    """There is no template with that prefix."""

    code = "TemplateNotFoundException"


class TemplateAlreadyExistsException(ServiceException):  # type: ignore[misc]
    """There is already a template with that prefix."""

    code = "TemplateAlreadyExistsException"


@add_method(ECRResponse)
def create_pull_through_cache_rule(response: Any) -> ActionResult:
    """CreatePullThroughCacheRule."""
    rules, prefix = _rules(response), response._get_param("ecrRepositoryPrefix")
    if prefix in rules:
        raise PullThroughCacheRuleAlreadyExistsException(f"A rule with the prefix '{prefix}' exists")
    rule = rules[prefix] = {
        "ecrRepositoryPrefix": prefix,
        "upstreamRegistryUrl": response._get_param("upstreamRegistryUrl"),
        "credentialArn": response._get_param("credentialArn"),
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


_TEMPLATE = (
    *("prefix", "description", "encryptionConfiguration", "resourceTags", "imageTagMutability", "repositoryPolicy"),
    *("lifecyclePolicy", "appliedFor", "customRoleArn"),
)
"""What a repository creation template consists of."""


@add_method(ECRResponse)
def create_repository_creation_template(response: Any) -> ActionResult:
    """CreateRepositoryCreationTemplate."""
    templates, prefix = _templates(response), response._get_param("prefix")
    if prefix in templates:
        raise TemplateAlreadyExistsException(f"A template with the prefix '{prefix}' exists")
    templates[prefix] = {"createdAt": utcnow(), **_given(response)}
    return _template(response, templates[prefix])


@add_method(ECRResponse)
def update_repository_creation_template(response: Any) -> ActionResult:
    """UpdateRepositoryCreationTemplate; what is not given stays."""
    template = _known_template(response, response._get_param("prefix"))
    template.update(_given(response))
    return _template(response, template)


@add_method(ECRResponse)
def describe_repository_creation_templates(response: Any) -> ActionResult:
    """DescribeRepositoryCreationTemplates."""
    prefixes = response._get_param("prefixes") or list(_templates(response))
    templates = [_known_template(response, prefix) for prefix in prefixes]
    return ActionResult({"registryId": response.current_account, "repositoryCreationTemplates": templates})


@add_method(ECRResponse)
def delete_repository_creation_template(response: Any) -> ActionResult:
    """DeleteRepositoryCreationTemplate."""
    template = _known_template(response, response._get_param("prefix"))
    del _templates(response)[template["prefix"]]
    return _template(response, template)


def _given(response: Any) -> dict[str, Any]:
    given = {name: response._get_param(name) for name in _TEMPLATE}
    return {name: value for name, value in given.items() if value is not None} | {"updatedAt": utcnow()}


def _template(response: Any, template: dict[str, Any]) -> ActionResult:
    return ActionResult({"registryId": response.current_account, "repositoryCreationTemplate": template})


def _known_template(response: Any, prefix: str) -> dict[str, Any]:
    template = _templates(response).get(prefix)
    if template is None:
        raise TemplateNotFoundException(f"There is no template with the prefix '{prefix}'")
    return template


def _templates(response: Any) -> dict[str, dict[str, Any]]:
    """Prefix → template."""
    return state_of(response.ecr_backend, "repository_creation_templates", dict)
