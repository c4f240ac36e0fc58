"""Which zones of the embedded AWS the parent zone delegates to: on AWS, people do that at a registrar.

By default a zone is delegated as soon as it exists. In an account that was started empty (`local up --empty`) it is
delegated once somebody says so, to the name servers that it has then. That is stored in moto's Route 53, and saved
with it. Everything here reads moto's backends; hold `MOTO_LOCK`.
"""

from collections.abc import Iterator
from typing import Any

_ATTRIBUTE = "windlass_delegations"
"""Of moto's backend: zone → name servers in the parent zone. Absent where every zone is delegated at once."""


class NoZoneError(LookupError):
    """There is no public hosted zone of that name."""


def start_empty() -> None:
    """From now on, zones are delegated by people, and the registry has what people pushed."""
    if not is_empty():
        setattr(_route53(), _ATTRIBUTE, {})


def is_empty() -> bool:
    """Whether the account was started empty."""
    return hasattr(_route53(), _ATTRIBUTE)


def delegate(zone_name: str) -> tuple[str, ...]:
    """Let the parent zone name the name servers of the zone; returns them.

    Raises:
        NoZoneError: there is no such zone.
    """
    for zone in _zones(zone_name):
        name_servers = _name_servers(zone)
        if is_empty():
            getattr(_route53(), _ATTRIBUTE)[_plain(zone_name)] = name_servers
        return name_servers
    raise NoZoneError(zone_name)


def delegated_name_servers(zone_name: str) -> tuple[str, ...]:
    """What a resolver answers; empty where the parent zone has no such records."""
    if is_empty():
        return tuple(getattr(_route53(), _ATTRIBUTE).get(_plain(zone_name), ()))
    return next((_name_servers(zone) for zone in _zones(zone_name)), ())


def is_delegated(zone: Any) -> bool:
    """Whether resolvers find the records of a zone of moto's."""
    return not zone.private_zone and set(_name_servers(zone)) <= set(delegated_name_servers(zone.name))


def _zones(name: str) -> Iterator[Any]:
    for zone in _route53().zones.values():
        if not zone.private_zone and _plain(zone.name) == _plain(name):
            yield zone


def _name_servers(zone: Any) -> tuple[str, ...]:
    return tuple(sorted(zone.delegation_set.name_servers))


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


def _route53() -> Any:
    # Here: the embedded AWS starts without the modules of its services.
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.route53.models import route53_backends

    return route53_backends[DEFAULT_ACCOUNT_ID]["aws"]
