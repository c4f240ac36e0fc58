"""Guards for the network: the table of who may reach whom, the rules and the computed paths agree (N02, N03, N04)."""

from collections.abc import Iterator

from guards.guard import CheckedStacks, Finding, Guard, guard
from guards.reachability import Member, Network, Outside, Path, Table, paths, read
from guards.reachability.members import unknown_members
from guards.reachability.routing import Way

TABLE = "layers/reachability.py"


def network_of(stacks: CheckedStacks) -> tuple[Network, list[Path], Table]:
    """The network of an environment, the paths through it, and the table to compare them with; computed once."""
    cached = stacks.cache.get("network")
    if cached is None:
        network = read(stacks)
        cached = stacks.cache["network"] = (network, paths(network), Table(rows=stacks.intent.rows, network=network))
    result: tuple[Network, list[Path], Table] = cached
    return result


def name_of(network: Network, end: Member | Outside) -> str:
    """The name of one end of a path in messages: its role in the table and its address."""
    if isinstance(end, Outside):
        return f"the {end}" if str(end) == "internet" else str(end)
    roles = ", ".join(sorted(network.roles_of(end)))
    return f"{roles} ({end.address})" if roles else end.address


@guard("N03", fix=f"add a row to the table in {TABLE}, or remove the rule, route or address that opens the path")
def every_path_is_in_the_table(stacks: CheckedStacks) -> Iterator[Finding]:
    """Every network path is allowed by a row of the table."""
    network, network_paths, table = network_of(stacks)
    for path in network_paths:
        if not table.rows_for(path):
            source, target = name_of(network, path.source), name_of(network, path.target)
            yield path.rules[-1], f"{source} can reach {target} on {path.ports}, and no row of the table allows it"


@guard(
    "N03",
    fix="remove the path: only load balancers are public, and data stores open no connections",
)
def data_and_tasks_are_unreachable_from_the_internet(stacks: CheckedStacks) -> Iterator[Finding]:
    """The internet reaches load balancers only; databases, caches and file systems reach nothing."""
    network, network_paths, _ = network_of(stacks)
    for path in network_paths:
        source, target = name_of(network, path.source), name_of(network, path.target)
        if isinstance(path.source, Member) and (path.source.is_store or _leaves_the_database(path.source, path.target)):
            yield path.rules[0], f"{source} can open connections to {target} on {path.ports}"
        elif isinstance(path.source, Outside) and path.source.is_public and not _is_balancer(path.target):
            yield path.rules[-1], f"{source} can reach {target} on {path.ports}, which is not a load balancer"


@guard("N03", fix=f"add a row to the table in {TABLE}, from which the rule is made, or remove the rule")
def rules_are_in_the_table(stacks: CheckedStacks) -> Iterator[Finding]:
    """Every security group rule belongs to a row of the table, even if no packet can take the path today."""
    network, _, table = network_of(stacks)
    for rule in network.rules:
        if table.row_of(rule) is None:
            peer = rule.peer.group or rule.peer.prefix_list or str(rule.peer.cidr)
            whose = ", ".join(sorted(network.roles.get(rule.group, ()))) or rule.group
            direction = f"{whose} may open connections to {peer}" if rule.outgoing else f"{peer} may connect to {whose}"
            yield rule.address, f"{direction} on {rule.ports}, which no row of the table allows"


@guard("N03", fix="give both ends their rules and routes, or remove the row from the table")
def table_rows_are_reachable(stacks: CheckedStacks) -> Iterator[Finding]:
    """Every row of the table is a working path between the members of its two roles."""
    network, network_paths, table = network_of(stacks)
    used = {row for path in network_paths for row in table.rows_for(path)}
    carried = {role for member in network.members for role in network.roles_of(member)}
    groups = {role: group for group, roles in network.roles.items() for role in roles}
    for row in table.rows:
        inside = row.source.kind == "role" and row.source.value in carried
        target_exists = row.target.kind != "role" or row.target.value in carried
        if inside and target_exists and row not in used:
            what = f"{row.source} cannot reach {row.target} on tcp {row.first_port}, although the table allows it"
            yield groups.get(row.source.value, "network: the table"), f"{what} ({row.why})"


