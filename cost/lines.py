"""Monthly cost of each resource type. To add one, add a function here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cost.prices import HOURS_A_MONTH, Prices
from terraform.document import Stacks, blocks

_FREE_STORAGE_GIB = 20


@dataclass(frozen=True, kw_only=True)
class Line:
    """A resource or a part of it."""

    group: str
    """Cost group: `tasks`, `database`, `network` …"""

    address: str
    what: str
    """Number and size, as text."""

    monthly: float | None
    """US dollars; None if the table has no price."""


Body = Mapping[str, Any]
Pricer = Callable[[str, Body, Stacks, Prices], Iterator[Line]]
PRICERS: dict[str, Pricer] = {}


def _priced(*resource_types: str) -> Callable[[Pricer], Pricer]:
    def register(function: Pricer) -> Pricer:
        PRICERS.update(dict.fromkeys(resource_types, function))
        return function

    return register


def _flat(resource_type: str, group: str, price: str, what: str, *, by_the_hour: bool = False) -> None:
    """Register a resource type with a fixed price."""

    def lines(address: str, _body: Body, _stacks: Stacks, prices: Prices) -> Iterator[Line]:
        monthly = prices.monthly(price) if by_the_hour else prices.of(price)
        yield Line(group=group, address=address, what=what, monthly=monthly)

    PRICERS[resource_type] = lines


_flat("aws_nat_gateway", "network", "nat_gateway_hour", "NAT gateway", by_the_hour=True)
_flat("aws_eip", "network", "public_ipv4_hour", "public IPv4 address", by_the_hour=True)
_flat("aws_kms_key", "keys and secrets", "kms_key_month", "KMS key")
_flat("aws_cloudwatch_metric_alarm", "observability", "alarm_month", "alarm")
_flat("aws_cloudwatch_dashboard", "observability", "dashboard_month", "dashboard")
_flat("aws_route53_zone", "network", "hosted_zone_month", "hosted zone")
_flat("aws_service_discovery_private_dns_namespace", "network", "hosted_zone_month", "hosted zone of the namespace")


@_priced("aws_secretsmanager_secret")
def _secrets(address: str, body: Body, _stacks: Stacks, prices: Prices) -> Iterator[Line]:
    """A replica costs as much as the secret."""
    regions = 1 + len(body.get("replica") or [])
    what = "secret" if regions == 1 else f"secret, in {regions} regions"
    yield Line(group="keys and secrets", address=address, what=what, monthly=regions * prices.of("secret_month"))


@_priced("aws_vpc_endpoint")
def _endpoints(address: str, body: Body, _stacks: Stacks, prices: Prices) -> Iterator[Line]:
    if body.get("vpc_endpoint_type") == "Interface":
        zones = len(body.get("subnet_ids", []))
        monthly = zones * prices.monthly("interface_endpoint_hour")
        yield Line(
            group="network",
            address=address,
            what=f"interface endpoint in {_counted(zones, 'zone', 'zones')}",
            monthly=monthly,
        )


@_priced("aws_lb")
def _load_balancer(address: str, body: Body, _stacks: Stacks, prices: Prices) -> Iterator[Line]:
    monthly = prices.monthly("load_balancer_hour")
    yield Line(group="load balancer", address=address, what="load balancer without its traffic", monthly=monthly)
    if not body.get("internal"):
        zones = len(body.get("subnets", []))
        monthly = zones * prices.monthly("public_ipv4_hour")
        yield Line(
            group="load balancer",
            address=address,
            what=_counted(zones, "public IPv4 address", "public IPv4 addresses"),
            monthly=monthly,
        )


@_priced("aws_wafv2_web_acl")
def _web_acl(address: str, body: Body, _stacks: Stacks, prices: Prices) -> Iterator[Line]:
    rules = len(list(blocks(body, "rule")))
    monthly = prices.of("web_acl_month") + rules * prices.of("web_acl_rule_month")
    yield Line(
        group="load balancer", address=address, what=f"web ACL with {_counted(rules, 'rule', 'rules')}", monthly=monthly
    )


@_priced("aws_db_instance")
def _database(address: str, body: Body, stacks: Stacks, prices: Prices) -> Iterator[Line]:
    copies = 2 if body.get("multi_az") else 1
    zones = ", Multi-AZ" if copies == 2 else ""
    instance = prices.instance("database", body["instance_class"])
    monthly = None if instance is None else copies * instance
    yield Line(group="database", address=address, what=f"{body['instance_class']}{zones}", monthly=monthly)
    gib = body.get("allocated_storage") or _storage_of_the_primary(address, body, stacks)
    monthly = copies * gib * prices.of("database_storage_gib_month")
    yield Line(group="database", address=address, what=f"{gib} GiB of storage{zones}", monthly=monthly)


@_priced("aws_db_proxy")
def _database_proxy(address: str, _body: Body, _stacks: Stacks, _prices: Prices) -> Iterator[Line]:
    # AWS charges for the instance's vCPUs, which the name of its class does not contain.
    yield Line(group="database", address=address, what="database proxy, by the vCPUs of the instance", monthly=None)


def _storage_of_the_primary(address: str, body: Body, stacks: Stacks) -> int:
    for primary in stacks.resolve(address, body.get("replicate_source_db", "")):
        return int(stacks.bodies[primary].get("allocated_storage", 0))
    return 0


@_priced("aws_elasticache_replication_group")
def _cache(address: str, body: Body, _stacks: Stacks, prices: Prices) -> Iterator[Line]:
    nodes, node = body.get("num_cache_clusters", 1), prices.instance("cache", body["node_type"])
    monthly = None if node is None else nodes * node
    yield Line(group="cache", address=address, what=f"{nodes} of {body['node_type']}", monthly=monthly)


@_priced("aws_ecs_service")
def _service(address: str, body: Body, stacks: Stacks, prices: Prices) -> Iterator[Line]:
    count = int(body.get("desired_count") or 0)
    for task in stacks.resolve(address, body.get("task_definition", "")):
        definition = stacks.bodies[task]
        if "cpu" not in definition:
            continue
        one, share = _task(definition, prices), _share_of_spot(body, count)
        monthly = count * one * (1 - share * (1 - prices.of("fargate_spot_share")))
        vcpu, gib = int(definition["cpu"]) / 1024, int(definition["memory"]) / 1024
        spot = f", {share:.0%} on Spot" if share else ""
        what = f"{count} of {vcpu:g} vCPU, {gib:g} GiB{spot}"
        yield Line(group="tasks", address=address, what=what, monthly=monthly)
        if any(network.get("assign_public_ip") is True for network in blocks(body, "network_configuration")):
            monthly = count * prices.monthly("public_ipv4_hour")
            yield Line(
                group="tasks",
                address=address,
                what=_counted(count, "public IPv4 address", "public IPv4 addresses"),
                monthly=monthly,
            )


def _counted(count: int, one: str, several: str) -> str:
    """`1 zone`, `2 zones`."""
    return f"{count} {one if count == 1 else several}"


def _task(definition: Body, prices: Prices) -> float:
    """Monthly cost of a task that always runs."""
    architectures = [block.get("cpu_architecture") for block in blocks(definition, "runtime_platform")]
    kind = "arm64" if architectures == ["ARM64"] else "x86_64"
    storage = max([block.get("size_in_gib", 0) for block in blocks(definition, "ephemeral_storage")], default=0)
    hourly = (
        int(definition["cpu"]) / 1024 * prices.of(f"fargate_{kind}_vcpu_hour")
        + int(definition["memory"]) / 1024 * prices.of(f"fargate_{kind}_gib_hour")
        + max(0, storage - _FREE_STORAGE_GIB) * prices.of("fargate_storage_gib_hour")
    )
    return hourly * HOURS_A_MONTH


def _share_of_spot(service: Body, count: int) -> float:
    """Share of the tasks on Spot: the base of each provider first, the rest by weight."""
    strategy = list(blocks(service, "capacity_provider_strategy"))
    weights = sum(one.get("weight", 0) for one in strategy)
    if not count or not weights:
        return 0.0
    base = min(count, sum(one.get("base", 0) for one in strategy))
    on_spot = [one for one in strategy if one.get("capacity_provider") == "FARGATE_SPOT"]
    of_base = min(base, sum(one.get("base", 0) for one in on_spot))
    of_rest = (count - base) * sum(one.get("weight", 0) for one in on_spot) / weights
    return float((of_base + of_rest) / count)
