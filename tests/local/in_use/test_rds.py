"""Groups, final snapshots, targets of proxies and keys of RDS."""

import pytest

from tests.local.in_use import holders
from tests.local.in_use.refusals import refused

pytestmark = pytest.mark.slow

INSTANCE = {
    "Engine": "postgres",
    "DBInstanceClass": "db.t4g.small",
    "AllocatedStorage": 20,
    "MasterUsername": "windlass",
    "MasterUserPassword": "0123456789abcdef",
}


@pytest.fixture
def rds(client):
    rds = client("rds")
    before = {each["DBInstanceIdentifier"] for each in rds.describe_db_instances()["DBInstances"]}
    yield rds
    for each in rds.describe_db_instances()["DBInstances"]:
        if (name := each["DBInstanceIdentifier"]) not in before:
            rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
            rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)


def test_a_parameter_group_stays_while_an_instance_has_it(rds):
    rds.create_db_parameter_group(DBParameterGroupName="used", DBParameterGroupFamily="postgres16", Description="used")
    rds.create_db_instance(DBInstanceIdentifier="grouped", DBParameterGroupName="used", **INSTANCE)
    words = (
        "One or more database instances are still members of this parameter group used, so the group cannot be deleted"
    )
    with refused("InvalidDBParameterGroupState", words):
        rds.delete_db_parameter_group(DBParameterGroupName="used")
    assert rds.describe_db_parameter_groups(DBParameterGroupName="used")["DBParameterGroups"]
    with refused("InvalidDBParameterGroupState", "Default DBParameterGroup cannot be deleted: default.postgres16"):
        rds.delete_db_parameter_group(DBParameterGroupName="default.postgres16")
    rds.delete_db_instance(DBInstanceIdentifier="grouped", SkipFinalSnapshot=True)
    rds.delete_db_parameter_group(DBParameterGroupName="used")


def test_a_subnet_group_and_its_subnets_stay_while_an_instance_is_in_them(client, network):
    rds, undo = client("rds"), holders.database(client, network)
    words = "Cannot delete the subnet group 'holds' because at least one database instance: holds is still using it."
    with refused("InvalidDBSubnetGroupStateFault", words):
        rds.delete_db_subnet_group(DBSubnetGroupName="holds")
    kept, left_out = network.subnet_ids
    with refused("SubnetAlreadyInUse", f"Some of the subnets to be deleted are currently in use: {left_out}"):
        rds.modify_db_subnet_group(DBSubnetGroupName="holds", SubnetIds=[kept])
    (group,) = rds.describe_db_subnet_groups(DBSubnetGroupName="holds")["DBSubnetGroups"]
    assert len(group["Subnets"]) == 2
    undo()


def test_a_protected_instance_stays(rds):
    rds.create_db_instance(DBInstanceIdentifier="protected", DeletionProtection=True, **INSTANCE)
    words = "Cannot delete protected DB Instance, please disable deletion protection and try again."
    with refused("InvalidParameterCombination", words):
        rds.delete_db_instance(DBInstanceIdentifier="protected", SkipFinalSnapshot=True)
    assert rds.describe_db_instances(DBInstanceIdentifier="protected")["DBInstances"]


def test_a_final_snapshot_is_named_and_its_name_is_new(rds):
    rds.create_db_instance(DBInstanceIdentifier="ends", **INSTANCE)
    words = "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
    with refused("InvalidParameterCombination", words):
        rds.delete_db_instance(DBInstanceIdentifier="ends")
    rds.create_db_snapshot(DBInstanceIdentifier="ends", DBSnapshotIdentifier="ends-final")
    words = "Cannot create the snapshot because a snapshot with the identifier ends-final already exists."
    with refused("DBSnapshotAlreadyExists", words):
        rds.delete_db_instance(DBInstanceIdentifier="ends", FinalDBSnapshotIdentifier="ends-final")
    assert rds.describe_db_instances(DBInstanceIdentifier="ends")["DBInstances"]
    rds.delete_db_instance(DBInstanceIdentifier="ends", FinalDBSnapshotIdentifier="ends-final-2")
    assert rds.describe_db_snapshots(DBSnapshotIdentifier="ends-final-2")["DBSnapshots"]


def test_a_restored_instance_keeps_its_snapshots_key_as_long_as_that_can_be_used(client, rds):
    kms = client("kms")
    metadata = kms.create_key()["KeyMetadata"]
    key = metadata["Arn"]
    rds.create_db_instance(DBInstanceIdentifier="secret", StorageEncrypted=True, KmsKeyId=key, **INSTANCE)
    rds.create_db_snapshot(DBInstanceIdentifier="secret", DBSnapshotIdentifier="secret-now")
    rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="again", DBSnapshotIdentifier="secret-now")
    assert rds.describe_db_instances(DBInstanceIdentifier="again")["DBInstances"][0]["KmsKeyId"] == key

    kms.schedule_key_deletion(KeyId=metadata["KeyId"], PendingWindowInDays=7)
    words = f"The specified KMS key [{key}] does not exist, is not enabled or you do not have permissions to access it."
    with refused("KMSKeyNotAccessibleFault", words):
        rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="late", DBSnapshotIdentifier="secret-now")
    with refused("KMSKeyNotAccessibleFault", words):
        rds.create_db_instance(DBInstanceIdentifier="late", StorageEncrypted=True, KmsKeyId=key, **INSTANCE)
    assert "late" not in {each["DBInstanceIdentifier"] for each in rds.describe_db_instances()["DBInstances"]}


def test_a_target_of_a_proxy_is_there_and_is_added_once(client, network, rds):
    undo = holders.proxy(client, network)
    with refused("DBInstanceNotFound", "DBInstance absent not found."):
        rds.register_db_proxy_targets(DBProxyName="holds", DBInstanceIdentifiers=["absent"])
    rds.create_db_instance(DBInstanceIdentifier="target", **INSTANCE)
    rds.register_db_proxy_targets(DBProxyName="holds", DBInstanceIdentifiers=["target"])
    with refused("DBProxyTargetAlreadyRegisteredFault", "Database target is already registered with DB proxy holds"):
        rds.register_db_proxy_targets(DBProxyName="holds", DBInstanceIdentifiers=["target"])
    assert len(rds.describe_db_proxy_targets(DBProxyName="holds")["Targets"]) == 1
    undo()
