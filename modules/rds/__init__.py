"""PostgreSQL on RDS."""

from modules.rds.groups import Availability, Backup, Engine, Monitoring, Network, ReadReplica, Storage
from modules.rds.postgresql import PostgreSql, PostgreSqlInputs, PostgreSqlOutputs

__all__ = [
    "Availability",
    "Backup",
    "Engine",
    "Monitoring",
    "Network",
    "PostgreSql",
    "PostgreSqlInputs",
    "PostgreSqlOutputs",
    "ReadReplica",
    "Storage",
]
