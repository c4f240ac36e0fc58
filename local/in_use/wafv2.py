"""AWS WAF: web ACLs that protect something."""

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.wafv2.models import WAFV2Backend

from local.in_use.accounts import backend
from local.in_use.refusing import before

WORDS = (
    "AWS WAF couldn’t perform the operation because your resource is being used by another resource or "  # noqa: RUF001
    "it’s associated with another resource."  # noqa: RUF001
)


@before(WAFV2Backend, "delete_web_acl")
def web_acl_is_free(waf: Any, _name: str, _scope: str, _id: str, *_others: Any) -> None:
    """DeleteWebACL: no load balancer has it. An association goes with its load balancer."""
    elbv2 = backend("elbv2", waf.account_id, waf.region_name)
    there = set() if elbv2 is None else set(elbv2.load_balancers)
    for acl in waf.wacls.values():
        if acl.id == _id and any(":loadbalancer/" not in arn or arn in there for arn in acl.associated_resources):
            raise JsonRESTError("WAFAssociatedItemException", WORDS)
