"""RDS: what a change interrupts, what waits for the maintenance window, and which upgrades it refuses.

Symptoms: a change of the class is there at once, and no client notices; one without `ApplyImmediately` too, where AWS
keeps it in `PendingModifiedValues`; a major version needs neither permission nor a parameter group of its family; a
change of parameters that need a reboot is `in-sync`. No maintenance window comes here.
"""

import copy
from collections.abc import Mapping
from typing import Any

from moto.rds.exceptions import InvalidParameterCombination, RDSClientError
from moto.rds.models import DBInstance, RDSBackend
from moto.rds.responses import RDSResponse

from local import interruptions
from local.extensions.patching import wrap_method

POSTGRES_VERSIONS = {"13": "13.21", "14": "14.18", "15": "15.13", "16": "16.9", "17": "17.5", "18": "18.1"}
"""Major version → the version that RDS chooses for it (any full version would do here)."""

WAITING = {
    "allocated_storage": "AllocatedStorage",
    "ca_certificate_identifier": "CACertificateIdentifier",
    "db_instance_class": "DBInstanceClass",
    "enable_iam_database_authentication": "IAMDatabaseAuthenticationEnabled",
    "engine_version": "EngineVersion",
    "iops": "Iops",
    "multi_az": "MultiAZ",
    "storage_throughput": "StorageThroughput",
    "storage_type": "StorageType",
}
"""Attribute that changes in the maintenance window, or at once on request → its name in `PendingModifiedValues`.

All others change at once. So does the parameter group, whose parameters wait for a reboot.
"""
PENDING = "pending_modified_values"
NOT_REBOOTED = "parameters_wait_for_a_reboot"
CHANGEABLE = ("available", "storage-optimization", "backing-up")
"""In which an instance can be changed."""


def _status(instance: Any) -> str:
    stored = vars(instance)
    return interruptions.status_of(instance, stored.get("_status") or stored.get("status") or "available")


def _set_status(instance: Any, status: str) -> None:
    vars(instance)["_status"] = status


DBInstance.status = property(_status, _set_status)


def full_version(engine_version: str | None) -> str | None:
    """The full version that AWS chooses for a major version."""
    return POSTGRES_VERSIONS.get(engine_version or "", engine_version)


@wrap_method(RDSBackend, "modify_db_instance")
def refuse_first(original: Any, backend: Any, db_instance_identifier: str, db_kwargs: Any) -> Any:
    """ModifyDBInstance; what it refuses changes nothing."""
    instance = backend.describe_db_instances(db_instance_identifier)[0]
    _require_available(instance)
    _require_more_storage(instance, db_kwargs)
    _require_possible_upgrade(backend, instance, db_kwargs)
    db_kwargs["ApplyImmediately"] = bool(db_kwargs.get("ApplyImmediately"))
    return original(backend, db_instance_identifier, db_kwargs)


@wrap_method(DBInstance, "update")
def change_now_or_later(original: Any, instance: Any, **settings: Any) -> None:
    """ModifyDBInstance: what waits is applied with the next request that says `ApplyImmediately`."""
    if settings.get("engine_version"):
        settings["engine_version"] = full_version(settings["engine_version"])
    if "apply_immediately" not in settings:
        original(instance, **settings)  # moto updates a replica that it has copied from its primary
        return
    pending = dict(getattr(instance, PENDING, {}))
    for attribute, name in WAITING.items():
        wanted = settings.get(attribute)
        if settings["apply_immediately"]:
            later = pending.pop(name, None)
            settings[attribute] = later if wanted is None else wanted
        elif wanted is not None:
            pending.pop(name, None)
            if wanted != getattr(instance, attribute, None):
                pending[name] = settings.pop(attribute)
    setattr(instance, PENDING, pending)
    before = {name: getattr(instance, name, None) for name in ("db_instance_class", "engine_version", "port")}
    group = instance.db_parameter_group_name
    original(instance, **settings)
    if settings.get("db_parameter_group_name") not in (None, group):
        setattr(instance, NOT_REBOOTED, True)
    _interrupt_for(instance, before)


