"""Passwords and reboot counts of data stores, which no operation of the AWS API returns.

The data plane runs the servers and reads them from this endpoint.
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
    """The backends of the region; empty if the service has not been used, so that its module is not imported."""
    loaded = sys.modules.get(module)
    if loaded is None:
        return []
    return [account[region] for account in list(getattr(loaded, name).values()) if region in account]
