"""Passwords, interruptions and origins of data stores, which no operation of the AWS API returns.

The data plane runs the servers and reads them from this endpoint.
"""

import sys
from typing import Any

from local.database_copies import COPIES, COPY
from local.extensions.backend_state import state_of
from local.interruptions import interruption_of


def logins(region: str) -> dict[str, Any]:
    """`databases`: instance → master password; `users`: ElastiCache user → passwords.

    `interruptions`: kind of store → its name → how often it was interrupted, and the moment until which it is.
    `origins`: instance → its resource id, and the folder of the copy that it was restored from; `deleted`: resource ids
    of instances that were deleted.
    """
    backends = _backends("moto.rds.models", "rds_backends", region)
    caches = _backends("moto.elasticache.models", "elasticache_backends", region)
    instances = [(name, instance) for backend in backends for name, instance in list(backend.databases.items())]
    return {
        "origins": {name: _origin(instance) for name, instance in instances},
        "deleted": [resource_id for backend in backends for resource_id in deleted_instances(backend)],
        "databases": {name: instance._master_user_password for name, instance in instances},
        "interruptions": {
            "database": {name: interruption_of(instance) for name, instance in instances},
            "cache": {
                name: interruption_of(group)
                for backend in caches
                for name, group in list(backend.replication_groups.items())
            },
        },
        "users": {name: list(user.passwords) for backend in caches for name, user in list(backend.users.items())},
    }


def deleted_instances(backend: Any) -> list[str]:
    """Resource ids of the instances that were deleted in one of moto's RDS backends."""
    return state_of(backend, "deleted_instances", list)


def _origin(instance: Any) -> dict[str, str]:
    copy = getattr(instance, COPY, "")
    # A copy that is missing is named, so that the data plane says so instead of starting an empty database.
    return {"resource_id": instance.dbi_resource_id, "copy": str(COPIES.path(copy) or copy)}


def _backends(module: str, name: str, region: str) -> list[Any]:
    """The backends of the region; empty if the service has not been used, so that its module is not imported."""
    loaded = sys.modules.get(module)
    if loaded is None:
        return []
    return [account[region] for account in list(getattr(loaded, name).values()) if region in account]
