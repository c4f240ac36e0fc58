"""Which network interfaces are in a VPC: who holds subnets and security groups.

moto has interfaces of NAT gateways, endpoints and mount targets only. Load balancers, databases, proxies, caches and
tasks have them on AWS too, and as long as one is there, neither its subnet nor its groups can be deleted.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from local.in_use.accounts import backend
from local.in_use.tasks import interfaces_of_tasks, networks_of_tasks


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Something with network interfaces."""

    subnet_ids: frozenset[str]
    """Where its interfaces are."""
    group_ids: frozenset[str]
    """Security groups that they carry."""
    is_public: bool = False
    """Whether they have public addresses."""
    requester: str = ""
    """AWS's service that has made them. Empty for those that EC2 itself has on record."""
    descriptions: tuple[str, ...] = ()
    """What AWS writes beside them, in turn. Empty where EC2 has them on record."""


def holders(ec2: Any) -> Iterator[Holder]:
    """Everything with network interfaces in the account and region of an EC2 backend."""
    yield from _of_ec2(ec2)
    for of_service in (_of_load_balancers, _of_databases, _of_caches, _of_tasks):
        yield from of_service(ec2.account_id, ec2.region_name)


def _holder(
    subnets: Iterable[str],
    groups: Iterable[str],
    *,
    is_public: bool = False,
    requester: str = "",
    descriptions: Iterable[str] = (),
) -> Holder:
    return Holder(
        subnet_ids=frozenset(subnets),
        group_ids=frozenset(groups),
        is_public=is_public,
        requester=requester,
        descriptions=tuple(descriptions),
    )


def _of_ec2(ec2: Any) -> Iterator[Holder]:
    for interface in ec2.enis.values():
        groups = [group.id for group in interface.group_set]
        yield _holder([interface.subnet.id], groups, is_public=bool(interface.public_ip))
    for endpoint in ec2.vpc_end_points.values():
        if endpoint.state != "deleted":
            yield _holder(endpoint.subnet_ids or (), endpoint.security_group_ids or ())


def _of_load_balancers(account_id: str, region: str) -> Iterator[Holder]:
    if elbv2 := backend("elbv2", account_id, region):
        for each in elbv2.load_balancers.values():
            subnets = [subnet.id for subnet in each.subnets]
            yield _holder(
                subnets,
                each.security_groups or (),
                is_public=each.scheme != "internal",
                requester="amazon-elb",
                descriptions=[f"ELB {each.arn.partition('loadbalancer/')[2]}"],
            )


def _of_databases(account_id: str, region: str) -> Iterator[Holder]:
    if rds := backend("rds", account_id, region):
        for each in rds.databases.values():
            subnets = subnets_of_database(each)
            yield _holder(
                subnets,
                each.vpc_security_group_ids,
                is_public=bool(each.publicly_accessible),
                requester="amazon-rds",
                descriptions=["RDSNetworkInterface"],
            )
        for each in rds.db_proxies.values():
            yield _holder(
                each.vpc_subnet_ids,
                each.vpc_security_group_ids,
                requester="amazon-rds",
                descriptions=[f"Network interface for DBProxy {each.db_proxy_name}"],
            )


def subnet_group_of(instance: Any) -> Any:
    """Moto's subnet group of a DB instance; `None` for one that names none: moto then sets no attribute."""
    return getattr(instance, "db_subnet_group", None)


def subnets_of_database(instance: Any) -> list[str]:
    """Where a DB instance has interfaces: in its zone; of one with a standby, the subnet of the standby is unknown."""
    group = subnet_group_of(instance)
    subnets = group.subnets if group else ()
    zones = {each["SubnetIdentifier"]: each["SubnetAvailabilityZone"]["Name"] for each in subnets}
    zone = None if instance.multi_az else instance.availability_zone
    return [name for name in zones if zones[name] == zone] or [*zones]


def _of_caches(account_id: str, region: str) -> Iterator[Holder]:
    if elasticache := backend("elasticache", account_id, region):
        for each in elasticache.replication_groups.values():
            subnets = subnets_of_cache(elasticache, each)
            yield _holder(
                subnets,
                each.security_group_ids or (),
                requester="amazon-elasticache",
                descriptions=[f"ElastiCache {member}" for member in each.member_clusters],
            )


def subnets_of_cache(elasticache: Any, replication_group: Any) -> list[str]:
    """Where a replication group may have nodes: nobody chooses their zones, so in each subnet of its group."""
    group = elasticache.cache_subnet_groups.get(replication_group.cache_subnet_group_name)
    return list(group.subnet_ids) if group else []


def _of_tasks(account_id: str, region: str) -> Iterator[Holder]:
    if ecs := backend("ecs", account_id, region):
        for network in networks_of_tasks(ecs):
            settings = network.get("awsvpcConfiguration") or {}
            yield _holder(settings.get("subnets") or (), settings.get("securityGroups") or ())


def placed_tasks(account_id: str, region: str) -> Iterator[Holder]:
    """Each task where it runs. Without a data plane, each service that wants tasks, in all its subnets."""
    if ecs := backend("ecs", account_id, region):
        for name, subnet, network in interfaces_of_tasks(ecs):
            settings = network.get("awsvpcConfiguration") or {}
            yield _holder(
                [subnet] if subnet else settings.get("subnets") or (),
                settings.get("securityGroups") or (),
                is_public=settings.get("assignPublicIp") == "ENABLED",
                requester=account_id,
                descriptions=[f"arn:aws:ecs:{region}:{account_id}:attachment/{name}"],
            )
