"""RDS Proxy, which pools connections to a database."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.db_proxy import DbProxy, DbProxyAuth
from cdktf_cdktf_provider_aws.db_proxy_default_target_group import (
    DbProxyDefaultTargetGroup,
    DbProxyDefaultTargetGroupConnectionPoolConfig,
)
from cdktf_cdktf_provider_aws.db_proxy_target import DbProxyTarget
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from aws.account import Account
from aws.trust import service_trust
from modules.iam.statements import policy, read_secrets
from modules.rds.settings import Network

PROXY_PORT = 5432
"""Port of every proxy for PostgreSQL, whatever the port of its database."""


_SCRAM = "POSTGRES_SCRAM_SHA_256"


@dataclass(frozen=True, kw_only=True)
class ConnectionPool:
    """How the proxy pools the database's connections."""

    max_connections_percent: int = 75
    """Share of the instance's `max_connections` that the proxy may open, 1 to 100. Default: 75; the rest is for
    migrations, people and other clients without the proxy. Half of it may stay open idle, as is AWS's default."""

    connection_borrow_timeout_seconds: int = 120
    """How long a client waits for a connection before it gets an error, 1 to 300. Default: 120, as on AWS."""

    def __post_init__(self) -> None:
        """Refuse what RDS would refuse."""
        if not 1 <= self.max_connections_percent <= 100:
            raise ValueError(f"max_connections_percent is {self.max_connections_percent}; RDS accepts 1 to 100")
        if not 1 <= self.connection_borrow_timeout_seconds <= 300:
            raise ValueError(
                f"connection_borrow_timeout_seconds is {self.connection_borrow_timeout_seconds}; allowed is 1 to 300"
            )


@dataclass(frozen=True, kw_only=True)
class DatabaseProxyInputs:
    """The database, the network and the logins of the proxy."""

    name: str
    """Name of the proxy; 1 to 63 letters, digits and single hyphens, a letter first and no hyphen last."""

    account: Account
    """Account and region of the proxy."""

    db_instance_identifier: str
    """Identifier of the PostgreSQL instance, which must have a database called `postgres`."""

    network: Network
    """Subnets and security groups of the proxy. `port` is ignored: a proxy listens on 5432."""

    login_secret_arns: Mapping[str, str]
    """Secrets of the logins that may connect, by a key for each, with `{"username": …, "password": …}`.

    Their ARNs must be known in every plan; otherwise the provider fails to change the proxy.
    """

    depends_on: Sequence[str] = ()
    """Terraform addresses of resources that must exist first, such as the values of these secrets. Default: none."""

    kms_key_arn: str | None = None
    """KMS key of these secrets. Default: an AWS managed key, which needs no permission."""

    pool: ConnectionPool = ConnectionPool()
    """Settings of the connection pool."""

    idle_client_timeout_seconds: int = 1800
    """Time after which an idle client connection is closed, 1 to 28800. Default: 1800, as on AWS."""

    log_retention_days: int = 30
    """Days that the proxy's log is kept. Default: 30."""

    log_kms_key_arn: str | None = None
    """KMS key of the log group; its policy must allow CloudWatch Logs. Default: an AWS-owned key."""

    def __post_init__(self) -> None:
        """Refuse what RDS would refuse."""
        if not re.fullmatch(r"[A-Za-z](?!.*--)[A-Za-z0-9-]{0,62}(?<!-)", self.name):
            raise ValueError(
                f"name is {self.name!r}; RDS accepts 1 to 63 letters, digits and single hyphens, a letter first and no "
                "hyphen last"
            )
        if not self.login_secret_arns:
            raise ValueError("login_secret_arns is empty, so no one could connect; name at least one")
        if not 1 <= self.idle_client_timeout_seconds <= 28800:
            raise ValueError(
                f"idle_client_timeout_seconds is {self.idle_client_timeout_seconds}; RDS accepts 1 to 28800"
            )


