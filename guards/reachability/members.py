"""Who has an address in the VPC: what carries security groups and lies in subnets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from terraform.document import Stacks, blocks, layer_of, type_of


@dataclass(frozen=True, kw_only=True, order=True)
class Member:
    """A resource with network interfaces in the VPC."""

    address: str
    kind: str
    """`load balancer`, `task`, `database`, `database proxy`, `cache`, `endpoint`, `file system`, `function` …"""
    groups: frozenset[str]
    """Its security groups: addresses, or ids of those that exist already."""
    subnets: frozenset[str]
    """Where it lies: addresses, or ids of subnets that exist already."""
    public: bool
    """Whether it has an address that the internet can name."""

    @property
    def is_store(self) -> bool:
        """Whether it holds data: nobody on the internet reaches it, and it reaches nobody (N03)."""
        return self.kind in ("database", "cache", "file system")


@dataclass(frozen=True, kw_only=True)
class _Type:
    """Where a resource type says what it carries and where it lies."""

    kind: str
    block: str = ""
    """Path of the block with the two keys below; the resource itself by default."""
    groups: str = "security_group_ids"
    subnets: str = "subnet_ids"
    subnet_group: str = ""
    """The resource type of the subnet group that the key in `subnets` names."""
    public: str = ""
    """The key that says that it has a public address. Default: it has none."""


def _task(block: str) -> _Type:
    """ECS's own words, wherever a task is described."""
    return _Type(kind="task", block=block, groups="security_groups", subnets="subnets", public="assign_public_ip")


_TYPES: Mapping[str, _Type] = {
    "aws_ecs_service": _task("network_configuration"),
    "aws_cloudwatch_event_target": _task("ecs_target.network_configuration"),
    "aws_scheduler_schedule": _task("target.ecs_parameters.network_configuration"),
    "aws_db_instance": _Type(
        kind="database",
        groups="vpc_security_group_ids",
        subnets="db_subnet_group_name",
        subnet_group="aws_db_subnet_group",
        public="publicly_accessible",
    ),
    "aws_rds_cluster": _Type(
        kind="database",
        groups="vpc_security_group_ids",
        subnets="db_subnet_group_name",
        subnet_group="aws_db_subnet_group",
    ),
    "aws_db_proxy": _Type(kind="database proxy", groups="vpc_security_group_ids", subnets="vpc_subnet_ids"),
    "aws_elasticache_replication_group": _Type(
        kind="cache", subnets="subnet_group_name", subnet_group="aws_elasticache_subnet_group"
    ),
    "aws_elasticache_cluster": _Type(
        kind="cache", subnets="subnet_group_name", subnet_group="aws_elasticache_subnet_group"
    ),
    "aws_elasticache_serverless_cache": _Type(kind="cache"),
    "aws_efs_mount_target": _Type(kind="file system", groups="security_groups", subnets="subnet_id"),
    "aws_vpc_endpoint": _Type(kind="endpoint"),
    "aws_lambda_function": _Type(kind="function", block="vpc_config"),
    "aws_instance": _Type(
        kind="machine", groups="vpc_security_group_ids", subnets="subnet_id", public="associate_public_ip_address"
    ),
}
_LOAD_BALANCERS = ("aws_lb", "aws_alb")
_WITHOUT_ADDRESS = frozenset(
    {
        # the network itself
        "aws_security_group",
        "aws_default_security_group",
        "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_vpc_security_group_egress_rule",
        "aws_subnet",
        "aws_route",
        "aws_route_table",
        "aws_route_table_association",
        "aws_network_acl",
        "aws_network_acl_association",
        "aws_db_subnet_group",
        "aws_elasticache_subnet_group",
        # an address that nobody can connect to
        "aws_nat_gateway",
        # what only tells others
        "aws_ssm_parameter",
        "aws_flow_log",
    }
)


def members(stacks: Stacks) -> Iterator[Member]:
    """Everything with an address in the VPC."""
    for address, body in stacks.resources(*_LOAD_BALANCERS):
        yield _balancer(stacks, address, body)
    for resource_type, where in _TYPES.items():
        for address, body in stacks.resources(resource_type):
            if resource_type == "aws_vpc_endpoint" and body.get("vpc_endpoint_type", "Gateway") == "Gateway":
                continue
            for block in blocks(body, where.block):
                subnets = _subnets(stacks, address, block, where)
                yield Member(
                    address=address,
                    kind=where.kind,
                    groups=stacks.references.identities(layer_of(address), block.get(where.groups)),
                    subnets=subnets,
                    public=block.get(where.public, False) not in (False, "false", None),
                )


def strangers(stacks: Stacks) -> Iterator[str]:
    """Resources that a security group or subnet is given to, and of which this proof knows nothing."""
    known = {*_TYPES, *_LOAD_BALANCERS, *_WITHOUT_ADDRESS}
    for address, body in stacks.everything.items():
        if type_of(address).startswith("data.") or type_of(address) in known:
            continue
        behind = {type_of(thing) for thing in stacks.behind(address, dict(body))}
        if behind & {"aws_security_group", "aws_subnet"}:
            yield address


def _balancer(stacks: Stacks, address: str, body: Mapping[str, Any]) -> Member:
    layer = layer_of(address)
    subnets = set(stacks.references.identities(layer, body.get("subnets")))
    for mapping in blocks(body, "subnet_mapping"):
        subnets |= stacks.references.identities(layer, mapping.get("subnet_id"))
    return Member(
        address=address,
        kind="load balancer",
        groups=stacks.references.identities(layer, body.get("security_groups")),
        subnets=frozenset(subnets),
        public=body.get("internal", False) not in (True, "true"),
    )


def _subnets(stacks: Stacks, address: str, block: Mapping[str, Any], where: _Type) -> frozenset[str]:
    if not where.subnet_group:
        return stacks.references.identities(layer_of(address), block.get(where.subnets))
    found: set[str] = set()
    for group in stacks.behind(address, block.get(where.subnets) or ""):
        if type_of(group) == where.subnet_group:
            found |= stacks.references.identities(layer_of(group), stacks.everything[group].get("subnet_ids"))
    # A replica lies where its source does, unless it says otherwise.
    for source in stacks.behind(address, block.get("replicate_source_db") or ""):
        if not found and source != address and source in stacks.everything:
            found |= _subnets(stacks, source, stacks.everything[source], where)
    return frozenset(found)
