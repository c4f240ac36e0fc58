"""Elastic Load Balancing: load balancers with deletion protection, target groups of listeners and rules.

Symptom besides: another default certificate of a listener removes its further ones, so that nobody uses them.
"""

from typing import Any

from moto.elbv2.exceptions import ELBClientError, ResourceInUseError
from moto.elbv2.models import ELBv2Backend

from local.extensions.patching import wrap_method
from local.in_use.refusing import before


@before(ELBv2Backend, "delete_load_balancer")
def load_balancer_is_not_protected(elbv2: Any, arn: str) -> None:
    """DeleteLoadBalancer: its deletion protection is off."""
    load_balancer = elbv2.load_balancers.get(arn)
    if load_balancer is not None and load_balancer.attrs.get("deletion_protection.enabled") == "true":
        words = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
        raise ELBClientError("OperationNotPermitted", words)


@before(ELBv2Backend, "delete_target_group")
def target_group_is_free(elbv2: Any, target_group_arn: str) -> None:
    """DeleteTargetGroup: no listener and no rule forwards to it, also with a weight of 0."""
    for load_balancer in elbv2.load_balancers.values():
        for listener in load_balancer.listeners.values():
            actions = [action for rule in listener.rules.values() for action in rule.actions]
            actions += listener.default_actions or []
            if any(target_group_arn in elbv2._get_target_group_arns_from(each.data) for each in actions):
                raise ResourceInUseError(
                    f"Target group '{target_group_arn}' is currently in use by a listener or a rule"
                )


@wrap_method(ELBv2Backend, "modify_listener")
def keep_further_certificates(original: Any, elbv2: Any, arn: str, *args: Any, **kwargs: Any) -> Any:
    """ModifyListener: `Certificates` is the default one; the others stay."""
    known = [each for balancer in elbv2.load_balancers.values() for each in balancer.listeners.values()]
    further: list[str] = next((each.certificates[1:] for each in known if each.arn == arn), [])
    listener = original(elbv2, arn, *args, **kwargs)
    if listener.certificates:
        default = listener.certificates[0]
        listener.certificates = [default, *(each for each in further if each != default)]
    return listener
