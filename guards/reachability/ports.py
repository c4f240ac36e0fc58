"""Ports of a protocol."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_EVERY = "-1"
_NAMES = {"6": "tcp", "17": "udp", "1": "icmp", "all": _EVERY}


@dataclass(frozen=True, order=True)
class Ports:
    """A range of ports of one protocol, or of every protocol."""

    protocol: str
    """`tcp`, `udp`, `icmp`, a number, or `-1` for all of them."""
    first: int
    last: int

    def __str__(self) -> str:
        if self.protocol == _EVERY:
            return "every port"
        if (self.first, self.last) == (0, 65535):
            return f"{self.protocol}, every port"
        return (
            f"{self.protocol} {self.first}" if self.first == self.last else f"{self.protocol} {self.first}-{self.last}"
        )

    def common(self, other: "Ports") -> "Ports | None":
        """The intersection; None if it is empty."""
        if _EVERY not in (self.protocol, other.protocol) and self.protocol != other.protocol:
            return None
        first, last = max(self.first, other.first), min(self.last, other.last)
        if first > last:
            return None
        return Ports(other.protocol if self.protocol == _EVERY else self.protocol, first, last)

    def covers(self, other: "Ports") -> bool:
        """Whether it includes all of the other."""
        return self.common(other) == other


EVERY = Ports(_EVERY, 0, 65535)


def ports_of(rule: Mapping[str, Any], protocol_key: str = "ip_protocol") -> Ports:
    """The ports of a rule in any of Terraform's notations; what cannot be parsed counts as every port."""
    protocol = str(rule.get(protocol_key, _EVERY)).lower()
    protocol = _NAMES.get(protocol, protocol)
    first, last = _number(rule.get("from_port")), _number(rule.get("to_port"))
    if protocol == _EVERY:
        return EVERY
    if protocol not in ("tcp", "udp") or first is None or last is None or first < 0 or last < 0:
        return Ports(protocol, 0, 65535)
    return Ports(protocol, first, last)


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
