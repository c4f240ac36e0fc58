"""RDS: automated backups are listed, replicated to a second region and deleted.

Symptom: moto has no replication of automated backups, and its automated backups have two members.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import DBInstanceNotFoundError, InvalidParameterValue, RDSClientError
from moto.rds.responses import RDSResponse
from moto.rds.utils import split_arn

from local.extensions.patching import add_method, wrap_method
from local.extensions.rds_automated_backup import AutomatedBackup, automated_backup_arn, described
from local.extensions.rds_backups import backups_of, hold, not_found


@wrap_method(RDSResponse, "describe_db_instance_automated_backups")
def describe_all(_original: Any, response: Any) -> ActionResult:
    """DescribeDBInstanceAutomatedBackups: of instances, what stayed of deleted ones, and replicated ones."""
    backend, parameters = response.backend, response.params
    filters = {each["Name"]: each["Values"] for each in parameters.get("Filters", [])}
    active = (
        AutomatedBackup(database=each, kms_key_id=each.kms_key_id, status="active")
        for each in backend.databases.values()
        if each.backup_retention_period and not each.is_replica
    )
    wanted = {
        "DBInstanceAutomatedBackupsArn": parameters.get("DBInstanceAutomatedBackupsArn"),
        "DBInstanceIdentifier": parameters.get("DBInstanceIdentifier"),
        "DbiResourceId": parameters.get("DbiResourceId"),
    }
    filtered = {"DbiResourceId": "dbi-resource-id", "DBInstanceIdentifier": "db-instance-id", "Status": "status"}
    answers = [described(backend, backup) for backup in (*active, *backups_of(backend).values())]
    answers = [
        each
        for each in answers
        if all(value in (None, each[member]) for member, value in wanted.items())
        and all(each[member] in filters.get(name, [each[member]]) for member, name in filtered.items())
    ]
    if wanted["DBInstanceAutomatedBackupsArn"] and not answers:
        raise not_found(str(wanted["DBInstanceAutomatedBackupsArn"]))
    return ActionResult({"DBInstanceAutomatedBackups": answers})


@add_method(RDSResponse)
def start_db_instance_automated_backups_replication(response: Any) -> ActionResult:
    """StartDBInstanceAutomatedBackupsReplication, in the region that the backups are replicated to."""
    backend, parameters = response.backend, response.params
    instance = _by_arn(backend, parameters["SourceDBInstanceArn"])
    if instance.backend.region_name == backend.region_name:
        raise InvalidParameterValue("SourceDBInstanceArn is in this region; backups are replicated to another one")
    if not instance.backup_retention_period:
        message = f"{instance.db_instance_identifier} has no automated backups"
        raise RDSClientError("InvalidDBInstanceState", message)
    if not parameters.get("KmsKeyId") and instance.storage_encrypted:
        raise InvalidParameterValue("KmsKeyId is required: the backups are encrypted")
    key_id = parameters.get("KmsKeyId") or ""
    if key_id.startswith("arn:") and key_id.split(":")[3] != backend.region_name:
        raise RDSClientError("KMSKeyNotAccessibleFault", f"{key_id} is in another region than the copies")
    arn = automated_backup_arn(backend, instance)
    backup = AutomatedBackup(
        database=instance,
        kms_key_id=parameters.get("KmsKeyId"),
        status="replicating",
        retention_days=parameters.get("BackupRetentionPeriod") or 7,
    )
    backups_of(backend)[arn] = backup
    instance.db_instance_automated_backups_replications = [{"DBInstanceAutomatedBackupsArn": arn}]
    return ActionResult({"DBInstanceAutomatedBackup": described(backend, backup)})


@add_method(RDSResponse)
def stop_db_instance_automated_backups_replication(response: Any) -> ActionResult:
    """StopDBInstanceAutomatedBackupsReplication; what was replicated stays."""
    backend = response.backend
    instance = _by_arn(backend, response.params["SourceDBInstanceArn"])
    backup = backups_of(backend).get(automated_backup_arn(backend, instance))
    if backup is None:
        raise not_found(response.params["SourceDBInstanceArn"])
    backup.retain(instance)
    hold(backup.database)
    instance.db_instance_automated_backups_replications = []
    return ActionResult({"DBInstanceAutomatedBackup": described(backend, backup)})


@add_method(RDSResponse)
def delete_db_instance_automated_backup(response: Any) -> ActionResult:
    """DeleteDBInstanceAutomatedBackup, of backups that stayed."""
    backend, parameters = response.backend, response.params
    for arn, backup in list(backups_of(backend).items()):
        if arn == parameters.get("DBInstanceAutomatedBackupsArn") or backup.database.dbi_resource_id == parameters.get(
            "DbiResourceId"
        ):
            if backup.status != "retained":
                message = f"{arn} is {backup.status}"
                raise RDSClientError("InvalidDBInstanceAutomatedBackupState", message)
            answer = described(backend, backup)
            del backups_of(backend)[arn]
            return ActionResult({"DBInstanceAutomatedBackup": answer})
    raise not_found(str(parameters.get("DBInstanceAutomatedBackupsArn") or parameters.get("DbiResourceId")))


def _by_arn(backend: Any, arn: str) -> Any:
    region, _, _, identifier = split_arn(arn)
    instance = backend.get_backend("rds", region=region).databases.get(identifier)
    if instance is None:
        raise DBInstanceNotFoundError(identifier)
    return instance
