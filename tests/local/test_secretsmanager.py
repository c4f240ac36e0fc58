HERE = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
THERE = "arn:aws:kms:eu-central-1:123456789012:key/66666666-7777-8888-9999-000000000000"


def test_a_replica_has_its_own_key_in_both_regions(client):
    created = client("secretsmanager").create_secret(
        Name="replicated",
        SecretString="a key",
        KmsKeyId=HERE,
        AddReplicaRegions=[{"Region": "eu-central-1", "KmsKeyId": THERE}],
    )
    (status,) = created["ReplicationStatus"]
    assert (status["Region"], status["KmsKeyId"]) == ("eu-central-1", THERE)
    assert client("secretsmanager").describe_secret(SecretId="replicated")["KmsKeyId"] == HERE
    replica = client("secretsmanager", "eu-central-1").describe_secret(SecretId="replicated")
    assert (replica["KmsKeyId"], replica["PrimaryRegion"]) == (THERE, "eu-west-1")


def test_a_replica_that_names_no_key_has_that_of_aws(client):
    manager = client("secretsmanager")
    manager.create_secret(Name="later", SecretString="a key")
    arn = manager.create_secret(Name="named", SecretString="a key")["ARN"]
    assert (
        manager.replicate_secret_to_regions(SecretId="named", AddReplicaRegions=[{"Region": "eu-west-3"}])["ARN"] == arn
    )
    assert manager.remove_regions_from_replication(SecretId="named", RemoveReplicaRegions=["eu-west-3"])["ARN"] == arn
    manager.replicate_secret_to_regions(SecretId="later", AddReplicaRegions=[{"Region": "eu-central-1"}])
    (status,) = manager.describe_secret(SecretId="later")["ReplicationStatus"]
    assert status["KmsKeyId"] == "alias/aws/secretsmanager"


def test_a_version_without_a_label_is_not_listed(client):
    secrets = client("secretsmanager")
    arn = secrets.create_secret(Name="rotated", SecretString="1")["ARN"]
    newer = [secrets.put_secret_value(SecretId=arn, SecretString=str(n))["VersionId"] for n in (2, 3)]
    assert secrets.describe_secret(SecretId=arn)["VersionIdsToStages"] == {
        newer[0]: ["AWSPREVIOUS"],
        newer[1]: ["AWSCURRENT"],
    }
