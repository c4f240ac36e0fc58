"""Passwords of data stores and requests to reboot them: no call of the AWS API returns these.

On AWS its own servers know them; here the data plane runs the servers and reads them from this page.
"""

import sys
from typing import Any


def logins(region: str) -> dict[str, Any]:
    """`databases`: instance → master password; `users`: ElastiCache user → passwords; `reboots`: instance → count."""
    instances = [
        (name, instance)
        for backend in _backends("moto.rds.models", "rds_backends", region)
        for name, instance in list(backend.databases.items())
    ]
    return {
        "databases": {name: instance._master_user_password for name, instance in instances},
        "reboots": {name: getattr(instance, "reboots", 0) for name, instance in instances},
        "users": {
            name: list(user.passwords)
            for backend in _backends("moto.elasticache.models", "elasticache_backends", region)
            for name, user in list(backend.users.items())
        },
    }


def _backends(module: str, name: str, region: str) -> list[Any]:
    """Those of the region; none where nobody has used the service yet, so that nothing is imported for it."""
    loaded = sys.modules.get(module)
    if loaded is None:
        return []
    return [account[region] for account in list(getattr(loaded, name).values()) if region in account]
