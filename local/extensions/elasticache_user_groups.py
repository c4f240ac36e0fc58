"""ElastiCache user groups.

Symptom: `aws_elasticache_user_group` gets a 500, since moto has none of the operations.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.elasticache.exceptions import ElastiCacheException, UserNotFound
from moto.elasticache.responses import ElastiCacheResponse

from local.extensions.elasticache_common import arn_of, tag
from local.extensions.patching import add_method


class UserGroupNotFound(ElastiCacheException):  # type: ignore[misc]
    """There is no user group with that id."""

    code = "UserGroupNotFound"


@add_method(ElastiCacheResponse)
def create_user_group(response: Any) -> ActionResult:
    """CreateUserGroup."""
    user_group_id, user_ids = response._get_param("UserGroupId"), response._get_param("UserIds", [])
    _require_users(response, user_ids)
    group = {
        "UserGroupId": user_group_id,
        "Status": "active",
        "Engine": response._get_param("Engine").lower(),
        "UserIds": list(user_ids),
        "MinimumEngineVersion": "6.0",
        "ARN": arn_of(response, "usergroup", user_group_id),
    }
    _user_groups(response)[user_group_id] = group
    tag(response, group["ARN"])
    return ActionResult(group)


@add_method(ElastiCacheResponse)
def describe_user_groups(response: Any) -> ActionResult:
    """DescribeUserGroups."""
    requested_id = response._get_param("UserGroupId")
    groups = [_user_group(response)] if requested_id else list(_user_groups(response).values())
    return ActionResult({"UserGroups": [_with_replication_groups(response, group) for group in groups]})


@add_method(ElastiCacheResponse)
def modify_user_group(response: Any) -> ActionResult:
    """ModifyUserGroup."""
    group, added = _user_group(response), response._get_param("UserIdsToAdd", [])
    _require_users(response, added)
    removed = set(response._get_param("UserIdsToRemove", []))
    group["UserIds"] = [user_id for user_id in [*group["UserIds"], *added] if user_id not in removed]
    return ActionResult(_with_replication_groups(response, group))


@add_method(ElastiCacheResponse)
def delete_user_group(response: Any) -> ActionResult:
    """DeleteUserGroup."""
    group = _user_groups(response).pop(_user_group(response)["UserGroupId"])
    return ActionResult({**group, "Status": "deleting"})


def _user_groups(response: Any) -> dict[str, dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = vars(response.elasticache_backend).setdefault("user_groups", {})
    return groups


def _user_group(response: Any) -> dict[str, Any]:
    user_group_id = response._get_param("UserGroupId")
    if user_group_id not in _user_groups(response):
        raise UserGroupNotFound(f"User group {user_group_id} not found.")
    return _user_groups(response)[user_group_id]


def _with_replication_groups(response: Any, group: dict[str, Any]) -> dict[str, Any]:
    members = response.elasticache_backend.replication_groups.values()
    ids = [member.replication_group_id for member in members if group["UserGroupId"] in member.user_group_ids]
    return {**group, "ReplicationGroups": ids}


def _require_users(response: Any, user_ids: list[str]) -> None:
    for user_id in user_ids:
        if user_id not in response.elasticache_backend.users:
            raise UserNotFound(user_id)
