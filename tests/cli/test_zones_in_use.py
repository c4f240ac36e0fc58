"""A zone leaves the file: what RDS and ElastiCache have in it is named before anything is changed."""

from typing import Any

import pytest

from cli.zones_in_use import zones_in_use
from tests.support.aws_command import AwsCommand

ZONES = {"subnet-a": "eu-west-1a", "subnet-b": "eu-west-1b", "subnet-c": "eu-west-1c", "subnet-private": "eu-west-1c"}


def state(*resources: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    held = [
        {"mode": "managed", "type": kind, "name": str(number), "instances": [{"attributes": attributes}]}
        for number, (kind, attributes) in enumerate(resources)
    ]
    return {"resources": held}


def subnets(*ids: str) -> dict[str, Any]:
    return state(*(("aws_subnet", {"id": each, "availability_zone": ZONES[each]}) for each in ids))


DATA = state(
    ("aws_db_subnet_group", {"subnet_ids": ["subnet-a", "subnet-b", "subnet-c"]}),
    ("aws_elasticache_subnet_group", {"subnet_ids": ["subnet-a", "subnet-b", "subnet-c"]}),
    ("aws_db_instance", {"identifier": "shop"}),
    ("aws_elasticache_replication_group", {"replication_group_id": "shop"}),
)


class Answers:
    """AWS with a database, and a cache with a node in each of two zones."""

    def __init__(self, *zones: str, nodes: tuple[str, ...] = ("eu-west-1a", "eu-west-1b")) -> None:
        names = dict(zip(("AvailabilityZone", "SecondaryAvailabilityZone"), zones, strict=False))
        self.database = {"DBInstances": [names]}
        self.nodes = {f"shop-{number:03}": zone for number, zone in enumerate(nodes, 1)}

    def client(self, _service: str) -> Any:
        return self

    def describe_db_instances(self, **_: str) -> dict[str, Any]:
        return self.database

    def describe_replication_groups(self, **_: str) -> dict[str, Any]:
        return {"ReplicationGroups": [{"MemberClusters": [*self.nodes]}]}

    def describe_cache_clusters(self, **asking: str) -> dict[str, Any]:
        return {"CacheClusters": [{"PreferredAvailabilityZone": self.nodes[asking["CacheClusterId"]]}]}


def named(answers: Any, *gone: str) -> list[Any]:
    states = {"network": subnets(*ZONES), "data": DATA}
    return [*zones_in_use(answers, "eu-west-1", states, {"network": subnets(*gone), "data": state()})]


@pytest.mark.parametrize(
    ("answers", "says", "commands"),
    [
        (Answers("eu-west-1c", "eu-west-1a"), "a failover interrupts it for a minute or two", 1),
        (Answers("eu-west-1a", "eu-west-1c"), "the standby of shop is in it (database.multi_az = false", 0),
        (Answers("eu-west-1c"), "keep the zone, or restore a snapshot", 0),
        (Answers("eu-west-1a", nodes=("eu-west-1a", "eu-west-1c")), "raise cache.nodes to 3 and apply that first", 0),
        (Answers("eu-west-1a", nodes=("eu-west-1a", "eu-west-1b", "eu-west-1c")), "node shop-003 of the cache", 1),
    ],
    ids=["primary", "standby", "only instance", "one of two nodes", "one of three nodes"],
)
def test_what_is_in_the_zone_is_named_with_what_helps(answers: Any, says: str, commands: int) -> None:
    (obstacle,) = named(answers, "subnet-c", "subnet-private")
    assert obstacle.what.startswith("network: eu-west-1c goes, and the ")
    assert says in obstacle.what
    assert len(obstacle.commands) == commands
    for command in obstacle.commands:
        assert AwsCommand.parse(command).violations() == []


def test_a_zone_with_nothing_of_theirs_may_go() -> None:
    assert named(Answers("eu-west-1a", "eu-west-1b"), "subnet-c", "subnet-private") == []


def test_nobody_is_asked_where_their_subnets_stay() -> None:
    assert named(None, "subnet-private") == []
