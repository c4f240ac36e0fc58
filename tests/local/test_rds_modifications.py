"""What a change of a database interrupts, what waits for its maintenance window, and what RDS refuses."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.local.in_use.refusals import refused
from tests.support.clock import Clock

NAME = {"DBInstanceIdentifier": "changes"}
NOW = {**NAME, "ApplyImmediately": True}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def rds(client: Any, clock: Clock) -> Iterator[Any]:
    rds = client("rds")
    for version in ("16", "17"):
        for kind in ("own", "other"):
            rds.create_db_parameter_group(
                DBParameterGroupName=f"{kind}-{version}", DBParameterGroupFamily=f"postgres{version}", Description="d"
            )
    rds.create_db_instance(
        Engine="postgres",
        EngineVersion="16",
        DBInstanceClass="db.t4g.small",
        AllocatedStorage=20,
        MasterUsername="windlass",
        MasterUserPassword="0123456789abcdef",
        MultiAZ=True,
        DBParameterGroupName="own-16",
        **NAME,
    )
    yield rds
    for each in rds.describe_db_instances()["DBInstances"]:
        if each["DBInstanceIdentifier"].startswith("changes"):
            rds.delete_db_instance(DBInstanceIdentifier=each["DBInstanceIdentifier"], SkipFinalSnapshot=True)
    for version in ("16", "17"):
        for kind in ("own", "other"):
            rds.delete_db_parameter_group(DBParameterGroupName=f"{kind}-{version}")


def described(rds: Any, name: str = "changes") -> dict[str, Any]:
    (instance,) = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return dict(instance)


def test_another_class_interrupts_at_once_if_requested_and_waits_otherwise(rds: Any, clock: Clock) -> None:
    rds.modify_db_instance(**NAME, DBInstanceClass="db.t4g.large", AllocatedStorage=40, DeletionProtection=False)
    instance = described(rds)
    assert (instance["DBInstanceClass"], instance["AllocatedStorage"]) == ("db.t4g.small", 20)
    assert instance["PendingModifiedValues"] == {"DBInstanceClass": "db.t4g.large", "AllocatedStorage": 40}
    assert instance["DBInstanceStatus"] == "available"

    rds.modify_db_instance(**NOW, BackupRetentionPeriod=3)
    instance = described(rds)
    assert (instance["DBInstanceClass"], instance["AllocatedStorage"]) == ("db.t4g.large", 40)
    assert (instance["DBInstanceStatus"], instance.get("PendingModifiedValues", {})) == ("modifying", {})
    with refused("InvalidDBInstanceState", "Database instance is not in available state."):
        rds.modify_db_instance(**NOW, DBInstanceClass="db.t4g.small")
    clock.pass_by()
    assert described(rds)["DBInstanceStatus"] == "available"


def test_storage_and_a_standby_interrupt_nothing(rds: Any) -> None:
    rds.modify_db_instance(**NOW, AllocatedStorage=50, MultiAZ=False)
    assert described(rds)["DBInstanceStatus"] == "available"
    assert (described(rds)["AllocatedStorage"], described(rds)["MultiAZ"]) == (50, False)


def test_storage_never_shrinks(rds: Any) -> None:
    kind = described(rds)["StorageType"]
    words = f"Invalid storage size for engine name postgres and storage type {kind}: 10"
    with refused("InvalidParameterCombination", words):
        rds.modify_db_instance(**NOW, AllocatedStorage=10)


def test_a_change_that_is_undone_waits_no_longer(rds: Any) -> None:
    rds.modify_db_instance(**NAME, DBInstanceClass="db.t4g.large")
    rds.modify_db_instance(**NAME, DBInstanceClass="db.t4g.small")
    assert described(rds).get("PendingModifiedValues", {}) == {}


def test_parameters_that_need_a_reboot_wait_for_it(rds: Any, clock: Clock) -> None:
    def status() -> str:
        (group,) = described(rds)["DBParameterGroups"]
        return str(group["ParameterApplyStatus"])

    assert status() == "in-sync"
    static = {"ParameterName": "max_connections", "ParameterValue": "90", "ApplyMethod": "pending-reboot"}
    rds.modify_db_parameter_group(DBParameterGroupName="own-16", Parameters=[static])
    assert status() == "pending-reboot"
    rds.reboot_db_instance(**NAME)
    assert described(rds)["DBInstanceStatus"] == "rebooting"
    assert status() == "in-sync"
    clock.pass_by()
    assert described(rds)["DBInstanceStatus"] == "available"
    rds.modify_db_instance(**NOW, DBParameterGroupName="other-16")
    assert (status(), described(rds)["DBInstanceStatus"]) == ("pending-reboot", "available")


def test_only_an_instance_with_a_standby_fails_over(rds: Any, clock: Clock) -> None:
    rds.reboot_db_instance(**NAME, ForceFailover=True)
    clock.pass_by()
    assert described(rds)["DBInstanceStatus"] == "available"
    rds.modify_db_instance(**NOW, MultiAZ=False)
    words = "ForceFailover cannot be specified since the instance is not configured for either MultiAZ or"
    with refused("InvalidParameterCombination", f"{words} High Availability."):
        rds.reboot_db_instance(**NAME, ForceFailover=True)


def test_a_major_version_wants_permission_a_target_and_a_group_of_its_family(rds: Any, clock: Clock) -> None:
    allowed = {**NOW, "AllowMajorVersionUpgrade": True}
    words = "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
    with refused("InvalidParameterCombination", words):
        rds.modify_db_instance(**NOW, EngineVersion="17", DBParameterGroupName="own-17")
    with refused("InvalidParameterCombination", "Cannot find version 99.1 for postgres"):
        rds.modify_db_instance(**allowed, EngineVersion="99.1")
    current = described(rds)["EngineVersion"]
    with refused("InvalidParameterCombination", f"Cannot upgrade postgres from {current} to 15.13"):
        rds.modify_db_instance(**allowed, EngineVersion="15")
    words = (
        "Current Parameter Group (own-16) is non-default. You need to explicitly specify a new Parameter Group in this "
        "case (default or custom)"
    )
    with refused("InvalidParameterCombination", words):
        rds.modify_db_instance(**allowed, EngineVersion="17")
    words = (
        "The Parameter Group other-16 with DBParameterGroupFamily postgres16 cannot be used for this instance. "
        "Please use a Parameter Group with DBParameterGroupFamily postgres17"
    )
    with refused("InvalidParameterCombination", words):
        rds.modify_db_instance(**allowed, EngineVersion="17", DBParameterGroupName="other-16")
    assert (described(rds)["EngineVersion"], described(rds)["DBInstanceStatus"]) == (current, "available")

    rds.create_db_instance_read_replica(DBInstanceIdentifier="changes-reader", SourceDBInstanceIdentifier="changes")
    rds.modify_db_instance(**allowed, EngineVersion="17", DBParameterGroupName="own-17")
    for name in ("changes", "changes-reader"):
        assert described(rds, name)["EngineVersion"].startswith("17.")
        assert described(rds, name)["DBInstanceStatus"] == "upgrading"
    clock.pass_by()
    assert described(rds)["DBInstanceStatus"] == "available"
