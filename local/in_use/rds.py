"""RDS: parameter and subnet groups of instances, final snapshots, targets of proxies, keys that can be used."""

from typing import Any

from moto.rds.exceptions import (
    DBInstanceNotFoundError,
    InvalidParameterCombination,
    RDSClientError,
)
from moto.rds.models import RDSBackend

from local.extensions import rds
from local.in_use.interfaces import subnet_group_of, subnets_of_database
from local.in_use.kms import is_usable
from local.in_use.refusing import before

__all__ = ["rds"]


@before(RDSBackend, "delete_db_parameter_group")
def parameter_group_is_free(backend: Any, db_parameter_group_name: str) -> None:
    """DeleteDBParameterGroup."""
    name = db_parameter_group_name
    if name.startswith("default."):
        words = f"Default DBParameterGroup cannot be deleted: {name}"
        raise RDSClientError("InvalidDBParameterGroupState", words)
    if any(each.db_parameter_group_name == name for each in backend.databases.values()):
        words = (
            f"One or more database instances are still members of this parameter group {name}, so the group cannot be"
        )
        raise RDSClientError("InvalidDBParameterGroupState", f"{words} deleted")


@before(RDSBackend, "delete_subnet_group")
def subnet_group_is_free(backend: Any, subnet_name: str) -> None:
    """DeleteDBSubnetGroup."""
    for each in backend.databases.values():
        if _is_in(each, subnet_name):
            words = f"Cannot delete the subnet group '{subnet_name}' because at least one database instance: "
            message = f"{words}{each.db_instance_identifier} is still using it."
            raise RDSClientError("InvalidDBSubnetGroupStateFault", message)


@before(RDSBackend, "modify_db_subnet_group")
def subnets_are_free(backend: Any, subnet_name: str, _description: str, subnets: list[Any]) -> None:
    """ModifyDBSubnetGroup: no instance is in a subnet that is left out."""
    kept = {subnet.id for subnet in subnets}
    for each in backend.databases.values():
        used = sorted(set(subnets_of_database(each)) - kept)
        if _is_in(each, subnet_name) and used:
            words = f"Some of the subnets to be deleted are currently in use: {', '.join(used)}"
            raise RDSClientError("SubnetAlreadyInUse", words)


@before(RDSBackend, "delete_db_instance")
def final_snapshot_is_named(
    backend: Any,
    db_instance_identifier: str,
    final_db_snapshot_identifier: str | None = None,
    skip_final_snapshot: bool | None = False,
    **_others: Any,
) -> None:
    """DeleteDBInstance: a snapshot is named, or left out on purpose; moto itself refuses a name that is taken."""
    if db_instance_identifier not in backend.databases:
        return
    if not skip_final_snapshot and not final_db_snapshot_identifier:
        words = "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
        raise InvalidParameterCombination(words)


@before(RDSBackend, "create_db_instance")
def key_of_an_instance_is_usable(backend: Any, db_kwargs: dict[str, Any]) -> None:
    """CreateDBInstance."""
    _require_key(backend, db_kwargs.get("kms_key_id"))


@before(RDSBackend, "restore_db_instance_from_db_snapshot")
def key_of_a_snapshot_is_usable(backend: Any, from_snapshot_id: str, *_others: Any, **_settings: Any) -> None:
    """RestoreDBInstanceFromDBSnapshot and RestoreDBInstanceToPointInTime: without its key no backup opens."""
    snapshot = backend.database_snapshots.get(from_snapshot_id)
    if snapshot is not None:
        _require_key(backend, snapshot.kms_key_id)


@before(RDSBackend, "register_db_proxy_targets")
def target_is_there(
    backend: Any,
    db_proxy_name: str,
    target_group_name: str,
    db_instance_identifiers: list[str],
    **_others: Any,
) -> None:
    """RegisterDBProxyTargets: the instances exist, are available, and are no targets yet."""
    group = backend.db_proxies[db_proxy_name].proxy_target_groups[target_group_name or "default"]
    for name in db_instance_identifiers or ():
        instance = backend.databases.get(name)
        if instance is None:
            raise DBInstanceNotFoundError(name)
        if instance.status not in ("available", "modifying", "backing-up"):
            state = instance.status.upper().replace("-", "_")
            words = (
                f"DB Instance is in an unsupported state - {state}, needs to be in [AVAILABLE, MODIFYING, BACKING_UP]"
            )
            raise RDSClientError("InvalidDBInstanceState", words)
        if any(target.rds_resource_id == name for target in group.targets):
            words = f"Database {name} is already registered with DB proxy {db_proxy_name}"
            raise RDSClientError("DBProxyTargetAlreadyRegisteredFault", words)


def _is_in(instance: Any, subnet_name: str) -> bool:
    group = subnet_group_of(instance)
    return group is not None and group.name == subnet_name.lower()


def _require_key(backend: Any, key: str | None) -> None:
    if not is_usable(backend.account_id, backend.region_name, key):
        words = (
            f"The specified KMS key [{key}] does not exist, is not enabled or you do not have permissions to access it."
        )
        raise RDSClientError("KMSKeyNotAccessibleFault", words)
