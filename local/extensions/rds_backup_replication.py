"""RDS: automated backups are replicated to a second region.

Symptom: `aws_db_instance_automated_backups_replication` cannot be created, since moto has neither
StartDBInstanceAutomatedBackupsReplication nor StopDBInstanceAutomatedBackupsReplication.

The copies of a region belong to its backend, by the ARN of the instance. Those of a deleted instance stay, as AWS keeps
them for their retention.
"""

import random
import string
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import RDSClientError
from moto.rds.models import RDSBackend, rds_backends
from moto.rds.responses import RDSResponse

from local.extensions.patching import add_method, wrap_method

DEFAULT_RETENTION_DAYS = 7
"""RDS's own where a request names none."""
_LETTERS = string.ascii_lowercase + string.digits


@add_method(RDSResponse)
def start_db_instance_automated_backups_replication(response: Any) -> ActionResult:
    """StartDBInstanceAutomatedBackupsReplication, in the region of the copies."""
    arn, key = response.params["SourceDBInstanceArn"], response.params.get("KmsKeyId")
    source = _source(response.current_account, arn)
    copies = _copies(response.backend)
    if arn.split(":")[3] == response.region:
        raise RDSClientError("InvalidParameterValue", "The source and the copies must be in different regions.")
    if arn in copies:
        raise RDSClientError("InvalidParameterValue", f"Automated backups of {arn} are replicated here already.")
    if not source.backup_retention_period:
        raise RDSClientError("InvalidDBInstanceState", f"{source.db_instance_identifier} has no automated backups.")
    if source.storage_encrypted and not key:
        raise RDSClientError(
            "InvalidParameterCombination", "Copies of encrypted backups need a KMS key of this region."
        )
    if key and key.startswith("arn:") and key.split(":")[3] != response.region:
        raise RDSClientError("KMSKeyNotAccessibleFault", f"{key} is in another region than the copies.")
    suffix = "".join(random.choices(_LETTERS, k=39))  # noqa: S311 (no secret)
    copies[arn] = {
        "DBInstanceArn": arn,
        "DBInstanceAutomatedBackupsArn": (
            f"arn:{response.partition}:rds:{response.region}:{response.current_account}:auto-backup:ab-{suffix}"
        ),
        "DBInstanceIdentifier": source.db_instance_identifier,
        "DbiResourceId": source.dbi_resource_id,
        "Region": arn.split(":")[3],
        "BackupRetentionPeriod": int(response.params.get("BackupRetentionPeriod") or DEFAULT_RETENTION_DAYS),
        "Engine": source.engine,
        "EngineVersion": source.engine_version,
        "Encrypted": source.storage_encrypted,
        "MasterUsername": source.master_username,
        "AllocatedStorage": source.allocated_storage,
        **({"KmsKeyId": key} if key else {}),
    }
    _tell_the_source(source, copies[arn], added=True)
    return ActionResult({"DBInstanceAutomatedBackup": _shown(response.current_account, copies[arn])})


@add_method(RDSResponse)
def stop_db_instance_automated_backups_replication(response: Any) -> ActionResult:
    """StopDBInstanceAutomatedBackupsReplication; what was copied is not modelled, so nothing of it stays."""
    arn = response.params["SourceDBInstanceArn"]
    copy = _copies(response.backend).pop(arn, None)
    if copy is None:
        raise RDSClientError("InvalidDBInstanceState", f"Automated backups of {arn} are not replicated to this region.")
    shown = _shown(response.current_account, copy)
    if (source := _find(response.current_account, arn)) is not None:
        _tell_the_source(source, copy, added=False)
    return ActionResult({"DBInstanceAutomatedBackup": shown})


@wrap_method(RDSResponse, "describe_db_instance_automated_backups")
def describe_copies_too(original: Any, response: Any) -> ActionResult:
    """DescribeDBInstanceAutomatedBackups, with those that are copies of another region's."""
    wanted = {key: response.params.get(key) for key in ("DBInstanceAutomatedBackupsArn", "DbiResourceId")}
    wanted["DBInstanceIdentifier"] = response.params.get("DBInstanceIdentifier")
    copies = [
        _shown(response.current_account, copy)
        for copy in _copies(response.backend).values()
        if all(value is None or copy[key] == value for key, value in wanted.items())
    ]
    if wanted["DBInstanceAutomatedBackupsArn"] is not None:
        if not copies:
            raise RDSClientError("DBInstanceAutomatedBackupNotFound", "There are no automated backups of this ARN.")
        return ActionResult({"DBInstanceAutomatedBackups": copies})
    own = original(response).result["DBInstanceAutomatedBackups"]
    return ActionResult({"DBInstanceAutomatedBackups": [*own, *copies]})


def _copies(backend: RDSBackend) -> dict[str, dict[str, Any]]:
    """The copies of a region, by the ARN of the instance."""
    copies: dict[str, dict[str, Any]] = vars(backend).setdefault("replicated_backups", {})
    return copies


def _find(account: str, arn: str) -> Any:
    return rds_backends[account][arn.split(":")[3]].databases.get(arn.rpartition(":")[2])


def _source(account: str, arn: str) -> Any:
    source = _find(account, arn)
    if source is None:
        raise RDSClientError("DBInstanceNotFound", f"There is no DB instance {arn}.")
    return source


def _shown(account: str, copy: dict[str, Any]) -> dict[str, Any]:
    """A copy as RDS answers: of an instance that is gone, it is retained."""
    return {**copy, "Status": "retained" if _find(account, copy["DBInstanceArn"]) is None else "replicating"}


def _tell_the_source(source: Any, copy: dict[str, Any], *, added: bool) -> None:
    """The instance names its copies; a provider that removes them waits until it does not."""
    arn = copy["DBInstanceAutomatedBackupsArn"]
    others = [
        each
        for each in getattr(source, "db_instance_automated_backups_replications", [])
        if each["DBInstanceAutomatedBackupsArn"] != arn
    ]
    source.db_instance_automated_backups_replications = (
        [*others, {"DBInstanceAutomatedBackupsArn": arn}] if added else others
    )
