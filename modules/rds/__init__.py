"""PostgreSQL on RDS, and RDS Proxy."""

from modules.rds.backup_copy import BackupCopy, BackupCopyInputs, BackupCopyOutputs
from modules.rds.interface import PostgreSqlInputs, PostgreSqlOutputs
from modules.rds.postgresql import PostgreSql
from modules.rds.proxy import PROXY_PORT, ConnectionPool, DatabaseProxy, DatabaseProxyInputs, DatabaseProxyOutputs
from modules.rds.settings import Availability, Backup, Engine, Monitoring, Network, ReadReplica, Storage

__all__ = [
    "PROXY_PORT",
    "Availability",
    "Backup",
    "BackupCopy",
    "BackupCopyInputs",
    "BackupCopyOutputs",
    "ConnectionPool",
    "DatabaseProxy",
    "DatabaseProxyInputs",
    "DatabaseProxyOutputs",
    "Engine",
    "Monitoring",
    "Network",
    "PostgreSql",
    "PostgreSqlInputs",
    "PostgreSqlOutputs",
    "ReadReplica",
    "Storage",
]
