"""moto's backends, by service, account and region. Nothing is created by looking."""

from typing import Any

from local.extensions import extend
from local.iam.needs.need import partition

GLOBAL = ("iam", "s3", "sts")
"""Services whose backend is that of a partition."""


def backend(service: str, account: str, region: str) -> Any | None:
    """The backend of a service in one account and region; `None` where nobody has used it yet.

    Args:
        service: moto's name of it.
        account: its id.
        region: a region; its partition counts for global services.
    """
    from moto.backends import get_backend

    extend(service)
    name: Any = service
    registry: Any = get_backend(name)
    if account not in registry:
        return None
    return registry[account][partition(region) if service in GLOBAL else region]
