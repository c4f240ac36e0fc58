"""ElastiCache: what a change of a replication group interrupts, and what waits for its maintenance window.

Symptoms: another node type or engine version is there at once, and no client notices; one without `ApplyImmediately`
too, where AWS keeps it in `PendingModifiedValues` of the member clusters; a parameter group may be of another family
than the engine. The data stay, as ElastiCache copies them to the new nodes. Another number of replicas interrupts
nothing.
"""

from typing import Any

from moto.elasticache.exceptions import ElastiCacheException
from moto.elasticache.models import ReplicationGroup
from moto.elasticache.responses import ElastiCacheResponse

from local import interruptions
from local.extensions.elasticache_parameter_groups import family_of
from local.extensions.patching import wrap_method

WAITING = {"CacheNodeType": "cache_node_type", "EngineVersion": "engine_version"}
"""Argument of ModifyReplicationGroup that changes in the maintenance window, or at once on request → attribute."""
PENDING = "pending_values_of_members"


class InvalidReplicationGroupState(ElastiCacheException):  # type: ignore[misc]
    """The group changes already."""

    code = "InvalidReplicationGroupState"
    message = "Replication group must be in available state to modify."


class InvalidParameterCombination(ElastiCacheException):  # type: ignore[misc]
    """Members of the request do not go together."""

    code = "InvalidParameterCombination"


def _status(group: Any) -> str:
    stored = vars(group)
    return interruptions.status_of(group, stored.get("_status") or stored.get("status") or "available")


def _set_status(group: Any, status: str) -> None:
    vars(group)["_status"] = status


ReplicationGroup.status = property(_status, _set_status)


def pending_values(group: Any) -> dict[str, str]:
    """`PendingModifiedValues` of a group's member clusters."""
    return dict(getattr(group, PENDING, {}))


@wrap_method(ElastiCacheResponse, "modify_replication_group")
def change_now_or_later(original: Any, response: Any) -> Any:
    """ModifyReplicationGroup: what waits is applied with the next request that says `ApplyImmediately`."""
    group = response.elasticache_backend.describe_replication_groups(response._get_param("ReplicationGroupId"))[0]
    if group.status != "available":
        raise InvalidReplicationGroupState
    wanted = {argument: response._get_param(argument) for argument in WAITING}
    _require_family(response, group, wanted["EngineVersion"])
    before = {attribute: getattr(group, attribute) for attribute in WAITING.values()}
    answer = original(response)
    vars(group).update(before)  # moto changes the node type at once
    pending, is_now = pending_values(group), response._get_bool_param("ApplyImmediately", False)
    for argument, attribute in WAITING.items():
        later = pending.pop(argument, None) if is_now or wanted[argument] else None
        value = wanted[argument] or later
        if is_now and value:
            setattr(group, attribute, value)
        elif value and wanted[argument] and value != before[attribute]:
            pending[argument] = value
    setattr(group, PENDING, pending)
    if before != {attribute: getattr(group, attribute) for attribute in WAITING.values()}:
        has_replica = len(group.member_clusters) > 1 and group.automatic_failover == "enabled"
        seconds = interruptions.CACHE_FAILOVER_SECONDS if has_replica else interruptions.CACHE_REPLACEMENT_SECONDS
        interruptions.interrupt(group, seconds, "modifying")
    return answer


def _require_family(response: Any, group: Any, version: str | None) -> None:
    version = version or group.engine_version
    named = response._get_param("CacheParameterGroupName")
    name = named or group.cache_parameter_group_name
    if not version or not name or (name.startswith("default.") and not named):
        return
    engine = response._get_param("Engine") or group.engine
    wanted, family = f"{engine}{version.partition('.')[0]}", family_of(response, name)
    if engine == "valkey" and family != wanted:
        raise InvalidParameterCombination(
            f"Expected a parameter group of family {wanted} but found one of family {family}"
        )
