"""Database instances and caches of the emulated account, as frozen values without their passwords."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from local.dataplane.desired_state.model import Cache, CacheUser, Database, Store

PROXY_PORT = 5432
"""Where every proxy for PostgreSQL listens."""

POLICY = "maxmemory-policy"
DEFAULT_POLICY = "volatile-lru"
"""ElastiCache's own."""


def databases(rds: Any) -> Iterable[Database]:
    """PostgreSQL instances, without replicas. A proxy is a second name; it shares no connections here."""
    proxies = _proxies(rds)
    for each in rds.describe_db_instances()["DBInstances"]:
        is_replica = "ReadReplicaSourceDBInstanceIdentifier" in each
        if each["Engine"] != "postgres" or "Endpoint" not in each or is_replica:
            continue
        behind = proxies.get(each["DBInstanceIdentifier"], [])
        port = int(each["Endpoint"]["Port"])
        yield Database(
            identifier=each["DBInstanceIdentifier"],
            names=(each["Endpoint"]["Address"], *behind),
            port=port,
            proxy_ports=(PROXY_PORT,) if behind and port != PROXY_PORT else (),
            major_version=int(str(each["EngineVersion"]).partition(".")[0]),
            username=each["MasterUsername"],
            database_name=each.get("DBName"),
        )


def _proxies(rds: Any) -> dict[str, list[str]]:
    """Instance → the names of the proxies before it."""
    found: dict[str, list[str]] = {}
    for proxy in rds.describe_db_proxies()["DBProxies"]:
        for target in rds.describe_db_proxy_targets(DBProxyName=proxy["DBProxyName"])["Targets"]:
            found.setdefault(target["RdsResourceId"], []).append(proxy["Endpoint"])
    return found


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


def with_logins(store: Store, logins: Any) -> Store:
    """The store with the passwords and the reboots that the embedded AWS knows."""
    if isinstance(store, Database):
        return replace(
            store,
            password=str(logins["databases"].get(store.identifier) or ""),
            reboots=int(logins["reboots"].get(store.identifier, 0)),
        )
    users = tuple(replace(each, passwords=tuple(logins["users"].get(each.identifier, ()))) for each in store.users)
    return replace(store, users=users)
