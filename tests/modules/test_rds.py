"""The PostgreSQL database."""

import json
from dataclasses import replace

import pytest

from aws.account import Account
from modules.rds import (
    Availability,
    Backup,
    Engine,
    Monitoring,
    Network,
    PostgreSql,
    PostgreSqlInputs,
    PostgreSqlOutputs,
    ReadReplica,
    Storage,
)
from tests.support.stack import Synthesised, module_stack, synthesised

PASSWORD = "${ephemeral.aws_secretsmanager_secret_version.database-password.secret_string}"
NETWORK = Network(subnet_ids={"eu-west-1a": "subnet-a", "eu-west-1b": "subnet-b"}, security_group_ids=["sg-db"])
INPUTS = PostgreSqlInputs(
    identifier="acme-prod",
    account=Account(region="eu-west-1", id="111122223333"),
    database_name="airflow",
    username="airflow",
    password_expression=PASSWORD,
    password_version=3,
    engine=Engine(instance_class="db.m7g.large"),
    storage=Storage(kms_key_arn="arn:aws:kms:eu-west-1:111122223333:key/k"),
    network=NETWORK,
)


def database(**changes: object) -> tuple[Synthesised, PostgreSqlOutputs]:
    with module_stack() as stack:
        outputs = PostgreSql(stack, "database", replace(INPUTS, **changes)).outputs  # type: ignore[arg-type]
        return synthesised(stack), outputs


def instance(**changes: object) -> dict[str, object]:
    return database(**changes)[0].only("aws_db_instance")


def parameters(**changes: object) -> dict[str, tuple[str, str]]:
    group = database(**changes)[0].only("aws_db_parameter_group")
    return {each["name"]: (each["value"], each["apply_method"]) for each in group["parameter"]}


def test_the_password_is_write_only_and_follows_its_rotation() -> None:
    body = instance()
    assert body["password_wo"] == PASSWORD
    assert body["password_wo_version"] == 3
    assert "password" not in body


def test_the_major_version_is_pinned_and_the_minor_one_follows_aws() -> None:
    """D01."""
    body = instance(engine=Engine(major_version="17", instance_class="db.t4g.micro"))
    assert body["engine_version"] == "17"
    assert body["auto_minor_version_upgrade"] is True


def test_production_is_private_encrypted_doubled_backed_up_and_protected() -> None:
    """D02: all of it is the default."""
    body = instance()
    assert body["publicly_accessible"] is False
    assert body["storage_encrypted"] is True
    assert body["multi_az"] is True
    assert body["backup_retention_period"] == 14
    assert body["deletion_protection"] is True
    assert body["skip_final_snapshot"] is False
    assert body["final_snapshot_identifier"] == "acme-prod-final"
    assert body["delete_automated_backups"] is False
    assert body["copy_tags_to_snapshot"] is True


def test_a_throw_away_database_leaves_nothing_behind() -> None:
    body = instance(availability=Availability(deletion_protection=False, final_snapshot=False))
    assert body["skip_final_snapshot"] is True
    assert body["delete_automated_backups"] is True
    assert "final_snapshot_identifier" not in body


def test_only_tls_connections_are_accepted() -> None:
    assert parameters()["rds.force_ssl"] == ("1", "immediate")


def test_static_parameters_wait_for_a_reboot() -> None:
    engine = Engine(
        instance_class="db.t4g.micro", parameters={"work_mem": "8192"}, static_parameters={"max_connections": "200"}
    )
    actual = parameters(engine=engine)
    assert actual["work_mem"] == ("8192", "immediate")
    assert actual["max_connections"] == ("200", "pending-reboot")


def test_a_new_major_version_gets_its_parameter_group_before_the_old_one_goes() -> None:
    group = database()[0].only("aws_db_parameter_group")
    assert group["family"] == "postgres16"
    assert group["name_prefix"] == "acme-prod-postgres16-"
    assert group["lifecycle"] == {"create_before_destroy": True}


def test_the_log_groups_exist_before_the_instance_and_keep_logs_for_a_while() -> None:
    result, _ = database()
    groups = result.resources("aws_cloudwatch_log_group")
    assert {group["name"]: group["retention_in_days"] for group in groups.values()} == {
        "/aws/rds/instance/acme-prod/postgresql": 30,
        "/aws/rds/instance/acme-prod/upgrade": 30,
    }
    waits_for = result.only("aws_db_instance")["depends_on"]
    assert {f"aws_cloudwatch_log_group.{name}" for name in groups} <= set(waits_for)


def test_enhanced_monitoring_has_a_role_of_its_own_that_only_this_instance_can_use() -> None:
    result, _ = database()
    trust = json.loads(result.only("aws_iam_role")["assume_role_policy"])["Statement"][0]
    assert trust["Principal"] == {"Service": "monitoring.rds.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "111122223333"},
        "ArnLike": {"aws:SourceArn": "arn:aws:rds:eu-west-1:111122223333:db:acme-prod*"},
    }
    assert result.only("aws_db_instance")["monitoring_interval"] == 60