@dataclass(frozen=True, kw_only=True)
class DatabaseProxyOutputs:
    """Outputs for clients of the proxy."""

    name: str
    """Name of the proxy, for alarms and dashboards."""

    address: str
    """DNS name."""

    port: str
    """TCP port: `PROXY_PORT`."""

    endpoint: str
    """`<address>:<port>`."""


class DatabaseProxy(Construct):
    """An RDS Proxy for one instance: TLS only, SCRAM authentication, no IAM authentication."""

    # Session pinning filters exist only for MySQL: a session that changes its settings keeps its connection.

    outputs: DatabaseProxyOutputs

    def __init__(self, scope: Construct, id_: str, inputs: DatabaseProxyInputs) -> None:
        super().__init__(scope, id_)
        role, rights = self._role(inputs)
        proxy = DbProxy(
            self,
            "proxy",
            name=inputs.name,
            engine_family="POSTGRESQL",
            auth=_logins(inputs.login_secret_arns),
            require_tls=True,
            debug_logging=False,  # it would log statements, and so data
            idle_client_timeout=inputs.idle_client_timeout_seconds,
            role_arn=role.arn,
            vpc_subnet_ids=list(inputs.network.subnet_ids.values()),
            vpc_security_group_ids=list(inputs.network.security_group_ids),
        )
        before = (rights, self._log_group(inputs))
        first = (f"{each.terraform_resource_type}.{each.friendly_unique_id}" for each in before)
        proxy.add_override("depends_on", [*first, *inputs.depends_on])
        targets = DbProxyDefaultTargetGroup(
            self,
            "target-group",
            db_proxy_name=proxy.name,
            connection_pool_config=DbProxyDefaultTargetGroupConnectionPoolConfig(
                max_connections_percent=inputs.pool.max_connections_percent,
                max_idle_connections_percent=inputs.pool.max_connections_percent // 2,
                connection_borrow_timeout=inputs.pool.connection_borrow_timeout_seconds,
            ),
        )
        DbProxyTarget(
            self,
            "target",
            db_proxy_name=proxy.name,
            target_group_name=targets.name,
            db_instance_identifier=inputs.db_instance_identifier,
        )
        address = proxy.endpoint
        self.outputs = DatabaseProxyOutputs(
            name=inputs.name, address=address, port=str(PROXY_PORT), endpoint=f"{address}:{PROXY_PORT}"
        )

    def _role(self, inputs: DatabaseProxyInputs) -> tuple[IamRole, IamRolePolicy]:
        """The role that reads these secrets and nothing else (D04, I01)."""
        role = IamRole(
            self,
            "role",
            name=f"{inputs.name[:54]}-rds-proxy",  # IAM's limit is 64
            description=f"Lets the proxy {inputs.name} read the logins of its clients",
            # RDS sends no source ARN for a proxy (guards/permissions.py).
            assume_role_policy=service_trust("rds", inputs.account),
        )
        statements = read_secrets(
            secret_arns=list(inputs.login_secret_arns.values()),
            parameter_arns=(),
            kms_key_arns=[inputs.kms_key_arn] if inputs.kms_key_arn else [],
            account=inputs.account,
        )
        return role, IamRolePolicy(self, "policy", name="logins", role=role.name, policy=policy(statements))

    def _log_group(self, inputs: DatabaseProxyInputs) -> CloudwatchLogGroup:
        """Create the log group that RDS writes to; RDS would create it without a retention period."""
        return CloudwatchLogGroup(
            self,
            "log",
            name=f"/aws/rds/proxy/{inputs.name}",
            retention_in_days=inputs.log_retention_days,
            kms_key_id=inputs.log_kms_key_arn,
        )


def _logins(arns: Mapping[str, str]) -> Sequence[DbProxyAuth]:
    return [
        DbProxyAuth(
            auth_scheme="SECRETS",
            client_password_auth_type=_SCRAM,
            description=f"Login {word}",
            iam_auth="DISABLED",
            secret_arn=arn,
        )
        for word, arn in sorted(arns.items())
    ]
