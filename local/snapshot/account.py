"""All of moto's backends: taken for a snapshot, and replaced by those of one."""

import weakref
from collections.abc import Iterable
from typing import Any

from moto.backends import get_backend
from moto.core.base_backend import BackendDict

from local.extensions import extend

Backends = dict[str, dict[str, dict[str, Any]]]
"""Service → account → region → moto's backend."""

EC2_REGISTRIES = ("vpc_refs", "vpc_pcx_refs", "backend_refs")
"""Class attributes of moto's EC2 backend: weak references to the backends of all regions."""


def backends() -> Backends:
    """Those in use; hold `MOTO_LOCK`."""
    instances: Iterable[Any] = list(BackendDict._instances)
    return {
        each.service_name: {account: dict(regions.items()) for account, regions in each.items()} for each in instances
    }


def load_code(services: Iterable[str]) -> None:
    """Import moto's modules of these services, and our extensions of them."""
    for service in services:
        extend(service)
        get_backend(service)


def install(saved: Backends) -> None:
    """Replace all backends; hold `MOTO_LOCK`."""
    for instance in list(BackendDict._instances):
        instance.clear()
    for service, accounts in saved.items():
        registry: Any = get_backend(service)
        for account, regions in accounts.items():
            # Not an assignment: the registry creates what moto looks up in it.
            registry[account].update(regions)
    _refer_to_ec2_backends(saved.get("ec2", {}))


def _refer_to_ec2_backends(accounts: dict[str, dict[str, Any]]) -> None:
    from moto.ec2.models import EC2Backend

    for name in EC2_REGISTRIES:
        registry: Any = getattr(EC2Backend, name)
        registry.clear()
        for regions in accounts.values():
            registry[EC2Backend].update(weakref.ref(backend) for backend in regions.values())