def test_without_enhanced_monitoring_there_is_no_role() -> None:
    result, _ = database(monitoring=Monitoring(enhanced_interval_seconds=0))
    assert not result.resources("aws_iam_role")


def test_a_recovery_database_starts_from_a_snapshot_and_does_not_mind_losing_it_later() -> None:
    """D06."""
    body = instance(backup=Backup(restore_from_snapshot="rds:acme-prod-2025-01-01"))
    assert body["snapshot_identifier"] == "rds:acme-prod-2025-01-01"
    assert body["lifecycle"] == {"ignore_changes": ["snapshot_identifier", "restore_to_point_in_time", "kms_key_id"]}


def test_a_replica_follows_the_primary_and_has_an_address_by_its_name() -> None:
    result, outputs = database(replicas={"reports": ReadReplica(instance_class="db.t4g.large")})
    instances = result.resources("aws_db_instance")
    assert len(instances) == 2
    (primary,) = (name for name, body in instances.items() if body["identifier"] == "acme-prod")
    (replica,) = (body for body in instances.values() if body["identifier"] == "acme-prod-reports")
    assert replica["replicate_source_db"] == f"${{aws_db_instance.{primary}.identifier}}"
    assert replica["instance_class"] == "db.t4g.large"
    assert replica["storage_encrypted"] is True
    assert replica["deletion_protection"] is True
    assert not {"password_wo", "username", "db_name", "engine_version"} & set(replica)
    assert list(outputs.replica_addresses) == ["reports"]


def test_adding_a_replica_moves_nothing_else() -> None:
    one, _ = database(replicas={"reports": ReadReplica()})
    two, _ = database(replicas={"exports": ReadReplica(), "reports": ReadReplica()})
    for resource_type, bodies in one.document["resource"].items():
        after = two.resources(resource_type)
        assert {name: after[name] for name in bodies} == bodies


def test_outputs_name_the_database_by_dns() -> None:
    """A06."""
    result, outputs = database()
    assert outputs.port == "5432"
    assert (outputs.database_name, outputs.username) == ("airflow", "airflow")
    assert outputs.address != outputs.endpoint
    assert result.inventory() == {
        "aws_cloudwatch_log_group": 2,
        "aws_db_instance": 1,
        "aws_db_parameter_group": 1,
        "aws_db_subnet_group": 1,
        "aws_iam_role": 1,
        "aws_iam_role_policy_attachment": 1,
    }


@pytest.mark.parametrize("identifier", ["Acme", "1acme", "acme--db", "acme-", "a" * 64, "acme_db"])
def test_identifiers_that_rds_refuses_are_refused(identifier: str) -> None:
    with pytest.raises(ValueError, match="identifier is"):
        replace(INPUTS, identifier=identifier)


def test_replicas_need_backups() -> None:
    with pytest.raises(ValueError, match="retention_days is 0"):
        replace(INPUTS, backup=Backup(retention_days=0), replicas={"reports": ReadReplica()})


def test_a_minor_version_is_refused() -> None:
    with pytest.raises(ValueError, match="D01"):
        Engine(major_version="16.4", instance_class="db.t4g.micro")


def test_the_modules_own_parameters_cannot_be_overridden() -> None:
    with pytest.raises(ValueError, match=r"rds\.force_ssl"):
        Engine(instance_class="db.t4g.micro", static_parameters={"rds.force_ssl": "0"})


def test_one_zone_is_not_enough() -> None:
    with pytest.raises(ValueError, match="N01"):
        Network(subnet_ids={"eu-west-1a": "subnet-a"}, security_group_ids=["sg"])


def test_numbers_and_windows_that_rds_refuses_are_refused() -> None:
    with pytest.raises(ValueError, match="allocated_gib is 10"):
        Storage(allocated_gib=10)
    with pytest.raises(ValueError, match="max_allocated_gib is 21"):
        Storage(allocated_gib=20, max_allocated_gib=21)
    with pytest.raises(ValueError, match="400 GiB"):
        Storage(allocated_gib=20, iops=4000)
    with pytest.raises(ValueError, match="retention_days is 36"):
        Backup(retention_days=36)
    with pytest.raises(ValueError, match="window is '3am'"):
        Backup(window="3am")
    with pytest.raises(ValueError, match="maintenance_window is"):
        Availability(maintenance_window="Sunday")
    with pytest.raises(ValueError, match="enhanced_interval_seconds is 7"):
        Monitoring(enhanced_interval_seconds=7)
    with pytest.raises(ValueError, match="performance_insights_retention_days is 8"):
        Monitoring(performance_insights_retention_days=8)
