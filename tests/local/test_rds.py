import pytest


@pytest.fixture(scope="module")
def rds(client):
    rds = client("rds")
    for name in ("one", "two"):
        rds.create_db_instance(
            DBInstanceIdentifier=name,
            Engine="postgres",
            EngineVersion="16",
            DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20,
            MasterUsername="windlass",
            MasterUserPassword="0123456789abcdef",
            EnableCloudwatchLogsExports=["postgresql"],
            EnablePerformanceInsights=True,
            PerformanceInsightsRetentionPeriod=31,
        )
    return rds


def _described(rds, identifier):
    return rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]


def test_every_instance_is_found_by_its_own_resource_id(rds):
    ids = {name: _described(rds, name)["DbiResourceId"] for name in ("one", "two")}
    assert ids["one"] != ids["two"]
    result = rds.describe_db_instances(Filters=[{"Name": "dbi-resource-id", "Values": [ids["two"]]}])["DBInstances"]
    assert [instance["DBInstanceIdentifier"] for instance in result] == ["two"]


def test_a_major_version_is_answered_with_a_full_one(rds):
    assert _described(rds, "one")["EngineVersion"].startswith("16.")
    newer = rds.create_db_instance(
        DBInstanceIdentifier="newer",
        Engine="postgres",
        EngineVersion="17",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="windlass",
        MasterUserPassword="0123456789abcdef",
    )["DBInstance"]
    assert newer["EngineVersion"].startswith("17.")
    rds.delete_db_instance(DBInstanceIdentifier="newer", SkipFinalSnapshot=True)


def test_performance_insights_are_kept_and_can_be_turned_off(rds):
    instance = _described(rds, "one")
    assert (instance["PerformanceInsightsEnabled"], instance["PerformanceInsightsRetentionPeriod"]) == (True, 31)
    rds.modify_db_instance(DBInstanceIdentifier="two", EnablePerformanceInsights=False, ApplyImmediately=True)
    changed = _described(rds, "two")
    assert changed["PerformanceInsightsEnabled"] is False
    assert "PerformanceInsightsRetentionPeriod" not in changed


def test_the_certificate_authority_is_the_one_aws_chooses(rds):
    assert _described(rds, "one")["CACertificateIdentifier"] == "rds-ca-rsa2048-g1"


def test_a_replica_is_an_instance_of_its_own(rds):
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier="one-replica", SourceDBInstanceIdentifier="one", DBInstanceClass="db.t4g.small"
    )

    primary, replica = _described(rds, "one"), _described(rds, "one-replica")
    assert primary["ReadReplicaDBInstanceIdentifiers"] == ["one-replica"]
    assert replica["ReadReplicaDBInstanceIdentifiers"] == []
    assert replica["ReadReplicaSourceDBInstanceIdentifier"] == "one"
    assert replica["DbiResourceId"] != primary["DbiResourceId"]
    assert replica["DBInstanceClass"] == "db.t4g.small"
    assert replica.get("EnabledCloudwatchLogsExports", []) == []
    assert primary["EnabledCloudwatchLogsExports"] == ["postgresql"]
    assert replica["PerformanceInsightsEnabled"] is False


def test_replicas_of_a_deleted_primary_are_instances_of_their_own(rds):
    rds.create_db_instance_read_replica(DBInstanceIdentifier="two-replica", SourceDBInstanceIdentifier="two")
    rds.delete_db_instance(DBInstanceIdentifier="two", SkipFinalSnapshot=True)
    assert "ReadReplicaSourceDBInstanceIdentifier" not in _described(rds, "two-replica")
    rds.delete_db_instance(DBInstanceIdentifier="two-replica", SkipFinalSnapshot=True)


def test_parameters_say_that_the_user_set_them(rds):
    rds.create_db_parameter_group(
        DBParameterGroupName="postgres-16", DBParameterGroupFamily="postgres16", Description="forced TLS"
    )
    tls = {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "pending-reboot"}
    rds.modify_db_parameter_group(DBParameterGroupName="postgres-16", Parameters=[tls])

    result = rds.describe_db_parameters(DBParameterGroupName="postgres-16", Source="user")["Parameters"]
    assert result == [{**tls, "Source": "user"}]
