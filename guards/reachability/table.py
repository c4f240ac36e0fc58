"""The table of who may reach whom, asked about a path, a rule or a row."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

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
    """The rows, and the network whose members they are about."""

    rows: tuple[Row, ...]
    network: Network

    def rows_for(self, path: Path) -> tuple[Row, ...]:
        """The rows that allow a path; none where it is not allowed.

        A row from one to the other does. So does a pair of rows: who may reach the whole internet may reach whatever
        the whole internet may reach.
        """
        out = [row for row in self._with(path.ports) if self._is(row.source, path.source)]
        into = [row for row in self._with(path.ports) if self._is(row.target, path.target)]
        direct = [row for row in out if row in into]
        if direct:
            return tuple(direct)
        pair = [
            *(row for row in out if row.target.kind == "cidr" and self._is(row.target, path.target)),
            *(row for row in into if row.source.kind == "cidr" and self._is(row.source, path.source)),
        ]
        return tuple(pair) if {*out} & {*pair} and {*into} & {*pair} else ()

    def row_of(self, rule: Rule) -> Row | None:
        """The row that a security group rule is written for."""
        roles = self.network.roles.get(rule.group, frozenset())
        for row in self._with(rule.ports):
            own, other = (row.source, row.target) if rule.outgoing else (row.target, row.source)
            if own.kind == "role" and own.value in roles and self._is_peer(other, rule.peer):
                return row
        return None

    def _with(self, ports: Ports) -> Iterator[Row]:
        return (row for row in self.rows if Ports("tcp", row.first_port, row.last_port).covers(ports))

    def _is(self, party: Party, end: Member | Outside) -> bool:
        """Whether a party of the table is, or holds, one end of a path."""
        if isinstance(end, Outside):
            if party.kind == "cidr" and end.range is not None:
                return end.range.subnet_of(IPv4Network(party.value))
            return (party.kind, party.value) == (end.kind, end.value)
        if party.kind == "role":
            return party.value in self.network.roles_of(end)
        cidr = parsed(party.value)
        if party.kind != "cidr" or cidr is None:
            return False
        if end.public and not is_private(cidr):
            return True
        return any(subnet.cidr is None or cidr.overlaps(subnet.cidr) for subnet in self.network.lies_in(end))

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


def names(rows: Iterable[Row]) -> str:
    """Rows as a list for people: `web → database 5432`."""
    return ", ".join(f"{row.source} → {row.target} {row.first_port}" for row in rows)
