"""Reads database instances and caches of the emulated account as frozen values."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from local.dataplane.desired_state.model import Cache, CacheUser, Database, Interruption, Origin, Store
from local.dataplane.desired_state.network_reader import member
from local.network.rules import Member

PROXY_PORT = 5432
"""Every RDS proxy for PostgreSQL listens on it."""

UNAVAILABLE = "UNAVAILABLE"
POLICY = "maxmemory-policy"
DEFAULT_POLICY = "volatile-lru"
"""ElastiCache's default."""


def databases(rds: Any) -> Iterable[Database]:
    """PostgreSQL instances, without replicas. An RDS proxy is only a second name here: it pools no connections."""
    proxies = _proxies(rds)
    for each in rds.describe_db_instances()["DBInstances"]:
        is_replica = "ReadReplicaSourceDBInstanceIdentifier" in each
        if each["Engine"] != "postgres" or "Endpoint" not in each or is_replica:
            continue
        own_proxies = proxies.get(each["DBInstanceIdentifier"], [])
        proxy_endpoints = [endpoint for endpoint, _ in own_proxies]
        port = int(each["Endpoint"]["Port"])
        yield Database(
            identifier=each["DBInstanceIdentifier"],
            names=(each["Endpoint"]["Address"], *proxy_endpoints),
            port=port,
            proxy_ports=(PROXY_PORT,) if proxy_endpoints and port != PROXY_PORT else (),
            major_version=int(str(each["EngineVersion"]).partition(".")[0]),
            username=each["MasterUsername"],
            database_name=each.get("DBName"),
            network=(_instance(each), *(proxy for _, proxy in own_proxies)),
        )


def _instance(document: dict[str, Any]) -> Member:
    subnet_group = document.get("DBSubnetGroup") or {}
    return member(
        document["DBInstanceIdentifier"],
        [each["VpcSecurityGroupId"] for each in document.get("VpcSecurityGroups") or []],
        [each["SubnetIdentifier"] for each in subnet_group.get("Subnets") or []],
    )


def _proxies(rds: Any) -> dict[str, list[tuple[str, Member]]]:
    """Instance identifier → endpoints of its RDS proxies that serve clients, and their networks."""
    endpoints: dict[str, list[tuple[str, Member]]] = {}
    for proxy in rds.describe_db_proxies()["DBProxies"]:
        for target in rds.describe_db_proxy_targets(DBProxyName=proxy["DBProxyName"])["Targets"]:
            # With a role that may not read the logins, a proxy answers nobody.
            if target["TargetHealth"]["State"] == UNAVAILABLE:
                continue
            of_proxy = member(proxy["DBProxyName"], proxy.get("VpcSecurityGroupIds") or [], proxy["VpcSubnetIds"])
            endpoints.setdefault(target["RdsResourceId"], []).append((proxy["Endpoint"], of_proxy))
    return endpoints


def caches(elasticache: Any) -> Iterable[Cache]:
    """Replication groups; one server takes the place of all their nodes."""
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
            network=tuple(_nodes(elasticache, group)),
        )


def _nodes(elasticache: Any, group: dict[str, Any]) -> Iterable[Member]:
    for node in (group.get("MemberClusters") or [])[:1]:
        cluster = elasticache.describe_cache_clusters(CacheClusterId=node)["CacheClusters"][0]
        answer = elasticache.describe_cache_subnet_groups(CacheSubnetGroupName=cluster["CacheSubnetGroupName"])
        yield member(
            group["ReplicationGroupId"],
            [each["SecurityGroupId"] for each in cluster.get("SecurityGroups") or []],
            [each["SubnetIdentifier"] for each in answer["CacheSubnetGroups"][0]["Subnets"]],
        )


def _policy(elasticache: Any, group: dict[str, Any]) -> str:
    members = group.get("MemberClusters") or []
    if not members:
        return DEFAULT_POLICY
    cluster = elasticache.describe_cache_clusters(CacheClusterId=members[0])["CacheClusters"][0]
    name = cluster["CacheParameterGroup"]["CacheParameterGroupName"]
    parameters = elasticache.describe_cache_parameters(CacheParameterGroupName=name)["Parameters"]
    values = {each["ParameterName"]: each.get("ParameterValue") for each in parameters}
    return values.get(POLICY) or DEFAULT_POLICY


def _users(elasticache: Any, user_group_ids: list[str]) -> Iterable[CacheUser]:
    for user_group_id in user_group_ids:
        (user_group,) = elasticache.describe_user_groups(UserGroupId=user_group_id)["UserGroups"]
        for user_id in user_group["UserIds"]:
            (user,) = elasticache.describe_users(UserId=user_id)["Users"]
            yield CacheUser(identifier=user_id, name=user["UserName"], access=user["AccessString"])


def with_logins(store: Store, logins: Any) -> Store:
    """The store with its passwords, its interruptions and where its data is from, from the embedded AWS's page."""
    interruption = Interruption(**logins["interruptions"][store.kind].get(store.identifier, {}))
    if isinstance(store, Database):
        origin = logins["origins"].get(store.identifier) or {"resource_id": "", "copy": ""}
        return replace(
            store,
            origin=Origin(**origin, predecessors=frozenset(logins["deleted"])),
            password=str(logins["databases"].get(store.identifier) or ""),
            interruption=interruption,
        )
    users = tuple(replace(each, passwords=tuple(logins["users"].get(each.identifier, ()))) for each in store.users)
    return replace(store, users=users, interruption=interruption)
