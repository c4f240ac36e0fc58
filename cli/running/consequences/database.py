"""The database and its proxy.

The source, where a row names no other: Amazon RDS User Guide, "Settings for DB instances", which has for each setting
when it is applied and whether there is downtime.
"""

from cli.running.consequences.change import Change
from cli.running.consequences.consequence import Kind
from cli.running.consequences.row import (
    Row,
    altered,
    deleted,
    from_to,
    gone,
    having,
    in_window,
    lowered,
    number,
    raised,
    replaced,
)

INSTANCE = "aws_db_instance"
_LONGEST = "Multi-AZ: typically 60 to 120 seconds, until the standby takes over; otherwise several minutes"
_OFF = "aws rds modify-db-instance --no-deletion-protection --apply-immediately --db-instance-identifier"


def _major(value: object) -> int:
    return int(number(str(value or 0).partition(".")[0]))


def _is_upgrade(change: Change) -> bool:
    return change.alters("engine_version") and _major(change.after["engine_version"]) > _major(
        change.before.get("engine_version")
    )


def _is_downgrade(change: Change) -> bool:
    return change.alters("engine_version") and _major(change.after["engine_version"]) < _major(
        change.before.get("engine_version")
    )


def _is_primary(change: Change) -> bool:
    return not change.before.get("replicate_source_db")


def _source(change: Change) -> str:
    """What the new instance begins with."""
    source = change.after.get("snapshot_identifier") or (
        "the automated backups" if change.after.get("restore_to_point_in_time") else ""
    )
    return f"the new one starts from {source}, without what was written since" if source else "the new one is empty"


def _kept(change: Change) -> str:
    """What stays of an instance that is deleted."""
    snapshot = change.before.get("final_snapshot_identifier")
    if snapshot and not change.before.get("skip_final_snapshot"):
        return f"what it holds stays in the snapshot {snapshot} alone"
    return "it has no final snapshot"


def _allows(change: Change) -> bool:
    return bool(change.after.get("allow_major_version_upgrade"))


