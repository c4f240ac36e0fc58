"""Network: ways out, addresses, names, and what others stand on. The source: Amazon VPC User Guide, "NAT gateways"."""

from collections.abc import Iterator, Mapping, Sequence

from cli.running.consequences.change import Change
from cli.running.consequences.consequence import Consequence, Kind
from cli.running.consequences.row import Row, deleted, gone, replaced

ANYWHERE = "0.0.0.0/0"
_TARGETS = ("nat_gateway_id", "gateway_id", "transit_gateway_id", "vpc_peering_connection_id", "network_interface_id")
_QUIET = "choose a quiet hour: what connects again at once goes on"

IN_USE: Mapping[str, str] = {
    "aws_acm_certificate": "listeners use it",
    "aws_db_subnet_group": "the database is in it",
    "aws_elasticache_subnet_group": "the cache is in it",
    "aws_internet_gateway": "public addresses use it",
    "aws_route53_zone": "its records are in it",
    "aws_security_group": "tasks, database and cache are in it",
    "aws_service_discovery_private_dns_namespace": "services are registered in it",
    "aws_subnet": "tasks, load balancer, database and cache have addresses in it",
    "aws_vpc": "everything is in it",
}
"""Type of a resource that AWS does not delete while it is used → by what. Judged in layers that others are built on."""


def _is_new_target(change: Change) -> bool:
    """Whether a route leads elsewhere, or to what is not known yet."""
    return change.action == "update" and any(
        change.before.get(name) and change.after.get(name) != change.before.get(name) for name in _TARGETS
    )


def _destination(change: Change) -> str:
    return str(change.before.get("destination_cidr_block") or change.before.get("destination_prefix_list_id"))


ROWS = (
    Row(
        type="aws_nat_gateway",
        when=replaced,
        kind=Kind.OUTAGE,
        says=lambda change: (
            f"the NAT gateway is replaced{change.because()}: its tasks do not reach the internet for some minutes"
        ),
        instead="go by another kind of egress first, apply, and then back",
    ),
    Row(
        type="aws_eip",
        when=gone,
        kind=Kind.NOTE,
        # Amazon EC2 User Guide, "Elastic IP addresses": a released one may be had again only while nobody else has it.
        says=lambda change: (
            f"the public address {change.before.get('public_ip')} is given back: those who let it in must know"
        ),
    ),
    Row(
        type="aws_route",
        when=_is_new_target,
        kind=Kind.OUTAGE,
        # "NAT gateways": a connection stays with its gateway, and another one does not know it.
        says=lambda change: (
            f"the route to {_destination(change)} leads elsewhere: open connections end, new ones take a moment"
        ),
        instead=_QUIET,
    ),
    Row(
        type="aws_route",
        when=replaced,
        kind=Kind.OUTAGE,
        says=lambda change: f"the route to {_destination(change)} is missing for some seconds{change.because()}",
        instead=_QUIET,
    ),
    Row(
        type="aws_route_table_association",
        when=replaced,
        kind=Kind.OUTAGE,
        says="the subnet has no route of its own for some seconds: its tasks reach nothing outside the VPC",
        instead=_QUIET,
    ),
    Row(
        type="aws_subnet",
        when=deleted,
        kind=Kind.NOTE,
        # Amazon RDS User Guide, "Working with a DB instance in a VPC": no subnet with an instance leaves its group.
        says=lambda change: (
            f"the subnet {change.before.get('cidr_block')} in {change.before.get('availability_zone')} goes, once its "
            "tasks have moved; AWS refuses that while the database or a node of the cache is in this zone"
        ),
    ),
    Row(
        type="aws_vpc_endpoint",
        when=replaced,
        kind=Kind.OUTAGE,
        says=lambda change: (
            f"the endpoint of {change.before.get('service_name')} is replaced{change.because()}: without another route "
            "tasks do not reach the service for some minutes"
        ),
        instead="give tasks another route first, and remove it afterwards",
    ),
    Row(
        type="aws_route53_record",
        when=lambda change: replaced(change) and change.before.get("type") in ("A", "AAAA"),
        kind=Kind.OUTAGE,
        # Amazon Route 53 Developer Guide, "NS and SOA records": resolvers keep a missing name for up to 15 minutes.
        says=lambda change: (
            f"the record {change.before.get('name')} is missing for a moment{change.because()}, and resolvers that ask "
            "then remember that for up to 15 minutes"
        ),
        instead="add the new name beside the former one, and then take that one out",
    ),
    Row(
        type="aws_service_discovery_service",
        when=replaced,
        kind=Kind.HALF_WAY,
        # AWS Cloud Map API Reference, "DeleteService": refused while instances are registered.
        says=lambda change: (
            f"it would be replaced{change.because()}, and Cloud Map deletes no service in which tasks are registered"
        ),
        instead="keep the former value",
    ),
)


def lost_routes(changes: Sequence[Change]) -> Iterator[Consequence]:
    """Ways to the internet that go while the subnet stays that used them."""
    leaving = {each.before.get("id") for each in changes if each.type == "aws_route_table" and each.goes}
    for change in changes:
        if change.type != "aws_route" or change.action != "delete" or _destination(change) != ANYWHERE:
            continue
        if change.before.get("route_table_id") not in leaving:
            yield Consequence(
                kind=Kind.OUTAGE,
                address=change.address,
                sentence=(
                    "tasks lose their way to the internet when it goes, and what has no endpoint of the VPC cannot be "
                    "reached from then on; connections that are open end"
                ),
                instead="see that all that tasks reach has an endpoint, and choose a quiet hour",
            )


def replaced_in_use(changes: Sequence[Change]) -> Iterator[Consequence]:
    """Replacements that AWS would refuse: a layer uses what is replaced, and that layer is applied later."""
    for change in changes:
        used = IN_USE.get(change.type)
        if used is not None and change.action == "replace":
            yield Consequence(
                kind=Kind.HALF_WAY,
                address=change.address,
                sentence=f"it would be replaced{change.because()}, and AWS does not delete it: {used}",
                instead=(
                    "take the value in the environment file back; add what you want beside it, and then take the "
                    "former out"
                ),
            )
