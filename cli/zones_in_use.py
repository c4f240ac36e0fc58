"""A zone that leaves the file while the database or a node of the cache is in it.

RDS and ElastiCache take no subnet out of a group while something of theirs is in its zone, and do not move it. An apply
would stop in the data layer, when the network layer has changed already.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cli.obstacles import Obstacle, States
from cli.running.state_store import managed_resources
from release.aws import Aws

SUBNET = "aws_subnet"
_REMOVED = "a primary fails over first; lower cache.nodes by one, and raise it again afterwards"
_ADDED = "raise cache.nodes to 3 and apply that first, so that a node can go"
_GROUPS = ("aws_db_subnet_group", "aws_elasticache_subnet_group")


def zones_in_use(aws: Aws, region: str, states: States, going: States) -> Iterator[Obstacle]:
    """What is in a zone whose isolated subnet goes.

    Args:
        aws: the account.
        region: of the environment.
        states: of all layers.
        going: the parts of them that no file has any more.
    """
    grouped = {
        str(subnet) for kind in _GROUPS for group in _of(states, kind) for subnet in group.get("subnet_ids") or ()
    }
    zones = {str(each["availability_zone"]) for each in _of(going, SUBNET) if each.get("id") in grouped}
    if not zones:
        return
    for database in _of(states, "aws_db_instance"):
        yield from _database(aws, region, str(database["identifier"]), zones)
    for cache in _of(states, "aws_elasticache_replication_group"):
        yield from _cache(aws, region, str(cache["replication_group_id"]), zones)


def _of(states: States, kind: str) -> Iterator[Mapping[str, Any]]:
    for state in states.values():
        yield from managed_resources(state, kind)


def _database(aws: Aws, region: str, identifier: str, zones: set[str]) -> Iterator[Obstacle]:
    (instance,) = aws.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
    zone, standby = instance.get("AvailabilityZone"), instance.get("SecondaryAvailabilityZone")
    if zone in zones and standby and standby not in zones:
        yield Obstacle(
            what=(
                f"network: {zone} goes, and the database {identifier} is in it (a failover interrupts it for a minute "
                "or two; then database.multi_az = false removes the standby, which is in the zone by then)"
            ),
            commands=(
                f"aws rds reboot-db-instance --region {region} --db-instance-identifier {identifier} --force-failover",
            ),
        )
    elif zone in zones:
        yield Obstacle(
            what=f"network: {zone} goes, and the database {identifier} is in it (keep the zone, or restore a snapshot)",
            commands=(),
        )
    elif standby in zones:
        yield Obstacle(
            what=(
                f"network: {standby} goes, and the standby of {identifier} is in it (database.multi_az = false, apply "
                "that first, and set it to true afterwards)"
            ),
            commands=(),
        )


def _cache(aws: Aws, region: str, name: str, zones: set[str]) -> Iterator[Obstacle]:
    elasticache = aws.client("elasticache")
    (group,) = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
    nodes = group.get("MemberClusters", [])
    spare = len(nodes) > 2  # ElastiCache keeps a replica while another node must be able to take over
    for node in nodes:
        (cluster,) = elasticache.describe_cache_clusters(CacheClusterId=node)["CacheClusters"]
        zone = cluster.get("PreferredAvailabilityZone")
        if zone not in zones:
            continue
        command = (
            f"aws elasticache decrease-replica-count --region {region} --replication-group-id {name} "
            f"--new-replica-count {len(nodes) - 2} --replicas-to-remove {node} --apply-immediately"
        )
        yield Obstacle(
            what=f"network: {zone} goes, and the node {node} of the cache is in it ({_REMOVED if spare else _ADDED})",
            commands=(command,) if spare else (),
        )
