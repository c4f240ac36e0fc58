"""Resources with an address in the VPC: their security groups and subnets."""

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
    """Its security groups: Terraform addresses, or ids of existing ones."""
    subnets: frozenset[str]
    """Its subnets: Terraform addresses, or ids of existing ones."""
    public: bool
    """Whether it has a public address."""

    @property
    def is_store(self) -> bool:
        """Whether it stores data: it is unreachable from the internet and opens no connections (N03)."""
        return self.kind in ("database", "cache", "file system")


@dataclass(frozen=True, kw_only=True)
class _Type:
    """Where a resource type names its security groups and subnets."""

    kind: str
    block: str = ""
    """Path of the block with the two keys below. Default: the resource itself."""
    groups: str = "security_group_ids"
    subnets: str = "subnet_ids"
    subnet_group: str = ""
    """The resource type of the subnet group that the key in `subnets` names."""
    public: str = ""
    """The key that gives it a public address. Default: it has none."""


def _task(block: str) -> _Type:
    """The network configuration of a task, which uses the same keys in every resource type."""
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
        # accepts no connections
        "aws_nat_gateway",
        # only publishes or records
        "aws_ssm_parameter",
        "aws_flow_log",
    }
)


def members(stacks: Stacks) -> Iterator[Member]:
    """Every resource with an address in the VPC."""
    for address, body in stacks.resources(*_LOAD_BALANCERS):
        yield _balancer(stacks, address, body)
    for resource_type, type_ in _TYPES.items():
        for address, body in stacks.resources(resource_type):
            if resource_type == "aws_vpc_endpoint" and body.get("vpc_endpoint_type", "Gateway") == "Gateway":
                continue
            for block in blocks(body, type_.block):
                subnets = _subnets(stacks, address, block, type_)
                yield Member(
                    address=address,
                    kind=type_.kind,
                    groups=stacks.references.identities(layer_of(address), block.get(type_.groups)),
                    subnets=subnets,
                    public=block.get(type_.public, False) not in (False, "false", None),
                )


def unknown_members(stacks: Stacks) -> Iterator[str]:
    """Resources with a security group or a subnet whose type is not modelled here."""
    known = {*_TYPES, *_LOAD_BALANCERS, *_WITHOUT_ADDRESS}
    for address, body in stacks.bodies.items():
        if type_of(address).startswith("data.") or type_of(address) in known:
            continue
        types = {type_of(resource) for resource in stacks.resolve(address, dict(body))}
        if types & {"aws_security_group", "aws_subnet"}:
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


def _subnets(stacks: Stacks, address: str, block: Mapping[str, Any], type_: _Type) -> frozenset[str]:
    if not type_.subnet_group:
        return stacks.references.identities(layer_of(address), block.get(type_.subnets))
    subnets: set[str] = set()
    for group in stacks.resolve(address, block.get(type_.subnets) or ""):
        if type_of(group) == type_.subnet_group:
            subnets |= stacks.references.identities(layer_of(group), stacks.bodies[group].get("subnet_ids"))
    # A replica is in the subnets of its source, unless it names its own.
    for source in stacks.resolve(address, block.get("replicate_source_db") or ""):
        if not subnets and source != address and source in stacks.bodies:
            subnets |= _subnets(stacks, source, stacks.bodies[source], type_)
    return frozenset(subnets)
