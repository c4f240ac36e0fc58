"""ElastiCache: parameter, subnet and user groups of a replication group, default users, and subnets with nodes.

A user that is deleted leaves its groups, on AWS too; only a group's default user cannot go before its group.
"""

from typing import Any

from moto.elasticache.exceptions import ElastiCacheException
from moto.elasticache.models import ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

from local.extensions import elasticache
from local.extensions.patching import wrap_method
from local.in_use.interfaces import subnets_of_cache
from local.in_use.refusing import before

__all__ = ["elasticache"]


@before(ElastiCacheResponse, "delete_cache_subnet_group")
def subnet_group_is_free(response: Any) -> None:
    """DeleteCacheSubnetGroup."""
    name = response._get_param("CacheSubnetGroupName")
    if _groups_with(response, "cache_subnet_group_name", name):
        words = f"Cache subnet group {name} is currently in use by a cache cluster."
        raise ElastiCacheException("CacheSubnetGroupInUse", words)


@before(ElastiCacheResponse, "modify_cache_subnet_group")
def subnets_are_free(response: Any) -> None:
    """ModifyCacheSubnetGroup: no node is in a subnet that is left out."""
    name, kept = response._get_param("CacheSubnetGroupName"), response._get_param("SubnetIds") or []
    used = {
        subnet
        for group in _groups_with(response, "cache_subnet_group_name", name)
        for subnet in subnets_of_cache(response.elasticache_backend, group)
    }
    if kept and used - set(kept):
        words = f"The following subnets are in use: {', '.join(sorted(used - set(kept)))}"
        raise ElastiCacheException("SubnetInUse", words)


@before(ElastiCacheResponse, "delete_cache_parameter_group")
def parameter_group_is_free(response: Any) -> None:
    """DeleteCacheParameterGroup."""
    name = response._get_param("CacheParameterGroupName")
    if _groups_with(response, "cache_parameter_group_name", name):
        words = f"One or more cache clusters are still members of this parameter group {name}, so the group cannot be"
        raise ElastiCacheException("InvalidCacheParameterGroupState", f"{words} deleted.")


@before(ElastiCacheResponse, "delete_user_group")
def user_group_is_free(response: Any) -> None:
    """DeleteUserGroup: no replication group has it."""
    name = response._get_param("UserGroupId")
    members = response.elasticache_backend.replication_groups.values()
    if any(name in (each.user_group_ids or ()) for each in members):
        words = f"User group {name} is associated with a replication group and cannot be deleted."
        raise ElastiCacheException("InvalidUserGroupState", words)


@before(ElastiCacheBackend, "delete_user")
def user_is_no_default(backend: Any, user_id: str) -> None:
    """DeleteUser: it is not the default user of a group."""
    user = backend.users.get(user_id)
    if user is not None and user.name == "default" and _user_groups_with(backend, user_id):
        words = f"User {user_id} is associated to user group as the default user and cannot be deleted."
        raise ElastiCacheException("DefaultUserAssociatedToUserGroup", words)


@wrap_method(ElastiCacheBackend, "delete_user")
def leave_its_groups(original: Any, backend: Any, user_id: str) -> Any:
    """DeleteUser: the user leaves its groups."""
    user = original(backend, user_id)
    for group in _user_groups_with(backend, user_id):
        group["UserIds"].remove(user_id)
    return user


def _groups_with(response: Any, attribute: str, name: str) -> list[Any]:
    groups = response.elasticache_backend.replication_groups.values()
    return [each for each in groups if str(getattr(each, attribute) or "").lower() == name.lower()]


def _user_groups_with(backend: Any, user_id: str) -> list[dict[str, Any]]:
    return [each for each in vars(backend).get("user_groups", {}).values() if user_id in each["UserIds"]]
