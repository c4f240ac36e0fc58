"""RDS: snapshots and automated backups hold the data, and a restored instance starts with it.

Symptoms: what is restored is an empty database; moto restores to a point in time only from an instance that is still
there.

The data is copied at the moment of the call: CreateDBSnapshot, DeleteDBInstance with a final snapshot or with automated
backups that stay, and a restore of an instance that runs. A point in time is not replayed from a log: a restore starts
from the newest copy that is not later, and the server's log says which one.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from moto.rds.exceptions import (
    DBInstanceAlreadyExists,
    DBInstanceNotFoundError,
    InvalidParameterCombination,
    InvalidParameterValue,
    RDSClientError,
)
from moto.rds.models import DBInstance, DBSnapshot, RDSBackend

from local import interruptions
from local.database_copies import COPIES, COPY, DatabaseCopyError
from local.extensions.backend_state import state_of
from local.extensions.dataplane_logins import deleted_instances
from local.extensions.patching import wrap_method
from local.extensions.rds_automated_backup import AutomatedBackup, automated_backup_arn, same_instance

POINT_IN_TIME = "windlass-point-in-time"
"""Name of the snapshot that stands for a point in time while an instance is restored to it."""
NOT_CARRIED_OVER = {
    "deletion_protection": False,
    "multi_az": False,
    "availability_zone": None,
    "enable_performance_insights": None,
}
"""Settings that AWS takes from the call of a restore, or from its default, and never from the source."""


@wrap_method(DBInstance, "__init__")
def start_from_a_copy(original: Any, instance: Any, *args: Any, **settings: Any) -> None:
    """A restore gives the attributes of its source as settings; the copy is one of them."""
    setattr(instance, COPY, settings.pop(COPY, ""))
    original(instance, *args, **settings)


@wrap_method(RDSBackend, "create_db_snapshot")
def copy_the_data(original: Any, backend: Any, *args: Any, **settings: Any) -> Any:
    """CreateDBSnapshot, and the snapshots that RDS makes."""
    snapshot = original(backend, *args, **settings)
    hold(snapshot.database)
    return snapshot


@wrap_method(RDSBackend, "create_auto_snapshot")
def once_a_minute(original: Any, backend: Any, db_instance_identifier: str, db_snapshot_identifier: str) -> Any:
    """The first one of a minute, which ends its name: here two instances of a name may start in the same one."""
    known = backend.database_snapshots.get(db_snapshot_identifier)
    return known or original(backend, db_instance_identifier, db_snapshot_identifier)


@wrap_method(RDSBackend, "delete_db_instance")
def retain_automated_backups(original: Any, backend: Any, db_instance_identifier: str, **settings: Any) -> Any:
    """DeleteDBInstance; automated backups stay on request, and those in other regions always."""
    instance = original(backend, db_instance_identifier, **settings)
    deleted_instances(backend).append(instance.dbi_resource_id)
    if settings.get("delete_automated_backups") is False and instance.backup_retention_period:
        backups_of(backend)[automated_backup_arn(backend, instance)] = AutomatedBackup.of(instance, instance.kms_key_id)
    for region in _all_regions(backend):
        for backup in backups_of(region).values():
            if backup.status == "replicating" and same_instance(backup.database, instance):
                backup.retain(instance)
    for backup in _retained(backend, instance):
        hold(backup.database)
    return instance


@wrap_method(RDSBackend, "restore_db_instance_from_db_snapshot")
def restore_on_its_own(original: Any, backend: Any, from_snapshot_id: str, overrides: dict[str, Any]) -> Any:
    """RestoreDBInstanceFromDBSnapshot, without what AWS does not take from the snapshot's instance."""
    if overrides["db_instance_identifier"] in backend.databases:
        raise DBInstanceAlreadyExists
    snapshot = backend.get_db_snapshot(from_snapshot_id)
    if snapshot.backend.region_name != backend.region_name:
        message = f"{from_snapshot_id} is in another region; copy it with CopyDBSnapshot first"
        raise InvalidParameterValue(message)
    interruptions.forget(snapshot.database)
    for name, value in NOT_CARRIED_OVER.items():
        if value is None:
            vars(snapshot.database).pop(name, None)
        else:
            setattr(snapshot.database, name, value)
    return original(backend, from_snapshot_id, overrides)


