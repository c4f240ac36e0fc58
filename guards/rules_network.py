"""Guards over the network: who can reach whom, and that the table, the rules and the paths are one (N02, N03, N04)."""

from collections.abc import Iterator

from guards.guard import CheckedStacks, Finding, Guard, guard
from guards.reachability import Member, Network, Outside, Path, Table, paths, read
from guards.reachability.members import strangers
from guards.reachability.routing import Way

TABLE = "layers/reachability.py"


def network_of(stacks: CheckedStacks) -> tuple[Network, list[Path], Table]:
    """The network of an environment, the paths through it, and the table that they are compared with; computed once."""
    known = stacks.cache.get("network")
    if known is None:
        network = read(stacks)
        known = stacks.cache["network"] = (network, paths(network), Table(rows=stacks.intent.rows, network=network))
    found: tuple[Network, list[Path], Table] = known
    return found


def name_of(network: Network, end: Member | Outside) -> str:
    """What to call one end of a path: the table's word for it, and what it is."""
    if isinstance(end, Outside):
        return f"the {end}" if str(end) == "internet" else str(end)
    roles = ", ".join(sorted(network.roles_of(end)))
    return f"{roles} ({end.address})" if roles else end.address


@guard("N03", fix=f"write the row into the table in {TABLE}, or take away the rule, route or address that opens it")
def no_path_but_those_of_the_table(stacks: CheckedStacks) -> Iterator[Finding]:
    """Whoever can reach somebody is allowed to by a row of the table."""
    network, found, table = network_of(stacks)
    for path in found:
        if not table.rows_for(path):
            source, target = name_of(network, path.source), name_of(network, path.target)
            yield path.rules[-1], f"{source} can reach {target} on {path.ports}, and no row of the table says so"


@guard("N03", fix="nothing but a load balancer answers the internet, and data opens no connections; no row may say so")
def data_and_tasks_are_out_of_the_internets_reach(stacks: CheckedStacks) -> Iterator[Finding]:
    """The internet reaches load balancers only; a database, cache or file system reaches nobody, its proxy only it."""
    network, found, _ = network_of(stacks)
    for path in found:
        source, target = name_of(network, path.source), name_of(network, path.target)
        if isinstance(path.source, Member) and (path.source.is_store or _leaves_the_database(path.source, path.target)):
            yield path.rules[0], f"{source} can open connections to {target} on {path.ports}"
        elif isinstance(path.source, Outside) and path.source.is_public and not _is_balancer(path.target):
            yield path.rules[-1], f"{source} can reach {target} on {path.ports}, which is no load balancer"


@guard("N03", fix=f"make the rule from a row of the table in {TABLE}, or take it away")
def rules_are_rows_of_the_table(stacks: CheckedStacks) -> Iterator[Finding]:
    """Every security group rule is one end of a row, also where no packet could take that path today."""
    network, _, table = network_of(stacks)
    for rule in network.rules:
        if table.row_of(rule) is None:
            peer = rule.peer.group or rule.peer.prefix_list or str(rule.peer.cidr)
            whose = ", ".join(sorted(network.roles.get(rule.group, ()))) or rule.group
            direction = f"{whose} may open connections to {peer}" if rule.outgoing else f"{peer} may connect to {whose}"
            yield rule.address, f"{direction} on {rule.ports}, which is no row of the table"


@guard("N03", fix="give both ends their rules and routes, or take the row out of the table")
def rows_of_the_table_are_paths(stacks: CheckedStacks) -> Iterator[Finding]:
    """What the table promises is there: between members of two roles, a row is a path."""
    network, found, table = network_of(stacks)
    used = {row for path in found for row in table.rows_for(path)}
    carried = {role for member in network.members for role in network.roles_of(member)}
    groups = {role: group for group, roles in network.roles.items() for role in roles}
    for row in table.rows:
        inside = row.source.kind == "role" and row.source.value in carried
        target_is_there = row.target.kind != "role" or row.target.value in carried
        if inside and target_is_there and row not in used:
            what = f"{row.source} cannot reach {row.target} on tcp {row.first_port}, although the table says so"
            yield groups.get(row.source.value, "network: the table"), f"{what} ({row.why})"


