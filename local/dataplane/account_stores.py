"""Database instances and caches of the emulated account, as frozen values without their passwords."""

from collections.abc import Iterable
from typing import Any

from local.dataplane.wishes import Cache, CacheUser, Database

POLICY = "maxmemory-policy"
DEFAULT_POLICY = "volatile-lru"
"""ElastiCache's own."""


def databases(rds: Any) -> Iterable[Database]:
    """PostgreSQL instances, without replicas."""
    for each in rds.describe_db_instances()["DBInstances"]:
        is_replica = "ReadReplicaSourceDBInstanceIdentifier" in each
        if each["Engine"] != "postgres" or "Endpoint" not in each or is_replica:
            continue
        yield Database(
            identifier=each["DBInstanceIdentifier"],
            names=(each["Endpoint"]["Address"],),
            port=int(each["Endpoint"]["Port"]),
            major_version=int(str(each["EngineVersion"]).partition(".")[0]),
            username=each["MasterUsername"],
            database_name=each.get("DBName"),
        )


def caches(elasticache: Any) -> Iterable[Cache]:
    """Replication groups; one server stands for all their nodes."""
    for group in elasticache.describe_replication_groups()["ReplicationGroups"]:
        endpoints = [
            node_group[kind]
            for node_group in group.get("NodeGroups") or []
            for kind in ("PrimaryEndpoint", "ReaderEndpoint")
            if node_group.get(kind)
        ]
        if not endpoints:
            continue
        yield Cache(
            identifier=group["ReplicationGroupId"],
            names=tuple(dict.fromkeys(each["Address"] for each in endpoints)),
            port=int(endpoints[0]["Port"]),
            maxmemory_policy=_policy(elasticache, group),
            users=tuple(_users(elasticache, group.get("UserGroupIds") or [])),
        )


def _policy(elasticache: Any, group: dict[str, Any]) -> str:
    members = group.get("MemberClusters") or []
    if not members:
        return DEFAULT_POLICY
    cluster = elasticache.describe_cache_clusters(CacheClusterId=members[0])["CacheClusters"][0]
    name = cluster["CacheParameterGroup"]["CacheParameterGroupName"]
    found = elasticache.describe_cache_parameters(CacheParameterGroupName=name)["Parameters"]
    values = {each["ParameterName"]: each.get("ParameterValue") for each in found}
    return values.get(POLICY) or DEFAULT_POLICY


def _users(elasticache: Any, user_group_ids: list[str]) -> Iterable[CacheUser]:
    for user_group_id in user_group_ids:
        (user_group,) = elasticache.describe_user_groups(UserGroupId=user_group_id)["UserGroups"]
        for user_id in user_group["UserIds"]:
            (user,) = elasticache.describe_users(UserId=user_id)["Users"]
            yield CacheUser(identifier=user_id, name=user["UserName"], access=user["AccessString"])