def _interrupt_for(instance: Any, before: Mapping[str, Any]) -> None:
    if (version := instance.engine_version) != before["engine_version"]:
        is_major = _major(version) != _major(before["engine_version"])
        seconds = interruptions.UPGRADE_SECONDS if is_major else _restart_seconds(instance)
        if is_major:
            for name in instance.replicas:
                # RDS upgrades the replicas of the region with their primary.
                if replica := instance.backend.databases.get(name):
                    replica.engine_version = version
                    interruptions.interrupt(replica, seconds, "upgrading")
        interruptions.interrupt(instance, seconds, "upgrading")
    elif instance.db_instance_class != before["db_instance_class"]:
        interruptions.interrupt(instance, _restart_seconds(instance), "modifying")
    elif str(instance.port) != str(before["port"]):
        interruptions.interrupt(instance, interruptions.REBOOT_SECONDS, "modifying")
    else:
        return
    # The engine has started again, with all of its parameters.
    setattr(instance, NOT_REBOOTED, False)


def _restart_seconds(instance: Any) -> float:
    return interruptions.FAILOVER_SECONDS if instance.multi_az else interruptions.RESTART_SECONDS


@wrap_method(RDSResponse, "reboot_db_instance")
def reboot(original: Any, response: Any) -> Any:
    """RebootDBInstance; with `ForceFailover` the standby takes over."""
    instance = response.backend.describe_db_instances(response.params["DBInstanceIdentifier"])[0]
    _require_available(instance)
    is_failover = bool(response.params.get("ForceFailover"))
    if is_failover and not instance.multi_az:
        raise InvalidParameterCombination(
            "ForceFailover cannot be specified since the instance is not configured for either MultiAZ or High "
            "Availability."
        )
    setattr(instance, NOT_REBOOTED, False)
    seconds = interruptions.FAILOVER_SECONDS if is_failover else interruptions.REBOOT_SECONDS
    interruptions.interrupt(instance, seconds, "rebooting")
    return original(response)


def _parameter_groups(instance: Any) -> list[Any]:
    """Copies, since instances share their group and not its status."""
    groups = [copy.copy(group) for group in instance.db_parameter_groups()]
    for group in groups:
        group.ParameterApplyStatus = "pending-reboot" if getattr(instance, NOT_REBOOTED, False) else "in-sync"
    return groups


DBInstance.db_parameter_group_status_list = property(_parameter_groups)


@wrap_method(RDSBackend, "modify_db_parameter_group")
def static_parameters_wait(original: Any, backend: Any, db_parameter_group_name: str, parameters: Any) -> Any:
    """ModifyDBParameterGroup: what is applied with `pending-reboot` waits in every instance with the group."""
    group = original(backend, db_parameter_group_name, parameters)
    if any(each.get("ApplyMethod") == "pending-reboot" for each in parameters):
        for instance in backend.databases.values():
            if instance.db_parameter_group_name == db_parameter_group_name:
                setattr(instance, NOT_REBOOTED, True)
    return group


def _require_available(instance: Any) -> None:
    if instance.status not in CHANGEABLE:
        raise RDSClientError("InvalidDBInstanceState", "Database instance is not in available state.")


def _require_more_storage(instance: Any, settings: Any) -> None:
    wanted = settings.get("allocated_storage")
    if wanted is not None and wanted < instance.allocated_storage:
        words = f"Invalid storage size for engine name {instance.engine} and storage type {instance.storage_type}"
        raise InvalidParameterCombination(f"{words}: {wanted}")


def _require_possible_upgrade(backend: Any, instance: Any, settings: Any) -> None:
    wanted, current = full_version(settings.get("engine_version")), instance.engine_version
    if not wanted or wanted == current or instance.engine != "postgres":
        return
    if _major(wanted) not in map(int, POSTGRES_VERSIONS):
        raise InvalidParameterCombination(f"Cannot find version {wanted} for postgres")
    if _numbers(wanted) < _numbers(current):
        raise InvalidParameterCombination(f"Cannot upgrade postgres from {current} to {wanted}")
    if _major(wanted) == _major(current):
        return
    if not settings.get("allow_major_version_upgrade"):
        words = "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
        raise InvalidParameterCombination(words)
    family, named = f"postgres{_major(wanted)}", settings.get("db_parameter_group_name")
    now = instance.db_parameter_group_name
    if named is None and now and not instance.is_default_parameter_group(now):
        raise InvalidParameterCombination(
            f"Current Parameter Group ({now}) is non-default. You need to explicitly specify a new Parameter Group in "
            "this case (default or custom)"
        )
    group = backend.db_parameter_groups.get(named or "")
    if group is not None and group.family != family:
        raise InvalidParameterCombination(
            f"The Parameter Group {named} with DBParameterGroupFamily {group.family} cannot be used for this "
            f"instance. Please use a Parameter Group with DBParameterGroupFamily {family}"
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _major(version: str) -> int:
    return _numbers(version)[0]
