"""Inputs and outputs of a PostgreSQL database."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from aws.account import Account
from modules.rds.settings import Availability, Backup, Engine, Monitoring, Network, ReadReplica, Storage


@dataclass(frozen=True, kw_only=True)
class PostgreSqlInputs:
    """Settings of the database, and the resources that it uses."""

    identifier: str
    """Name of the instance; 1 to 63 lower-case letters, digits, hyphens, a letter first (RDS's limit)."""

    account: Account
    """Account and region of the instance."""

    database_name: str
    """Name of the initial database; letters, digits, underscores. A later change replaces the instance."""

    username: str
    """Name of the master user. A later change replaces the instance."""

    password_expression: str
    """Ephemeral expression for the password, such as a generated secret's `value_expression` (D03)."""

    password_version: int
    """Rotation number of the password; when it changes, Terraform sends the password again (D04)."""

    engine: Engine
    """Version, instance class, parameters."""

    storage: Storage = field(default_factory=Storage)
    """Size and key."""

    network: Network
    """Subnets, security groups, port."""

    availability: Availability = field(default_factory=Availability)
    """Multi-AZ, protection, windows."""

    backup: Backup = field(default_factory=Backup)
    """Automated backups, and a snapshot or backup to restore from."""

    monitoring: Monitoring = field(default_factory=Monitoring)
    """Logs, Performance Insights, enhanced monitoring."""

    iam_database_authentication: bool = True
    """Allow IAM authentication: users with the role `rds_iam` log in with a token. Default: yes."""

    replicas: Mapping[str, ReadReplica] = field(default_factory=dict)
    """Read replicas by name; their identifiers are `<identifier>-<name>`."""

    def __post_init__(self) -> None:
        """Refuse names that RDS would refuse, and replicas without backups."""
        for identifier in (self.identifier, *(f"{self.identifier}-{name}" for name in self.replicas)):
            if not re.fullmatch(r"[a-z](?!.*--)[a-z0-9-]{0,62}(?<!-)", identifier):
                raise ValueError(
                    f"identifier is {identifier!r}; RDS accepts 1 to 63 lower-case letters, digits and single hyphens, "
                    "a letter first and no hyphen last"
                )
        if self.replicas and self.backup.retention_days == 0:
            raise ValueError("replicas need automated backups; retention_days is 0")


@dataclass(frozen=True, kw_only=True)
class PostgreSqlOutputs:
    """Outputs for clients of the database."""

    address: str
    """DNS name of the instance, without port (A06). It does not change in a failover."""

    port: str
    """TCP port."""

    endpoint: str
    """`<address>:<port>`."""

    identifier: str
    """Identifier of the instance, for alarms and dashboards."""

    arn: str
    """ARN of the instance."""

    resource_id: str
    """`db-…`, for IAM database authentication and Performance Insights."""

    database_name: str
    """Name of the initial database."""

    username: str
    """Name of the master user."""

    replica_addresses: Mapping[str, str]
    """DNS names of the read replicas, by name."""
