"""RDS: independent instances, full engine versions, Performance Insights, sources of parameters.

Symptoms: the second `aws_db_instance` fails with "couldn't find resource", since moto gives all instances the same
resource id; a replica is a shallow copy that shares lists and settings with its primary; `engine_version = "16"` comes
back as "16", where AWS returns the full version that it chose; Performance Insights is dropped; parameters drift, since
DescribeDBParameters does not report that the user set them. A parameter group that is gone is an empty list.
"""

import copy
import random
import string
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import DBParameterGroupNotFoundError
from moto.rds.models import DBInstance, RDSBackend
from moto.rds.responses import RDSResponse

from local import interruptions
from local.database_copies import COPY
from local.extensions import rds_automated_backup_operations, rds_backups, rds_monitoring, rds_proxy
from local.extensions.patching import wrap_method
from local.extensions.rds_modifications import full_version

__all__ = ["rds_automated_backup_operations", "rds_backups", "rds_monitoring", "rds_proxy"]

DEFAULT_CA_CERTIFICATE = "rds-ca-rsa2048-g1"
"""AWS's default certificate authority since January 2024; moto returns `rds-ca-default`, which does not exist."""

DEFAULT_INSIGHTS_RETENTION_DAYS = 7


@wrap_method(RDSBackend, "describe_db_parameter_groups")
def know_parameter_groups(original: Any, backend: Any, arguments: Any) -> Any:
    """DescribeDBParameterGroups; the one that is named must exist."""
    groups = original(backend, arguments)
    if (name := arguments.get("db_parameter_group_name")) and not groups:
        raise DBParameterGroupNotFoundError(name)
    return groups


@wrap_method(DBInstance, "__init__")
def create_on_its_own(original: Any, instance: Any, *args: Any, **settings: Any) -> None:
    """Give an instance its own resource id, a full engine version and its Performance Insights settings."""
    if "engine_version" in settings:
        settings["engine_version"] = full_version(settings["engine_version"])
    settings.setdefault("ca_certificate_identifier", DEFAULT_CA_CERTIFICATE)
    original(instance, *args, **settings)
    instance.dbi_resource_id = _new_resource_id()
    _set_performance_insights(instance, settings)


@wrap_method(DBInstance, "update")
def update_fully(original: Any, instance: Any, **settings: Any) -> None:
    """ModifyDBInstance, including the settings that `create_on_its_own` adds."""
    original(instance, **settings)
    _set_performance_insights(instance, settings)


@wrap_method(RDSBackend, "create_db_instance_read_replica")
def replica_on_its_own(original: Any, backend: Any, settings: dict[str, Any]) -> Any:
    """CreateDBInstanceReadReplica, without the settings of the primary that AWS does not copy."""
    primary = backend.find_db_from_id(settings["source_db_instance_identifier"])
    replicas_before = list(primary.replicas)
    replica = original(backend, settings)
    primary.replicas = [*replicas_before, settings["db_instance_identifier"]]
    replica.replicas = []
    interruptions.forget(replica)
    replica.dbi_resource_id = _new_resource_id()
    replica.enabled_cloudwatch_logs_exports = settings.get("enable_cloudwatch_logs_exports") or []
    replica.enable_iam_database_authentication = settings.get("enable_iam_database_authentication") or False
    replica.deletion_protection = settings.get("deletion_protection") or False
    replica.multi_az = settings.get("multi_az") or False
    replica.monitoring_interval = settings.get("monitoring_interval") or 0
    replica.monitoring_role_arn = settings.get("monitoring_role_arn")
    replica.max_allocated_storage = settings.get("max_allocated_storage") or replica.allocated_storage
    replica.backup_retention_period = settings.get("backup_retention_period") or 0
    _set_performance_insights(replica, {"enable_performance_insights": False, **settings})
    return replica


@wrap_method(RDSBackend, "delete_db_instance")
def promote_its_replicas(original: Any, backend: Any, db_instance_identifier: str, **settings: Any) -> Any:
    """DeleteDBInstance: replicas of the region become instances of their own, with the data of the primary."""
    instance = backend.databases.get(db_instance_identifier)
    data = copy.copy(instance)
    if instance is not None and instance.replicas:
        rds_backups.hold(data)
    deleted = original(backend, db_instance_identifier, **settings)
    for name in deleted.replicas:
        if replica := backend.databases.get(name):
            replica.is_replica, replica.source_db_instance_identifier = False, None
            setattr(replica, COPY, getattr(data, COPY, ""))
    return deleted


@wrap_method(RDSResponse, "describe_db_parameters")
def name_the_source(original: Any, response: Any) -> ActionResult:
    """DescribeDBParameters; every parameter that moto stores was set by the user."""
    parameters = original(response).result["Parameters"]
    return ActionResult({"Parameters": [{**parameter, "Source": "user"} for parameter in parameters]})


def _set_performance_insights(instance: Any, settings: dict[str, Any]) -> None:
    enabled = settings.get("enable_performance_insights")
    if enabled is not None:
        instance.performance_insights_enabled = enabled
    if not getattr(instance, "performance_insights_enabled", False):
        instance.performance_insights_kms_key_id = instance.performance_insights_retention_period = None
        return
    instance.performance_insights_kms_key_id = settings.get("performance_insights_kms_key_id") or getattr(
        instance, "performance_insights_kms_key_id", None
    )
    instance.performance_insights_retention_period = (
        settings.get("performance_insights_retention_period")
        or getattr(instance, "performance_insights_retention_period", None)
        or DEFAULT_INSIGHTS_RETENTION_DAYS
    )


def _new_resource_id() -> str:
    return "db-" + "".join(random.choices(string.ascii_uppercase + string.digits, k=26))  # noqa: S311 (no secret)
