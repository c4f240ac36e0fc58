"""RDS: proxies can be changed, and read the logins of their clients with their role.

Symptoms: an apply that changes a proxy fails, since moto has no ModifyDBProxy; the target of a proxy whose role may not
read a login is available, where on AWS it is not, and clients are refused.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

from local.extensions.patching import add_method, wrap_method
from local.iam.service_roles import ServiceRole

_ATTRIBUTES = {
    "Auth": "auth",
    "DebugLogging": "debug_logging",
    "IdleClientTimeout": "idle_client_timeout",
    "RequireTLS": "require_tls",
    "RoleArn": "role_arn",
    "SecurityGroups": "vpc_security_group_ids",
}


@add_method(RDSResponse)
def modify_db_proxy(response: Any) -> ActionResult:
    """ModifyDBProxy, except for renaming."""
    (proxy,) = response.backend.describe_db_proxies(response.params["DBProxyName"])
    for name, attribute in _ATTRIBUTES.items():
        if name in response.params:
            setattr(proxy, attribute, response.params[name])
    return ActionResult({"DBProxy": proxy})


@wrap_method(RDSResponse, "describe_db_proxy_targets")
def describe_db_proxy_targets(original: Any, response: Any) -> ActionResult:
    """DescribeDBProxyTargets, with the health that the role allows."""
    answer: ActionResult = original(response)
    (proxy,) = response.backend.describe_db_proxies(response.params["DBProxyName"])
    problem = _problem(proxy)
    if problem:
        health = {"State": "UNAVAILABLE", "Reason": "AUTH_FAILURE", "Description": problem}
        answer.result["Targets"] = [_Target(each, health) for each in answer.result["Targets"]]
    return answer


class _Target:
    """A target with another health."""

    def __init__(self, target: Any, health: dict[str, str]) -> None:
        self.endpoint, self.rds_resource_id = target.endpoint, target.rds_resource_id
        self.type, self.port, self.target_arn = target.type, target.port, target.target_arn
        self.role, self.target_health = target.role, health


def _problem(proxy: Any) -> str:
    """Why the proxy cannot read the logins of its clients; empty where it can."""
    role = ServiceRole(arn=proxy.role_arn, service="rds.amazonaws.com", account=proxy.account_id, region=proxy.region)
    for each in proxy.auth:
        if each.get("SecretArn"):
            refusal = role.refusal("secretsmanager", "GetSecretValue", {"SecretId": each["SecretArn"]})
            if refusal:
                return f"Proxy authentication with Secrets Manager failed: {refusal}"
    return ""
