"""ElastiCache: member clusters, updates and deletions. Parameter groups and user groups have their own files.

Symptoms: `aws_elasticache_replication_group` fails with `CacheClusterNotFound …-001`, its `num_cache_clusters` is
always read as 1 and cannot be changed, most other changes are dropped, and its deletion never completes;
`aws_elasticache_subnet_group` cannot be changed or destroyed; all addresses are in us-east-1, and that of the reader is
missing.
"""

from inspect import signature
from typing import Any

from moto.core.responses import ActionResult, EmptyResult, PaginatedResult
from moto.elasticache.exceptions import CacheSubnetGroupNotFound
from moto.elasticache.models import CacheSubnetGroup, ElastiCacheBackend, ReplicationGroup
from moto.elasticache.responses import ElastiCacheResponse

from local.extensions import elasticache_parameter_groups, elasticache_user_groups
from local.extensions.elasticache_common import arn_of, short_region
from local.extensions.elasticache_modifications import pending_values
from local.extensions.patching import add_method, wrap_method

__all__ = ["elasticache_parameter_groups", "elasticache_user_groups"]

CHANGED_BY_MODIFY = {
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "CacheParameterGroupName": "cache_parameter_group_name",
    "NotificationTopicArn": "notification_topic_arn",
    "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "SecurityGroupIds": "security_group_ids",
    "SnapshotWindow": "snapshot_window",
    "TransitEncryptionEnabled": "transit_encryption_enabled",
    "TransitEncryptionMode": "transit_encryption_mode",
}
"""Argument of ModifyReplicationGroup that moto drops and that changes at once → attribute of its group."""


MOTOS_REGION = ".use1."


@wrap_method(ReplicationGroup, "__init__")
def have_addresses_in_the_region(original: Any, group: Any, *args: Any, **kwargs: Any) -> None:
    """A group's names of hosts contain a short name of its region, such as `euw1` of `eu-west-1`."""
    original(group, *args, **kwargs)
    region = signature(original).bind(group, *args, **kwargs).arguments["region_name"]
    short = f".{short_region(region)}."
    for holder in (vars(group), *group.node_groups):
        for key, value in holder.items():
            holder[key] = _replaced(value, short)
    for node_group in group.node_groups:
        if address := node_group.get("reader_endpoint_address"):
            node_group["reader_endpoint"] = {"address": address, "port": node_group["port"]}


def _replaced(value: Any, short: str) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(one, short) for key, one in value.items()}
    if isinstance(value, list):
        return [_replaced(one, short) for one in value]
    return value.replace(MOTOS_REGION, short) if isinstance(value, str) else value


@wrap_method(ReplicationGroup, "_set_node_members_clusters_disabled")
def honour_cluster_count(original: Any, group: Any, **arguments: Any) -> None:
    """Count replicas from `NumCacheClusters`, which moto reads and then ignores."""
    if not arguments["replicas_per_node_group"]:
        arguments["replicas_per_node_group"] = arguments["num_cache_clusters"] - 1
    original(group, **arguments)


@wrap_method(ElastiCacheResponse, "describe_cache_clusters")
def describe_members_too(original: Any, response: Any) -> Any:
    """DescribeCacheClusters, including the member clusters of replication groups.

    Without them in the list of all, an apply that changes `num_cache_clusters` waits in vain for its new members.
    """
    cluster_id = response._get_param("CacheClusterId")
    members = [
        _member_cluster(response, group, member)
        for group in response.elasticache_backend.replication_groups.values()
        for member in group.member_clusters
        if cluster_id in (None, member)
    ]
    if cluster_id is not None and members:
        return ActionResult({"CacheClusters": members})
    answer = original(response)
    if response._get_bool_param("ShowCacheClustersNotInReplicationGroups", False):
        return answer
    return PaginatedResult({**answer.result, "CacheClusters": [*answer.result["CacheClusters"], *members]})


@wrap_method(ElastiCacheResponse, "modify_replication_group")
def modify_fully(original: Any, response: Any) -> Any:
    """ModifyReplicationGroup, including the arguments that moto drops."""
    answer = original(response)
    group = answer.result["ReplicationGroup"]
    for argument, attribute in CHANGED_BY_MODIFY.items():
        if response._get_param(argument) is not None:
            setattr(group, attribute, response._get_param(argument))
    removed = set(response._get_param("UserGroupIdsToRemove", []))
    kept = [*group.user_group_ids, *response._get_param("UserGroupIdsToAdd", [])]
    group.user_group_ids = [user_group_id for user_group_id in kept if user_group_id not in removed]
    return answer


@add_method(ElastiCacheResponse)
def increase_replica_count(response: Any) -> ActionResult:
    """IncreaseReplicaCount, which is how the provider raises `num_cache_clusters`."""
    return _set_replica_count(response)


