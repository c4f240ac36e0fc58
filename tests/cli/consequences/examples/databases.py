"""The database and its replicas."""

from tests.cli.consequences.examples.example import HALF_WAY, LOSS, OUTAGE, change, example

DB, REPLICA = "aws_db_instance.database_instance", "aws_db_instance.database_replica-reports"
DATABASE = {
    "identifier": "shop-prod",
    "instance_class": "db.t4g.small",
    "allocated_storage": 100,
    "engine_version": "16",
    "multi_az": True,
    "port": 5432,
    "backup_retention_period": 14,
    "parameter_group_name": "shop-prod-postgres16-1",
    "final_snapshot_identifier": "shop-prod-final",
    "apply_immediately": False,
    "maintenance_window": "sun:03:30-sun:04:30",
}
STATIC = [{"name": "max_connections", "value": "100", "apply_method": "pending-reboot"}]
MORE = [{"name": "max_connections", "value": "200", "apply_method": "pending-reboot"}]

DATABASES = (
    example(
        "instance class",
        "data",
        change(DB, "update", DATABASE, {"instance_class": "db.m7g.large"}),
        costs=OUTAGE,
        says="from db.t4g.small to db.m7g.large in the maintenance window (sun:03:30-sun:04:30, UTC)",
    ),
    example(
        "instance class at once",
        "data",
        change(DB, "update", DATABASE, {"instance_class": "db.m7g.large", "apply_immediately": True}),
        costs=OUTAGE,
        says="to db.m7g.large at once",
    ),
    example("storage grows", "data", change(DB, "update", DATABASE, {"allocated_storage": 200})),
    example(
        "storage shrinks",
        "data",
        change(DB, "update", DATABASE, {"allocated_storage": 50}),
        costs=HALF_WAY,
        says="RDS does not reduce storage (from 100 to 50 GiB)",
    ),
    example(
        "major version",
        "data",
        change(DB, "update", DATABASE, {"engine_version": "17"}),
        costs=HALF_WAY,
        says="without allow_major_version_upgrade",
    ),
    example(
        "major version, allowed",
        "data",
        change(DB, "update", DATABASE, {"engine_version": "17", "allow_major_version_upgrade": True}),
        costs=OUTAGE,
        says="PostgreSQL is upgraded from 16 to 17",
    ),
    example(
        "major version, back",
        "data",
        change(DB, "update", DATABASE, {"engine_version": "15"}),
        costs=HALF_WAY,
        says="no way back",
    ),
    example(
        "minor version", "data", change(DB, "update", {**DATABASE, "engine_version": "16.3"}, {"engine_version": "16"})
    ),
    example(
        "port of the database",
        "data",
        change(DB, "update", DATABASE, {"port": 5433}),
        costs=OUTAGE,
        says="RDS restarts the database at once",
    ),
    example("name of the database", "data", change(DB, "update", DATABASE, {"identifier": "shop"}), costs=OUTAGE),
    example(
        "backups off",
        "data",
        change(DB, "update", DATABASE, {"backup_retention_period": 0}),
        costs=OUTAGE,
        says="from 14 to 0 days",
    ),
    example("fewer backups", "data", change(DB, "update", DATABASE, {"backup_retention_period": 7})),
    example("standby off", "data", change(DB, "update", DATABASE, {"multi_az": False})),
    example("standby on", "data", change(DB, "update", {**DATABASE, "multi_az": False}, {"multi_az": True})),
    example("another parameter group", "data", change(DB, "update", DATABASE, {"parameter_group_name": "b"})),
    example(
        "static parameters",
        "data",
        change("aws_db_parameter_group.database_parameters", "update", {"parameter": STATIC}, {"parameter": MORE}),
    ),
    example(
        "database replaced",
        "data",
        change(DB, "replace", DATABASE, {"db_name": "b"}, causes=["db_name"]),
        costs=LOSS,
        says="because db_name cannot be changed in place: the new one is empty",
    ),
    example(
        "database replaced by a snapshot",
        "data",
        change(DB, "replace", DATABASE, {"snapshot_identifier": "kept"}, causes=["username"]),
        costs=LOSS,
        says="the new one starts from kept, without what was written since",
    ),
    example(
        "protected database replaced",
        "data",
        change(DB, "replace", {**DATABASE, "deletion_protection": True}, causes=["kms_key_id"]),
        costs=(LOSS, HALF_WAY),
        says="RDS deletes no instance that has deletion protection",
    ),
    example(
        "database deleted",
        "data",
        change(DB, "delete", {**DATABASE, "skip_final_snapshot": True}),
        costs=LOSS,
        says="it has no final snapshot",
    ),
    example("replica on", "data", change(REPLICA, "create", after={"replicate_source_db": "shop-prod"})),
    example("replica off", "data", change(REPLICA, "delete", {"replicate_source_db": "shop-prod"})),
    example(
        "protected replica off",
        "data",
        change(
            REPLICA,
            "delete",
            {"replicate_source_db": "shop-prod", "identifier": "shop-prod-reports", "deletion_protection": True},
        ),
        costs=HALF_WAY,
        says="--db-instance-identifier shop-prod-reports",
    ),
    example(
        "replica replaced",
        "data",
        change(REPLICA, "replace", {"replicate_source_db": "shop-prod"}),
        costs=OUTAGE,
        says="what reads from it finds nothing",
    ),
    example(
        "backups no longer copied",
        "data",
        change("aws_db_instance_automated_backups_replication.copy", "delete", {"id": "copy"}),
    ),
    example("proxy on", "data", change("aws_db_proxy.airflow_proxy", "create", after={"name": "shop"})),
    example("proxy off", "data", change("aws_db_proxy.airflow_proxy", "delete", {"name": "shop"})),
    example(
        "proxy replaced",
        "data",
        change("aws_db_proxy.airflow_proxy", "replace", {"name": "shop"}),
        costs=OUTAGE,
        says="nobody can connect through it",
    ),
    example(
        "proxy without its database", "data", change("aws_db_proxy_target.airflow_target", "replace", {}), costs=OUTAGE
    ),
)
