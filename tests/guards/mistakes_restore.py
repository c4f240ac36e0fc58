"""Mistakes that make a backup useless."""

from tests.guards.mistakes import Mistake, edit

MISTAKES = (
    Mistake(
        "restores_ignore_what_the_snapshot_decides",
        "a database that the key of its snapshot replaces",
        edit(
            "data",
            "aws_db_instance",
            "database_instance",
            lifecycle={"ignore_changes": ["snapshot_identifier", "restore_to_point_in_time"]},
        ),
    ),
    Mistake(
        "keys_of_final_snapshots_are_retained",
        "a key that is destroyed before its snapshots",
        edit("network", "aws_kms_key", "key_key", lifecycle=None),
    ),
    Mistake(
        "keys_of_final_snapshots_are_retained",
        "a key that is destroyed before the copies of backups",
        edit("data", "aws_kms_key", "backup-key", lifecycle=None),
    ),
    Mistake(
        "stores_are_destroyed_before_they_are_replaced",
        "a database whose replacement is created first, because its URL is",
        edit(
            "data",
            "aws_secretsmanager_secret_version",
            "airflow_database-url_version",
            lifecycle={"create_before_destroy": True},
        ),
    ),
)
