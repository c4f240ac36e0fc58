"""CloudFormation: `AWS::ElasticLoadBalancingV2::ListenerRule` with a client secret that comes from Secrets Manager.

Symptoms: the client secret of the rule is the unresolved reference, `{{resolve:…}}`, since moto resolves no dynamic
references; and the rule is not deleted with its stack, so that its target group cannot be deleted.
Such a stack keeps the client secret of a login at the load balancer out of the Terraform state (D03).
"""

import copy
from typing import Any

from moto.elbv2.models import FakeListenerRule, elbv2_backends
from moto.secretsmanager.models import secretsmanager_backends

from local.extensions.dynamic_references import resolve
from local.extensions.patching import add_method, wrap_method


@wrap_method(FakeListenerRule, "create_from_cloudformation_json")
def create_with_secret(
    original: Any, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
) -> Any:
    """Create the rule with its references resolved."""
    resolved = _resolved(cloudformation_json, account_id, region_name)
    return original(resource_name, resolved, account_id, region_name, **kwargs)


@wrap_method(FakeListenerRule, "update_from_cloudformation_json")
def update_with_secret(
    original: Any,
    original_resource: Any,
    new_resource_name: str,
    cloudformation_json: Any,
    account_id: str,
    region_name: str,
) -> Any:
    """Update the rule with its references resolved again."""
    resolved = _resolved(cloudformation_json, account_id, region_name)
    return original(original_resource, new_resource_name, resolved, account_id, region_name)


@add_method(FakeListenerRule)
def delete(rule: Any, account_id: str, region_name: str) -> None:
    """Delete the rule with its stack."""
    elbv2_backends[account_id][region_name].delete_rule(rule.arn)


def _resolved(cloudformation_json: Any, account_id: str, region_name: str) -> Any:
    changed = copy.deepcopy(cloudformation_json)
    secrets = secretsmanager_backends[account_id][region_name]
    for action in changed["Properties"].get("Actions", []):
        login = action.get("AuthenticateOidcConfig", {})
        if "ClientSecret" in login:
            login["ClientSecret"] = resolve(login["ClientSecret"], secrets)
    return changed
