"""PostgreSQL on RDS."""

from modules.rds.backup_copy import BackupCopy, BackupCopyInputs, BackupCopyOutputs
from modules.rds.groups import Availability, Backup, Engine, Monitoring, Network, ReadReplica, Storage
from modules.rds.postgresql import PostgreSql, PostgreSqlInputs, PostgreSqlOutputs

__all__ = [
    "Availability",
    "Backup",
    "BackupCopy",
    "BackupCopyInputs",
    "BackupCopyOutputs",
    "Engine",
    "Monitoring",
    "Network",
    "PostgreSql",
    "PostgreSqlInputs",
    "PostgreSqlOutputs",
    "ReadReplica",
    "Storage",
]
