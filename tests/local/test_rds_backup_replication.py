import pytest
from botocore.exceptions import ClientError

SOURCE = "arn:aws:rds:eu-west-1:123456789012:db:replicated"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture(scope="module")
def there(client):
    """RDS of the region to which backups of an encrypted instance go."""
    for name, days in (("replicated", 7), ("without-backups", 0)):
        client("rds").create_db_instance(
            DBInstanceIdentifier=name,
            Engine="postgres",
            DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20,
            MasterUsername="windlass",
            MasterUserPassword="0123456789abcdef",
            BackupRetentionPeriod=days,
            StorageEncrypted=True,
        )
    return client("rds", "eu-central-1")


@pytest.fixture
def copy(there):
    started = there.start_db_instance_automated_backups_replication(
        SourceDBInstanceArn=SOURCE, KmsKeyId=KEY, BackupRetentionPeriod=14
    )
    yield started["DBInstanceAutomatedBackup"]
    there.stop_db_instance_automated_backups_replication(SourceDBInstanceArn=SOURCE)


def named_by_the_source(client) -> list[str]:
    (source,) = client("rds").describe_db_instances(DBInstanceIdentifier="replicated")["DBInstances"]
    return [each["DBInstanceAutomatedBackupsArn"] for each in source.get("DBInstanceAutomatedBackupsReplications", [])]


def test_copies_are_found_by_their_arn_with_key_and_retention(there, copy):
    arn = copy["DBInstanceAutomatedBackupsArn"]
    assert arn.startswith("arn:aws:rds:eu-central-1:123456789012:auto-backup:ab-")
    (described,) = there.describe_db_instance_automated_backups(DBInstanceAutomatedBackupsArn=arn)[
        "DBInstanceAutomatedBackups"
    ]
    assert (described["Status"], described["KmsKeyId"], described["BackupRetentionPeriod"]) == ("replicating", KEY, 14)
    assert (described["DBInstanceArn"], described["DBInstanceIdentifier"]) == (SOURCE, "replicated")


def test_the_source_names_its_copies_until_they_stop(client, there, copy):
    arn = copy["DBInstanceAutomatedBackupsArn"]
    assert named_by_the_source(client) == [arn]
    there.stop_db_instance_automated_backups_replication(SourceDBInstanceArn=SOURCE)
    assert named_by_the_source(client) == []
    (stayed,) = there.describe_db_instance_automated_backups(DBInstanceAutomatedBackupsArn=arn)[
        "DBInstanceAutomatedBackups"
    ]
    assert stayed["Status"] == "retained"
    there.start_db_instance_automated_backups_replication(SourceDBInstanceArn=SOURCE, KmsKeyId=KEY)


@pytest.mark.parametrize(
    ("region", "request_", "said"),
    [
        ("eu-west-1", {"SourceDBInstanceArn": SOURCE, "KmsKeyId": KEY}, "is in this region"),
        ("eu-central-1", {"SourceDBInstanceArn": SOURCE}, "KmsKeyId is required"),
        ("eu-central-1", {"SourceDBInstanceArn": SOURCE, "KmsKeyId": KEY.replace("central", "west")}, "another region"),
        ("eu-central-1", {"SourceDBInstanceArn": f"{SOURCE}-not", "KmsKeyId": KEY}, "not found"),
        (
            "eu-central-1",
            {"SourceDBInstanceArn": SOURCE.replace("replicated", "without-backups"), "KmsKeyId": KEY},
            "has no automated backups",
        ),
    ],
)
def test_what_rds_refuses(client, there, region, request_, said):
    with pytest.raises(ClientError, match=said):
        client("rds", region).start_db_instance_automated_backups_replication(**request_)