ROWS = (
    Row(
        type=INSTANCE,
        when=altered("instance_class"),
        kind=Kind.OUTAGE,
        # "Modifying an Amazon RDS DB instance"; the length of a failover: "Failing over a Multi-AZ DB instance".
        says=lambda change: (
            f"the instance class changes {from_to(change, 'instance_class')} {in_window(change)}: the database does "
            f"not answer meanwhile ({_LONGEST})"
        ),
        instead="choose a quiet hour, or leave database.apply_immediately = false and choose the maintenance window",
        pending=("identifier", "instance_class"),
    ),
    Row(
        type=INSTANCE,
        when=lowered("allocated_storage"),
        kind=Kind.HALF_WAY,
        # "Working with storage for Amazon RDS DB instances": storage can be increased, not reduced.
        says=lambda change: f"RDS does not reduce storage ({from_to(change, 'allocated_storage')} GiB)",
        instead=lambda change: (
            f"database.allocated_storage_gib = {change.before.get('allocated_storage')}; a smaller database is another "
            "one, to which the data is copied with pg_dump"
        ),
    ),
    Row(
        type=INSTANCE,
        when=lambda change: _is_upgrade(change) and not _allows(change),
        kind=Kind.HALF_WAY,
        # "Upgrading the RDS for PostgreSQL DB engine", section on major versions.
        says=lambda change: (
            f"RDS refuses another major version of PostgreSQL ({from_to(change, 'engine_version')}) without "
            "allow_major_version_upgrade, which Windlass does not set"
        ),
        instead=lambda change: f'database.engine_version = "{_major(change.before.get("engine_version"))}"',
    ),
    Row(
        type=INSTANCE,
        when=lambda change: _is_upgrade(change) and _allows(change),
        kind=Kind.OUTAGE,
        # As above. An upgrade runs on both instances of Multi-AZ at once; its length depends on the data.
        says=lambda change: (
            f"PostgreSQL is upgraded {from_to(change, 'engine_version')} {in_window(change)}: the database, its "
            "standby too, does not answer for 10 minutes or more, and there is no way back but its snapshots"
        ),
        instead="try the upgrade on a database that is restored from a snapshot, and choose a quiet hour",
        pending=("identifier", "engine_version"),
    ),
    Row(
        type=INSTANCE,
        when=_is_downgrade,
        kind=Kind.HALF_WAY,
        says=lambda change: f"RDS has no way back to a former major version ({from_to(change, 'engine_version')})",
        instead="restore a snapshot from before the upgrade (docs/runbooks/restore.md)",
    ),
    Row(
        type=INSTANCE,
        when=altered("port"),
        kind=Kind.OUTAGE,
        says=lambda change: (
            f"the port changes {from_to(change, 'port')}: RDS restarts the database at once, and tasks that run find "
            "it again only when they are replaced"
        ),
        instead="keep the port",
    ),
    Row(
        type=INSTANCE,
        when=altered("identifier"),
        kind=Kind.OUTAGE,
        says="the database gets another name and address: RDS restarts it, and tasks that run do not find it",
        instead="keep the name",
    ),
    Row(
        type=INSTANCE,
        when=lambda change: (
            change.alters("backup_retention_period")
            and 0 in (number(change.after["backup_retention_period"]), number(change.before["backup_retention_period"]))
        ),
        kind=Kind.OUTAGE,
        says=lambda change: f"backups go {from_to(change, 'backup_retention_period')} days: RDS restarts the database",
        instead="keep at least one day",
    ),
    Row(
        type=INSTANCE,
        when=lowered("backup_retention_period"),
        kind=Kind.NOTE,
        says=lambda change: f"automated backups older than {change.after['backup_retention_period']} days are deleted",
    ),
    Row(
        type=INSTANCE,
        when=altered("multi_az"),
        kind=Kind.NOTE,
        says=lambda change: (
            "a standby is created, without downtime; writes are slower until it has all data"
            if change.after["multi_az"]
            else "the standby goes, without downtime; from then on a fault of its zone is an outage"
        ),
    ),
    Row(
        type=INSTANCE,
        when=raised("allocated_storage"),
        kind=Kind.NOTE,
        # "Increasing DB instance storage capacity".
        says="storage is enlarged without downtime; RDS allows the next change of it six hours later",
    ),
    Row(
        type=INSTANCE,
        when=lambda change: replaced(change) and _is_primary(change),
        kind=Kind.DATA_LOSS,
        says=lambda change: (
            f"the database is replaced{change.because()}: {_source(change)}, and {_kept(change)}; it does not answer "
            "for 10 to 30 minutes"
        ),
        instead="keep the former value; to restore a snapshot: docs/runbooks/restore.md",
    ),
    Row(
        type=INSTANCE,
        when=lambda change: deleted(change) and _is_primary(change),
        kind=Kind.DATA_LOSS,
        says=lambda change: f"the database is deleted, and {_kept(change)}",
        instead="copy what you want to keep, or destroy the whole environment (docs/runbooks/destroy.md)",
    ),
    Row(
        type=INSTANCE,
        when=having(gone, "deletion_protection"),
        kind=Kind.HALF_WAY,
        says="RDS deletes no instance that has deletion protection",
        instead=lambda change: f"first: {_OFF} {change.before.get('identifier')}",
    ),
    Row(
        type=INSTANCE,
        when=lambda change: replaced(change) and not _is_primary(change),
        kind=Kind.OUTAGE,
        says=lambda change: (
            f"the read replica is replaced{change.because()}: what reads from it finds nothing for 10 minutes or more"
        ),
        instead="add another replica, move its readers, and then take this one out",
    ),
    Row(
        type=INSTANCE,
        when=lambda change: deleted(change) and not _is_primary(change),
        kind=Kind.NOTE,
        says="the read replica goes, with its address: what reads from it must be told before",
    ),
    Row(
        type="aws_db_parameter_group",
        when=lambda change: change.alters("parameter") and _static(change.before) != _static(change.after),
        kind=Kind.NOTE,
        # "Overview of parameter groups": static parameters need a reboot, which RDS leaves to its users.
        says=(
            "static parameters change: nothing happens until somebody restarts the database, which interrupts it for a "
            "minute or two"
        ),
    ),
    Row(
        type=INSTANCE,
        when=lambda change: change.alters("parameter_group_name") and not change.alters("engine_version"),
        kind=Kind.NOTE,
        says="another parameter group: its static parameters wait for a restart of the database",
    ),
    Row(
        type="aws_db_instance_automated_backups_replication",
        when=gone,
        kind=Kind.NOTE,
        # "Stopping automated backup replication": what was replicated stays until its retention ends.
        says="backups are no longer copied to the other region; those that are there stay until their retention ends",
    ),
    Row(
        type="aws_db_proxy",
        when=replaced,
        kind=Kind.OUTAGE,
        says=lambda change: (
            f"the proxy is replaced{change.because()}: nobody can connect through it for several minutes"
        ),
        instead="first database_proxy off, apply, then on again: tasks go to the database meanwhile",
    ),
    Row(
        type="aws_db_proxy_target",
        when=replaced,
        kind=Kind.OUTAGE,
        says=lambda change: f"the proxy loses its database{change.because()} for minutes, until it has it again",
        instead="first database_proxy off, apply, then on again",
    ),
)
"""A proxy that comes or goes interrupts nothing: tasks move before it goes (docs/decisions/0028)."""


def _static(attributes: object) -> list[tuple[str, str]]:
    parameters = attributes.get("parameter") if isinstance(attributes, dict) else None
    return sorted(
        (str(each.get("name")), str(each.get("value")))
        for each in parameters or ()
        if each.get("apply_method") == "pending-reboot"
    )
