"""The table of who may reach whom: looks up the rows that allow a path or a rule."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from guards.intent import Party, Row
from guards.reachability.groups import Peer, Rule
from guards.reachability.members import Member
from guards.reachability.network import Network
from guards.reachability.paths import Outside, Path
from guards.reachability.ports import Ports
from guards.reachability.routing import is_private
from guards.reachability.routing import network as parsed


@dataclass(frozen=True, kw_only=True)
class Table:
    """The rows, and the network that they apply to."""

    rows: tuple[Row, ...]
    network: Network

    def rows_for(self, path: Path) -> tuple[Row, ...]:
        """The rows that allow a path; empty if it is not allowed.

        Either a row from one end to the other, or a pair of rows: a source that may reach the whole internet may also
        reach every target that the whole internet may reach.
        """
        cached = self._cache.get(path)
        if cached is None:
            cached = self._cache[path] = self._rows_for(path)
        return cached

    def _rows_for(self, path: Path) -> tuple[Row, ...]:
        out = [row for row in self._about(self._sources, path.source, path.ports) if self._is(row.source, path.source)]
        direct = [row for row in out if self._is(row.target, path.target)]
        if direct:
            return tuple(direct)
        into = [row for row in self._about(self._targets, path.target, path.ports) if self._is(row.target, path.target)]
        pair = [
            *(row for row in out if row.target.kind == "cidr" and self._is(row.target, path.target)),
            *(row for row in into if row.source.kind == "cidr" and self._is(row.source, path.source)),
        ]
        return tuple(pair) if {*out} & {*pair} and {*into} & {*pair} else ()

    def row_of(self, rule: Rule) -> Row | None:
        """The row that a security group rule belongs to."""
        by_role = self._sources if rule.outgoing else self._targets
        for role in self.network.roles.get(rule.group, ()):
            for row in by_role.get(role, ()):
                other = row.target if rule.outgoing else row.source
                if _ports(row).covers(rule.ports) and self._is_peer(other, rule.peer):
                    return row
        return None

    @cached_property
    def _cache(self) -> dict[Path, tuple[Row, ...]]:
        return {}

    @cached_property
    def _sources(self) -> Mapping[str, list[Row]]:
        """Role → rows with it as source; rows with another kind of source under the empty string."""
        return _by_role(self.rows, lambda row: row.source)

    @cached_property
    def _targets(self) -> Mapping[str, list[Row]]:
        return _by_role(self.rows, lambda row: row.target)

    def _about(self, by_role: Mapping[str, list[Row]], end: Member | Outside, ports: Ports) -> Iterator[Row]:
        """Rows that may apply to one end of a path."""
        roles = self.network.roles_of(end) if isinstance(end, Member) else frozenset[str]()
        for role in (*sorted(roles), ""):
            yield from (row for row in by_role.get(role, ()) if _ports(row).covers(ports))

    def _is(self, party: Party, end: Member | Outside) -> bool:
        """Whether a party of the table is, or includes, one end of a path."""
        if isinstance(end, Outside):
            if party.kind == "cidr" and end.range is not None:
                cidr = parsed(party.value)
                return cidr is not None and end.range.subnet_of(cidr)
            return (party.kind, party.value) == (end.kind, end.value)
        if party.kind == "role":
            return party.value in self.network.roles_of(end)
        cidr = parsed(party.value)
        if party.kind != "cidr" or cidr is None:
            return False
        if end.public and not is_private(cidr):
            return True
        return any(subnet.cidr is None or cidr.overlaps(subnet.cidr) for subnet in self.network.subnets_of(end))

    def _is_peer(self, party: Party, peer: Peer) -> bool:
        if peer.cidr is not None:
            return party.kind == "cidr" and parsed(party.value) == peer.cidr
        if peer.prefix_list:
            if party.kind == "s3":
                return any(endpoint in peer.prefix_list for endpoint in self.network.s3)
            return (party.kind, party.value) == ("prefix-list", peer.prefix_list)
        if party.kind == "role":
            return party.value in self.network.roles.get(peer.group, frozenset())
        return (party.kind, party.value) == ("group", peer.group)


def _ports(row: Row) -> Ports:
    return Ports("tcp", row.first_port, row.last_port)


def _by_role(rows: Iterable[Row], end: Callable[[Row], Party]) -> dict[str, list[Row]]:
    by_role: dict[str, list[Row]] = {}
    for row in rows:
        party = end(row)
        by_role.setdefault(party.value if party.kind == "role" else "", []).append(row)
    return by_role
