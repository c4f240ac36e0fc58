"""RDS Proxy: many connections of clients over few of the database."""

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
from modules.rds.groups import Network

PROXY_PORT = 5432
"""Where a proxy for PostgreSQL listens, whatever the port of its database; it cannot be changed."""


_SCRAM = "POSTGRES_SCRAM_SHA_256"


@dataclass(frozen=True, kw_only=True)
class ConnectionPool:
    """How the proxy shares the database's connections."""

    max_connections_percent: int = 75
    """Share of the instance's `max_connections` that the proxy may open, 1 to 100. Default: three quarters; the rest is
    for migrations, people and whoever comes past the proxy. Half of it may stay open without work, as AWS has it."""

    connection_borrow_timeout_seconds: int = 120
    """So long a client waits for a connection when all are busy, 1 to 300; then it gets an error. Default: AWS's."""

    def __post_init__(self) -> None:
        """Refuse what RDS would refuse."""
        if not 1 <= self.max_connections_percent <= 100:
            raise ValueError(f"max_connections_percent is {self.max_connections_percent}; RDS takes 1 to 100")
        if not 1 <= self.connection_borrow_timeout_seconds <= 300:
            raise ValueError(
                f"connection_borrow_timeout_seconds is {self.connection_borrow_timeout_seconds}; allowed is 1 to 300"
            )


@dataclass(frozen=True, kw_only=True)
class DatabaseProxyInputs:
    """What the proxy stands before, and whom it lets in."""

    name: str
    """Name of the proxy; 1 to 63 letters, digits and single hyphens, a letter first and no hyphen last."""

    account: Account
    """Account and region of the proxy."""

    db_instance_identifier: str
    """Identifier of the PostgreSQL instance, which must have a database called `postgres`."""

    network: Network
    """Subnets and security groups of the proxy; its `port` says nothing, for a proxy listens on 5432."""

    login_secret_arns: Mapping[str, str]
    """Secrets by a word for the login, each with `{"username": …, "password": …}`. Nobody else gets through.

    Their ARNs must be known in every plan: where one is not, the provider fails to change the proxy.
    """

    depends_on: Sequence[str] = ()
    """Terraform addresses of what must be there first, such as the values of these secrets. Default: nothing."""

    kms_key_arn: str | None = None
    """Key of these secrets. Default: AWS's own, which needs no permission."""

    pool: ConnectionPool = ConnectionPool()
    """How connections are shared."""

    idle_client_timeout_seconds: int = 1800
    """A client's connection without work is closed after so long, 1 to 28800. Default: AWS's, half an hour."""

    log_retention_days: int = 30
    """Days that CloudWatch keeps the proxy's log. Default: a month."""

    log_kms_key_arn: str | None = None
    """Key of the log group; its policy must let CloudWatch Logs use it. Default: CloudWatch's own."""

    def __post_init__(self) -> None:
        """Refuse what RDS would refuse."""
        if not re.fullmatch(r"[A-Za-z](?!.*--)[A-Za-z0-9-]{0,62}(?<!-)", self.name):
            raise ValueError(
                f"name is {self.name!r}; RDS takes 1 to 63 letters, digits and single hyphens, a letter first and no "
                "hyphen last"
            )
        if not self.login_secret_arns:
            raise ValueError("login_secret_arns is empty, so the proxy would let nobody in; name at least one")
        if not 1 <= self.idle_client_timeout_seconds <= 28800:
            raise ValueError(f"idle_client_timeout_seconds is {self.idle_client_timeout_seconds}; RDS takes 1 to 28800")


@dataclass(frozen=True, kw_only=True)
class DatabaseProxyOutputs:
    """How clients find the proxy."""

    name: str
    """Name of the proxy, as alarms and dashboards want it."""

    address: str
    """DNS name."""

    port: str
    """TCP port: `PROXY_PORT`."""

    endpoint: str
    """`<address>:<port>`."""


class DatabaseProxy(Construct):
    """A proxy before one instance: TLS only, passwords by SCRAM, no tokens of IAM."""

    # RDS takes session pinning filters for MySQL alone: a session that changes its settings keeps its connection.

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
            debug_logging=False,  # it would write statements, and so data, into the log
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
        """The group that RDS writes to; where it finds none it makes it itself and keeps the log for ever."""
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