@guard("N03", fix="teach guards/reachability/members.py what the resource does with its addresses")
def everything_with_an_address_is_known(stacks: CheckedStacks) -> Iterator[Finding]:
    """The proof is about everything that carries a security group or lies in a subnet."""
    for address in strangers(stacks):
        yield address, "it is given a security group or a subnet, and the proof of reachability knows nothing of it"


@guard("N02", key="network.egress", fix='only `egress = "public-ip"` makes tasks public; data is never public')
def only_load_balancers_lie_in_public_subnets(stacks: CheckedStacks) -> Iterator[Finding]:
    """Subnets with a way in from the internet hold load balancers, and tasks only where the environment says so."""
    network, _, _ = network_of(stacks)
    hidden = [
        member
        for member in network.members
        if not _is_balancer(member) and not (member.kind == "task" and stacks.intent.tasks_may_be_public)
    ]
    for member in hidden:
        if member.public:
            yield member.address, f"{name_of(network, member)} has a public address"
    for address, who in _behind_exits(network, hidden, ("internet gateway",)):
        yield address, f"the route leads from the internet to where {who} lie"


@guard("N02", fix="keep the isolated subnets without any route of their own")
def data_has_no_way_out(stacks: CheckedStacks) -> Iterator[Finding]:
    """Subnets of databases and caches have no route but the VPC's own."""
    network, _, _ = network_of(stacks)
    stores = [member for member in network.members if member.kind in ("database", "database proxy", "cache")]
    for address, who in _behind_exits(network, stores, ("nat gateway", "other")):
        yield address, f"the route leads out of where {who} lie"


def _behind_exits(network: Network, members: list[Member], ways: tuple[Way, ...]) -> Iterator[tuple[str, str]]:
    """Each route of these kinds out of subnets of these members, with their names."""
    found: dict[str, set[str]] = {}
    for member in members:
        for subnet in network.lies_in(member):
            for way in subnet.exits:
                if way.way in ways:
                    found.setdefault(way.address, set()).add(name_of(network, member))
    for address, names in sorted(found.items()):
        yield address, ", ".join(sorted(names))


def _leaves_the_database(source: Member, target: Member | Outside) -> bool:
    return source.kind == "database proxy" and not (isinstance(target, Member) and target.kind == "database")


def _is_balancer(end: Member | Outside) -> bool:
    return isinstance(end, Member) and end.kind == "load balancer"


@guard("N04", fix=f"say in the table in {TABLE} why the connection is needed")
def rules_are_described(stacks: CheckedStacks) -> Iterator[Finding]:
    """Every security group rule says why it is there, and none is written inside a group."""
    for direction in ("ingress", "egress"):
        for address, body in stacks.resources(f"aws_vpc_security_group_{direction}_rule"):
            if not body.get("description"):
                yield address, "the rule has no description"
        for address, body in stacks.resources("aws_security_group"):
            if body.get(direction):
                yield address, f"the group has {direction} rules of its own beside those of the table"
    for address, _ in stacks.resources("aws_security_group_rule"):
        yield address, "the rule is written in Terraform's old way, which knows no description of each peer"


@guard("N04", severity="warning", fix="take the role out of the table, or give its group to somebody")
def groups_are_carried(stacks: CheckedStacks) -> Iterator[Finding]:
    """A security group that nobody carries is left over, or somebody forgot to carry it."""
    network, _, _ = network_of(stacks)
    carried = {group for member in network.members for group in member.groups}
    # Whom a published parameter tells the group, carries it: tasks that DAGs launch, for one (E09).
    for address, body in stacks.resources("aws_ssm_parameter"):
        carried |= stacks.behind(address, body.get("insecure_value") or body.get("value"))
    for address, _ in stacks.resources("aws_security_group"):
        if address not in carried:
            yield address, "nobody carries this security group"


GUARDS: tuple[Guard, ...] = (
    no_path_but_those_of_the_table,
    data_and_tasks_are_out_of_the_internets_reach,
    rules_are_rows_of_the_table,
    rows_of_the_table_are_paths,
    everything_with_an_address_is_known,
    only_load_balancers_lie_in_public_subnets,
    data_has_no_way_out,
    rules_are_described,
    groups_are_carried,
)