@guard("N03", fix="add the resource type to guards/reachability/members.py")
def every_addressable_resource_is_known(stacks: CheckedStacks) -> Iterator[Finding]:
    """Reachability is computed for every resource with a security group or a subnet."""
    for address in unknown_members(stacks):
        yield address, "it has a security group or a subnet, but the reachability check does not know its type"


@guard("N02", key="network.egress", fix='only `egress = "public-ip"` allows public tasks; data stores are never public')
def only_load_balancers_are_in_public_subnets(stacks: CheckedStacks) -> Iterator[Finding]:
    """Public subnets contain load balancers only, and tasks where the environment file allows it."""
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
        yield address, f"the route leads from the internet to the subnets of {who}"


@guard("N02", fix="remove the route from the isolated subnets")
def data_has_no_egress_route(stacks: CheckedStacks) -> Iterator[Finding]:
    """Subnets of databases and caches have only the VPC's local route."""
    network, _, _ = network_of(stacks)
    stores = [member for member in network.members if member.kind in ("database", "database proxy", "cache")]
    for address, who in _behind_exits(network, stores, ("nat gateway", "other")):
        yield address, f"the route leads out of the subnets of {who}"


def _behind_exits(network: Network, members: list[Member], ways: tuple[Way, ...]) -> Iterator[tuple[str, str]]:
    """Each route of these kinds out of subnets of these members, with their names."""
    names_by_route: dict[str, set[str]] = {}
    for member in members:
        for subnet in network.subnets_of(member):
            for exit_ in subnet.exits:
                if exit_.way in ways:
                    names_by_route.setdefault(exit_.address, set()).add(name_of(network, member))
    for address, names in sorted(names_by_route.items()):
        yield address, ", ".join(sorted(names))


def _leaves_the_database(source: Member, target: Member | Outside) -> bool:
    return source.kind == "database proxy" and not (isinstance(target, Member) and target.kind == "database")


def _is_balancer(end: Member | Outside) -> bool:
    return isinstance(end, Member) and end.kind == "load balancer"


@guard("N04", fix=f"give the row in {TABLE} a reason")
def rules_are_described(stacks: CheckedStacks) -> Iterator[Finding]:
    """Every security group rule has a description, and none is written inline in a group."""
    for direction in ("ingress", "egress"):
        for address, body in stacks.resources(f"aws_vpc_security_group_{direction}_rule"):
            if not body.get("description"):
                yield address, "the rule has no description"
        for address, body in stacks.resources("aws_security_group"):
            if body.get(direction):
                yield address, f"the group has inline {direction} rules besides those of the table"
    for address, _ in stacks.resources("aws_security_group_rule"):
        yield (
            address,
            "the resource type has no description for each peer; use an ingress or egress rule",
        )


@guard("N04", severity="warning", fix="remove the role from the table, or attach its group to a resource")
def security_groups_are_used(stacks: CheckedStacks) -> Iterator[Finding]:
    """Every security group is attached to a resource; otherwise it is left over or was forgotten."""
    network, _, _ = network_of(stacks)
    carried = {group for member in network.members for group in member.groups}
    # A published parameter passes the group to others, such as the tasks that DAGs launch (E09).
    for address, body in stacks.resources("aws_ssm_parameter"):
        carried |= stacks.resolve(address, body.get("insecure_value") or body.get("value"))
    for address, _ in stacks.resources("aws_security_group"):
        if address not in carried:
            yield address, "nothing uses this security group"


GUARDS: tuple[Guard, ...] = (
    every_path_is_in_the_table,
    data_and_tasks_are_unreachable_from_the_internet,
    rules_are_in_the_table,
    table_rows_are_reachable,
    every_addressable_resource_is_known,
    only_load_balancers_are_in_public_subnets,
    data_has_no_egress_route,
    rules_are_described,
    security_groups_are_used,
)
