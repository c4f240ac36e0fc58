"""A Valkey cache whose password Terraform never sees."""

import re
from dataclasses import dataclass, field

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.elasticache_parameter_group import (
    ElasticacheParameterGroup,
    ElasticacheParameterGroupParameter,
)
from cdktf_cdktf_provider_aws.elasticache_replication_group import (
    ElasticacheReplicationGroup,
    ElasticacheReplicationGroupLogDeliveryConfiguration,
)
from cdktf_cdktf_provider_aws.elasticache_subnet_group import ElasticacheSubnetGroup
from constructs import Construct

from modules.elasticache.settings import Authentication, Engine, Maintenance, Network, Snapshots
from modules.elasticache.user import ValkeyUser

_LOG_TYPES = ("slow-log", "engine-log")


@dataclass(frozen=True, kw_only=True)
class ValkeyInputs:
    """Settings of the cache, and the resources that it uses."""

    name: str
    """Name of the replication group; 1 to 40 lower-case letters, digits, hyphens, a letter first."""

    description: str
    """What the cache is for; shown in the console."""

    engine: Engine
    """Version, nodes, eviction."""

    network: Network
    """Subnets, security groups, port."""

    authentication: Authentication
    """The user, and the secret with its password."""

    kms_key_arn: str | None = None
    """KMS key for data at rest. Default: ElastiCache's own key. A later change replaces the cache."""

    snapshots: Snapshots = field(default_factory=Snapshots)
    """Backups."""

    maintenance: Maintenance = field(default_factory=Maintenance)
    """Window, logs."""

    def __post_init__(self) -> None:
        """Refuse names that ElastiCache would refuse."""
        if not re.fullmatch(r"[a-z](?!.*--)[a-z0-9-]{0,39}(?<!-)", self.name):
            raise ValueError(
                f"name is {self.name!r}; ElastiCache accepts 1 to 40 lower-case letters, digits and single hyphens, "
                "a letter first and no hyphen last"
            )


@dataclass(frozen=True, kw_only=True)
class ValkeyOutputs:
    """Outputs for clients of the cache: `rediss://<username>:<password>@<primary_endpoint_address>:<port>/0`."""

    primary_endpoint_address: str
    """DNS name of the primary (A06). It does not change in a failover."""

    reader_endpoint_address: str
    """DNS name that distributes reads over the replicas."""

    port: str
    """TCP port; TLS only."""

    username: str
    """User name of the clients."""

    replication_group_id: str
    """Name of the replication group, for alarms and dashboards."""

    arn: str
    """ARN of the replication group."""


class Valkey(Construct):
    """A private Valkey replication group: TLS only, encrypted, one user with a password (D02, D03)."""

    outputs: ValkeyOutputs

    def __init__(self, scope: Construct, id_: str, inputs: ValkeyInputs) -> None:
        super().__init__(scope, id_)
        self._inputs = inputs
        several = inputs.engine.num_cache_clusters > 1
        group = ElasticacheReplicationGroup(
            self,
            "replication-group",
            replication_group_id=inputs.name,
            description=inputs.description,
            engine="valkey",
            engine_version=inputs.engine.version,
            auto_minor_version_upgrade="true",
            node_type=inputs.engine.node_type,
            num_cache_clusters=inputs.engine.num_cache_clusters,
            automatic_failover_enabled=several,
            multi_az_enabled=several,
            port=inputs.network.port,
            parameter_group_name=self._parameter_group().name,
            subnet_group_name=self._subnet_group().name,
            security_group_ids=list(inputs.network.security_group_ids),
            at_rest_encryption_enabled="true",
            kms_key_id=inputs.kms_key_arn,
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            user_group_ids=[ValkeyUser(self, "user", inputs.name, inputs.authentication).user_group_id],
            snapshot_retention_limit=inputs.snapshots.retention_days,
            snapshot_window=inputs.snapshots.window,
            final_snapshot_identifier=inputs.snapshots.final_snapshot_identifier,
            maintenance_window=inputs.maintenance.window,
            apply_immediately=inputs.maintenance.apply_immediately,
            log_delivery_configuration=self._log_delivery() if inputs.maintenance.log_retention_days else None,
        )
        self.outputs = ValkeyOutputs(
            primary_endpoint_address=group.primary_endpoint_address,
            reader_endpoint_address=group.reader_endpoint_address,
            port=str(inputs.network.port),
            username=inputs.authentication.username,
            replication_group_id=inputs.name,
            arn=group.arn,
        )

    def _parameter_group(self) -> ElasticacheParameterGroup:
        engine = self._inputs.engine
        parameters = {"maxmemory-policy": engine.maxmemory_policy, **engine.parameters}
        return ElasticacheParameterGroup(
            self,
            "parameters",
            # The family is part of the name, because a major upgrade needs a new group while the old one is in use.
            name=f"{self._inputs.name}-{engine.parameter_group_family}",
            description=f"Parameters of {self._inputs.name}",
            family=engine.parameter_group_family,
            parameter=[
                ElasticacheParameterGroupParameter(name=name, value=value) for name, value in sorted(parameters.items())
            ],
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )

    def _subnet_group(self) -> ElasticacheSubnetGroup:
        return ElasticacheSubnetGroup(
            self,
            "subnets",
            name=self._inputs.name,
            description=f"Subnets of {self._inputs.name}",
            subnet_ids=list(self._inputs.network.subnet_ids.values()),
        )

    def _log_delivery(self) -> list[ElasticacheReplicationGroupLogDeliveryConfiguration]:
        maintenance = self._inputs.maintenance
        return [
            ElasticacheReplicationGroupLogDeliveryConfiguration(
                destination=CloudwatchLogGroup(
                    self,
                    log_type,
                    name=f"/aws/elasticache/{self._inputs.name}/{log_type}",
                    retention_in_days=maintenance.log_retention_days,
                    kms_key_id=maintenance.log_kms_key_arn,
                ).name,
                destination_type="cloudwatch-logs",
                log_format="json",
                log_type=log_type,
            )
            for log_type in _LOG_TYPES
        ]
