"""What a change of a replication group interrupts, what waits for its maintenance window, and what is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.local.in_use.refusals import refused
from tests.support.clock import Clock

NAME = {"ReplicationGroupId": "changes"}
NOW = {**NAME, "ApplyImmediately": True}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def cache(client: Any, clock: Clock) -> Iterator[Any]:
    cache = client("elasticache")
    for family in ("valkey7", "valkey8"):
        cache.create_cache_parameter_group(
            CacheParameterGroupName=f"own-{family}", CacheParameterGroupFamily=family, Description="d"
        )
    cache.create_replication_group(
        ReplicationGroupDescription="d",
        Engine="valkey",
        EngineVersion="7.2",
        CacheNodeType="cache.t4g.micro",
        CacheParameterGroupName="own-valkey7",
        NumCacheClusters=2,
        AutomaticFailoverEnabled=True,
        **NAME,
    )
    yield cache
    cache.delete_replication_group(**NAME)
    for family in ("valkey7", "valkey8"):
        cache.delete_cache_parameter_group(CacheParameterGroupName=f"own-{family}")


def group_of(cache: Any) -> dict[str, Any]:
    (group,) = cache.describe_replication_groups(**NAME)["ReplicationGroups"]
    return dict(group)


def member(cache: Any) -> dict[str, Any]:
    (cluster,) = cache.describe_cache_clusters(CacheClusterId="changes-001")["CacheClusters"]
    return dict(cluster)


def test_another_node_type_interrupts_at_once_if_requested_and_waits_otherwise(cache: Any, clock: Clock) -> None:
    cache.modify_replication_group(**NAME, CacheNodeType="cache.t4g.small", SnapshotWindow="04:00-05:00")
    assert (group_of(cache)["CacheNodeType"], group_of(cache)["Status"]) == ("cache.t4g.micro", "available")
    assert group_of(cache)["SnapshotWindow"] == "04:00-05:00"
    assert member(cache)["PendingModifiedValues"] == {"CacheNodeType": "cache.t4g.small"}

    cache.modify_replication_group(**NOW, SnapshotWindow="05:00-06:00")
    assert (group_of(cache)["CacheNodeType"], group_of(cache)["Status"]) == ("cache.t4g.small", "modifying")
    assert (member(cache)["CacheClusterStatus"], member(cache).get("PendingModifiedValues", {})) == ("modifying", {})
    with refused("InvalidReplicationGroupState", "Replication group must be in available state to modify."):
        cache.modify_replication_group(**NOW, CacheNodeType="cache.t4g.micro")
    clock.pass_by()
    assert group_of(cache)["Status"] == "available"


def test_an_engine_version_wants_a_parameter_group_of_its_family(cache: Any, clock: Clock) -> None:
    words = "Expected a parameter group of family valkey8 but found one of family valkey7"
    with refused("InvalidParameterCombination", words):
        cache.modify_replication_group(**NOW, EngineVersion="8.0")
    assert member(cache)["EngineVersion"] == "7.2.0"
    cache.modify_replication_group(**NOW, EngineVersion="8.0", CacheParameterGroupName="own-valkey8")
    assert (member(cache)["EngineVersion"], group_of(cache)["Status"]) == ("8.0.0", "modifying")
    clock.pass_by()
    assert group_of(cache)["Status"] == "available"


def test_another_number_of_replicas_interrupts_nothing(cache: Any) -> None:
    cache.increase_replica_count(**NOW, NewReplicaCount=2)
    listed = {each["CacheClusterId"] for each in cache.describe_cache_clusters()["CacheClusters"]}
    assert {f"changes-00{number}" for number in (1, 2, 3)} <= listed, "the provider waits for them in this list"
    alone = cache.describe_cache_clusters(ShowCacheClustersNotInReplicationGroups=True)["CacheClusters"]
    assert not any(each["CacheClusterId"].startswith("changes-") for each in alone)
    cache.decrease_replica_count(**NOW, NewReplicaCount=1)
    assert group_of(cache)["Status"] == "available"
