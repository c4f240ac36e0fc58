"""RDS: proxies can be changed.

Symptom: an apply that changes a proxy fails, since moto has no ModifyDBProxy.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

from local.extensions.patching import add_method

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