@wrap_method(RDSBackend, "restore_db_instance_to_point_in_time")
def restore_the_newest_copy(
    _original: Any, backend: Any, _source: str, target_identifier: str, overrides: dict[str, Any]
) -> Any:
    """RestoreDBInstanceToPointInTime, from an instance, from backups that stayed, or from replicated ones."""
    wanted, latest = overrides.get("restore_time"), overrides.get("use_latest_restorable_time")
    if bool(wanted) == bool(latest):
        raise InvalidParameterCombination("Exactly one of RestoreTime and UseLatestRestorableTime must be given")
    source, kms_key_id = _source_of(backend, overrides)
    if not source.backup_retention_period:
        message = f"{source.db_instance_identifier} has no automated backups"
        raise RDSClientError("PointInTimeRestoreNotEnabled", message)
    snapshot = DBSnapshot(backend, source, POINT_IN_TIME, kms_key_id=kms_key_id)
    if wanted is None:
        if same_instance(_live(source), source):
            hold(snapshot.database)
    else:
        setattr(snapshot.database, COPY, _copy_before(source, _utc(wanted)))
    backend.database_snapshots[POINT_IN_TIME] = snapshot
    try:
        settings = {**overrides, "db_instance_identifier": target_identifier}
        return backend.restore_db_instance_from_db_snapshot(POINT_IN_TIME, settings)
    finally:
        del backend.database_snapshots[POINT_IN_TIME]


def backups_of(backend: Any) -> dict[str, AutomatedBackup]:
    """ARN → automated backups in this region that belong to no instance of it: retained or replicated ones."""
    return state_of(backend, "automated_backups", dict)


def hold(instance: Any) -> None:
    """Let a copied instance refer to a copy of its data, made now."""
    try:
        copy = COPIES.take(instance.db_instance_identifier, instance.dbi_resource_id)
    except DatabaseCopyError as error:
        raise RDSClientError("StorageQuotaExceeded", str(error)) from error
    # Before its server has started, an instance has what it is restored from.
    setattr(instance, COPY, copy or getattr(instance, COPY, ""))


def _source_of(backend: Any, parameters: dict[str, Any]) -> tuple[Any, str | None]:
    """The instance to restore, as it is or was, and the key of its backups."""
    arn, resource_id = (
        parameters.get("source_db_instance_automated_backups_arn"),
        parameters.get("source_dbi_resource_id"),
    )
    identifier = parameters.get("source_db_instance_identifier")
    for each, backup in backups_of(backend).items():
        if each == arn or backup.database.dbi_resource_id == resource_id:
            return backup.database, backup.kms_key_id
    for instance in backend.databases.values():
        names = automated_backup_arn(backend, instance), instance.dbi_resource_id, instance.db_instance_identifier
        if names[0] == arn or names[1] == resource_id or names[2] == identifier:
            return instance, instance.kms_key_id
    if identifier:
        raise DBInstanceNotFoundError(identifier)
    raise not_found(str(arn or resource_id))


def _copy_before(source: Any, moment: datetime) -> str:
    """The newest copy of an instance that is not later than a moment."""
    if moment > datetime.now(UTC):
        raise InvalidParameterValue("RestoreTime is later than the latest restorable time")
    copies = [
        (_utc(snapshot.original_snapshot_create_time), getattr(snapshot.database, COPY, ""))
        for snapshot in source.backend.database_snapshots.values()
        if snapshot.dbi_resource_id == source.dbi_resource_id
    ]
    copies += [
        (_utc(backup.taken_at), getattr(backup.database, COPY, "")) for backup in _retained(source.backend, source)
    ]
    earlier = sorted(each for each in copies if each[0] <= moment)
    if not earlier:
        raise InvalidParameterValue("RestoreTime is earlier than the earliest restorable time")
    taken_at, copy = earlier[-1]
    name = source.db_instance_identifier
    print(
        f"{name}: restored to {moment:%Y-%m-%d %H:%M:%S} UTC means its newest copy, of {taken_at:%H:%M:%S} UTC",
        flush=True,
    )
    return str(copy)


def _retained(backend: Any, instance: Any) -> Iterator[AutomatedBackup]:
    """Backups that stayed of this instance, in all regions."""
    for region in _all_regions(backend):
        for backup in backups_of(region).values():
            if backup.status == "retained" and backup.database.dbi_resource_id == instance.dbi_resource_id:
                yield backup


def _all_regions(backend: Any) -> list[Any]:
    from moto.rds.models import rds_backends

    return list(rds_backends[backend.account_id].values())


def _live(instance: Any) -> Any:
    return instance.backend.databases.get(instance.db_instance_identifier)


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def not_found(name: str) -> RDSClientError:
    """The error for backups that are not there."""
    return RDSClientError("DBInstanceAutomatedBackupNotFound", f"DBInstanceAutomatedBackup {name} not found.")