@add_method(ElastiCacheResponse)
def decrease_replica_count(response: Any) -> ActionResult:
    """DecreaseReplicaCount."""
    return _set_replica_count(response)


def _set_replica_count(response: Any) -> ActionResult:
    group = response.elasticache_backend.describe_replication_groups(response._get_param("ReplicationGroupId"))[0]
    node_group = group.node_groups[0]
    domain = node_group["primary_endpoint_address"].removeprefix("master.")
    group.member_clusters, node_group["node_group_members"] = [], []
    group._set_node_members_clusters_disabled(
        member_clusters=group.member_clusters,
        replication_group_id=group.replication_group_id,
        replication_group_domain=domain,
        node_group=node_group,
        preferred_cache_cluster_azs=[],
        num_cache_clusters=1,
        replicas_per_node_group=response._get_int_param("NewReplicaCount"),
    )
    return ActionResult({"ReplicationGroup": group})


@wrap_method(ElastiCacheBackend, "delete_replication_group")
def really_delete(original: Any, backend: Any, replication_group_id: str, *args: Any, **kwargs: Any) -> Any:
    """DeleteReplicationGroup; in moto the group stays `deleting` forever."""
    group = original(backend, replication_group_id, *args, **kwargs)
    backend.replication_groups.pop(replication_group_id, None)
    return group


def _member_cluster(response: Any, group: Any, cluster_id: str) -> dict[str, Any]:
    version = group.engine_version or "8.0"
    full_version = version if version.count(".") > 1 else f"{version}.0"
    parameter_group_name = group.cache_parameter_group_name or f"default.{group.engine}{version.split('.')[0]}"
    zones = {
        member["cache_cluster_id"]: member.get("preferred_availability_zone")
        for node_group in group.node_groups
        for member in node_group["node_group_members"]
    }
    return {
        "CacheClusterId": cluster_id,
        "ReplicationGroupId": group.replication_group_id,
        "CacheClusterStatus": group.status,
        "PendingModifiedValues": pending_values(group),
        "Engine": group.engine,
        "EngineVersion": full_version,
        "CacheNodeType": group.cache_node_type,
        "NumCacheNodes": 1,
        "PreferredAvailabilityZone": zones.get(cluster_id),
        "PreferredMaintenanceWindow": group.preferred_maintenance_window or "sun:05:00-sun:06:00",
        "CacheSubnetGroupName": group.cache_subnet_group_name,
        "CacheParameterGroup": {
            "CacheParameterGroupName": parameter_group_name,
            "ParameterApplyStatus": "in-sync",
            "CacheNodeIdsToReboot": [],
        },
        "SecurityGroups": [
            {"SecurityGroupId": group_id, "Status": "active"} for group_id in group.security_group_ids or []
        ],
        "AutoMinorVersionUpgrade": group.auto_minor_version_upgrade not in (False, "false"),
        "SnapshotRetentionLimit": group.snapshot_retention_limit,
        "SnapshotWindow": group.snapshot_window,
        "AuthTokenEnabled": group.auth_token_enabled,
        "TransitEncryptionEnabled": group.transit_encryption_enabled,
        "TransitEncryptionMode": group.transit_encryption_mode,
        "AtRestEncryptionEnabled": group.at_rest_encryption_enabled,
        "ARN": arn_of(response, "cluster", cluster_id),
        "NetworkType": group.network_type,
        "IpDiscovery": group.ip_discovery,
    }


@add_method(ElastiCacheResponse)
def delete_cache_subnet_group(response: Any) -> EmptyResult:
    """DeleteCacheSubnetGroup."""
    name = response._get_param("CacheSubnetGroupName")
    if response.elasticache_backend.cache_subnet_groups.pop(name, None) is None:
        raise CacheSubnetGroupNotFound(name)
    return EmptyResult()


@add_method(ElastiCacheResponse)
def modify_cache_subnet_group(response: Any) -> ActionResult:
    """ModifyCacheSubnetGroup."""
    backend, name = response.elasticache_backend, response._get_param("CacheSubnetGroupName")
    if name not in backend.cache_subnet_groups:
        raise CacheSubnetGroupNotFound(name)
    before = backend.cache_subnet_groups[name]
    group = CacheSubnetGroup(
        account_id=response.current_account,
        region_name=response.region,
        cache_subnet_group_name=name,
        cache_subnet_group_description=response._get_param("CacheSubnetGroupDescription")
        or before.cache_subnet_group_description,
        subnet_ids=response._get_param("SubnetIds") or before.subnet_ids,
        tags=before.tags,
    )
    backend.cache_subnet_groups[name] = group
    return ActionResult({"CacheSubnetGroup": group})
