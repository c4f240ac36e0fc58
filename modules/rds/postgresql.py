"""A PostgreSQL database whose password Terraform never sees."""

from typing import Any

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.db_instance import DbInstance, DbInstanceRestoreToPointInTime
from cdktf_cdktf_provider_aws.db_parameter_group import DbParameterGroup, DbParameterGroupParameter
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from constructs import Construct

from modules.rds.interface import PostgreSqlInputs, PostgreSqlOutputs
from modules.rds.monitoring_role import monitoring_role
from modules.rds.settings import ReadReplica

_LOG_EXPORTS = ("postgresql", "upgrade")


class PostgreSql(Construct):
    """A private, encrypted PostgreSQL instance with backups, which accepts only TLS connections (D01, D02, D03)."""

    # A08: RDS reports "available" 60 to 90 s before it accepts connections, so Terraform returns before a client can
    # log in. Clients need a grace period and a connection check.

    outputs: PostgreSqlOutputs

    def __init__(self, scope: Construct, id_: str, inputs: PostgreSqlInputs) -> None:
        super().__init__(scope, id_)
        self._inputs = inputs
        subnet_group = DbSubnetGroup(
            self,
            "subnets",
            name=inputs.identifier,
            description=f"Subnets of {inputs.identifier}",
            subnet_ids=list(inputs.network.subnet_ids.values()),
        )
        self._parameter_group_name = self._parameter_group().name
        self._monitoring_role_arn: str | None = None
        self._wait_for: list[ITerraformDependable] = []
        if inputs.monitoring.enhanced_interval_seconds:
            role, attachment = monitoring_role(self, inputs.identifier, inputs.account)
            self._monitoring_role_arn = role.arn
            self._wait_for.append(attachment)
        primary = self._primary(subnet_group.name)
        self.outputs = PostgreSqlOutputs(
            address=primary.address,  # A06: a DNS name
            port=str(inputs.network.port),
            endpoint=primary.endpoint,
            # A reference: whatever names the instance waits for it.
            identifier=primary.identifier,
            arn=primary.arn,
            resource_id=primary.resource_id,
            database_name=inputs.database_name,
            username=inputs.username,
            replica_addresses={
                name: self._replica(name, replica, primary).address for name, replica in inputs.replicas.items()
            },
        )

    def _parameter_group(self) -> DbParameterGroup:
        engine = self._inputs.engine
        dynamic = {
            "rds.force_ssl": "1",
            "log_min_duration_statement": str(engine.log_min_duration_statement_ms),
            "log_statement": engine.log_statement,
            **engine.parameters,
        }
        methods = [(dynamic, "immediate"), (engine.static_parameters, "pending-reboot")]
        return DbParameterGroup(
            self,
            "parameters",
            # A prefix, because a major upgrade needs a new group while the old one is in use.
            name_prefix=f"{self._inputs.identifier}-postgres{engine.major_version}-",
            description=f"Parameters of {self._inputs.identifier}",
            family=f"postgres{engine.major_version}",
            parameter=[
                DbParameterGroupParameter(name=name, value=value, apply_method=method)
                for parameters, method in methods
                for name, value in sorted(parameters.items())
            ],
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )

    def _primary(self, subnet_group_name: str) -> DbInstance:
        inputs = self._inputs
        final_snapshot = inputs.availability.final_snapshot
        return DbInstance(
            self,
            "instance",
            identifier=inputs.identifier,
            engine="postgres",
            # D01: the major version alone; the provider then accepts any minor version that AWS upgraded to.
            engine_version=inputs.engine.major_version,
            allow_major_version_upgrade=inputs.engine.allow_major_version_upgrade,
            db_name=inputs.database_name,
            username=inputs.username,
            password_wo=inputs.password_expression,
            password_wo_version=inputs.password_version,
            db_subnet_group_name=subnet_group_name,
            allocated_storage=inputs.storage.allocated_gib,
            kms_key_id=inputs.storage.kms_key_arn,
            multi_az=inputs.availability.multi_az,
            backup_retention_period=inputs.backup.retention_days,
            backup_window=inputs.backup.window,
            snapshot_identifier=inputs.backup.restore_from_snapshot,
            restore_to_point_in_time=None
            if inputs.backup.restore_from_backup_arn is None
            else DbInstanceRestoreToPointInTime(
                source_db_instance_automated_backups_arn=inputs.backup.restore_from_backup_arn,
                restore_time=inputs.backup.restore_to_time,
                use_latest_restorable_time=None if inputs.backup.restore_to_time else True,
            ),
            skip_final_snapshot=not final_snapshot,
            final_snapshot_identifier=self._final_snapshot_identifier() if final_snapshot else None,
            delete_automated_backups=not final_snapshot,
            depends_on=[*self._wait_for, *self._log_groups(inputs.identifier)],
            lifecycle=TerraformResourceLifecycle(
                # D06: the source matters only at creation. Without this, removing the input replaces the database.
                # So does the key: no restore takes one. A restored database has its snapshot's, and another key would
                # replace it.
                ignore_changes=["snapshot_identifier", "restore_to_point_in_time", "kms_key_id"],
            ),
            **self._common(inputs.engine.instance_class),
        )

    def _replica(self, name: str, replica: ReadReplica, primary: DbInstance) -> DbInstance:
        identifier = f"{self._inputs.identifier}-{name}"
        return DbInstance(
            self,
            f"replica-{name}",
            identifier=identifier,
            # Subnets, key, database and users come from the primary; RDS refuses them here.
            replicate_source_db=primary.identifier,
            availability_zone=replica.zone,
            skip_final_snapshot=True,
            depends_on=[*self._wait_for, *self._log_groups(identifier)],
            **self._common(replica.instance_class or self._inputs.engine.instance_class),
        )

    def _common(self, instance_class: str) -> dict[str, Any]:
        """Return the arguments that a primary and its replicas share."""
        inputs, monitoring = self._inputs, self._inputs.monitoring
        insights = monitoring.performance_insights
        return {
            "instance_class": instance_class,
            "storage_type": "gp3",
            "storage_encrypted": True,
            "max_allocated_storage": inputs.storage.max_allocated_gib,
            "iops": inputs.storage.iops,
            "storage_throughput": inputs.storage.throughput_mib_per_second,
            "port": inputs.network.port,
            "publicly_accessible": False,
            "deletion_protection": inputs.availability.deletion_protection,
            "vpc_security_group_ids": list(inputs.network.security_group_ids),
            "parameter_group_name": self._parameter_group_name,
            "ca_cert_identifier": inputs.engine.ca_certificate_identifier,
            "iam_database_authentication_enabled": inputs.iam_database_authentication,
            "auto_minor_version_upgrade": True,
            "maintenance_window": inputs.availability.maintenance_window,
            "apply_immediately": inputs.availability.apply_immediately,
            "copy_tags_to_snapshot": True,
            "enabled_cloudwatch_logs_exports": list(_LOG_EXPORTS),
            "performance_insights_enabled": insights,
            "performance_insights_retention_period": monitoring.performance_insights_retention_days
            if insights
            else None,
            "performance_insights_kms_key_id": monitoring.performance_insights_kms_key_arn if insights else None,
            "monitoring_interval": monitoring.enhanced_interval_seconds,
            "monitoring_role_arn": self._monitoring_role_arn,
        }

    def _final_snapshot_identifier(self) -> str:
        return self._inputs.availability.final_snapshot_identifier or f"{self._inputs.identifier}-final"

    def _log_groups(self, identifier: str) -> list[CloudwatchLogGroup]:
        """Create the log groups that RDS writes to; RDS would create them without a retention period."""
        suffix = identifier.removeprefix(self._inputs.identifier)
        return [
            CloudwatchLogGroup(
                self,
                f"log{suffix}-{export}",
                name=f"/aws/rds/instance/{identifier}/{export}",
                retention_in_days=self._inputs.monitoring.log_retention_days,
                kms_key_id=self._inputs.monitoring.log_kms_key_arn,
            )
            for export in _LOG_EXPORTS
        ]
