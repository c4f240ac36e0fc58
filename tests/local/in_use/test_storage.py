"""Buckets, repositories, file systems, tables, zones and log groups with something in them."""

import json

import pytest

from tests.local.in_use.refusals import refused


def test_a_bucket_stays_while_it_has_an_object_a_version_or_a_delete_marker(client):
    s3 = client("s3")
    words = "The bucket you tried to delete is not empty"
    s3.create_bucket(Bucket="full", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket="full", VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket="full", Key="logs/1", Body=b"1")["VersionId"]
    with refused("BucketNotEmpty", words):
        s3.delete_bucket(Bucket="full")
    marker = s3.delete_object(Bucket="full", Key="logs/1")["VersionId"]
    with refused("BucketNotEmpty", words):
        s3.delete_bucket(Bucket="full")
    s3.delete_object(Bucket="full", Key="logs/1", VersionId=version)
    with refused("BucketNotEmpty", words):
        s3.delete_bucket(Bucket="full")
    s3.delete_object(Bucket="full", Key="logs/1", VersionId=marker)
    s3.delete_bucket(Bucket="full")


def test_a_repository_stays_while_it_has_an_image(client):
    ecr = client("ecr")
    ecr.create_repository(repositoryName="full")
    media_type = "application/vnd.oci.image.manifest.v1+json"
    manifest = json.dumps({"schemaVersion": 2, "mediaType": media_type, "layers": []})
    ecr.put_image(repositoryName="full", imageManifest=manifest, imageTag="1")
    words = "The repository with name 'full' in registry with id '123456789012' cannot be deleted because it still"
    with refused("RepositoryNotEmptyException", f"{words} contains images"):
        ecr.delete_repository(repositoryName="full")
    assert len(ecr.list_images(repositoryName="full")["imageIds"]) == 1
    ecr.batch_delete_image(repositoryName="full", imageIds=[{"imageTag": "1"}])
    ecr.delete_repository(repositoryName="full")


def test_a_file_system_stays_while_it_has_a_mount_target(client, network):
    efs = client("efs")
    name = efs.create_file_system(CreationToken="mounted")["FileSystemId"]
    target = efs.create_mount_target(FileSystemId=name, SubnetId=network.subnet_ids[0])["MountTargetId"]
    with pytest.raises(efs.exceptions.FileSystemInUse):
        efs.delete_file_system(FileSystemId=name)
    assert efs.describe_file_systems(FileSystemId=name)["FileSystems"]
    efs.delete_mount_target(MountTargetId=target)
    efs.delete_file_system(FileSystemId=name)


def test_a_protected_table_stays(client):
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName="locks",
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )
    with pytest.raises(dynamodb.exceptions.ClientError, match="ValidationException"):
        dynamodb.delete_table(TableName="locks")
    assert dynamodb.describe_table(TableName="locks")["Table"]["TableStatus"] == "ACTIVE"
    dynamodb.update_table(TableName="locks", DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName="locks")


def test_a_zone_stays_while_it_has_a_record(client):
    route53 = client("route53")
    zone = route53.create_hosted_zone(Name="full.example", CallerReference="full")["HostedZone"]["Id"]
    record = {"Name": "www.full.example", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}

    def change(action):
        route53.change_resource_record_sets(
            HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        )

    change("CREATE")
    words = "The specified hosted zone contains non-required resource record sets and so cannot be deleted."
    with refused("HostedZoneNotEmpty", words):
        route53.delete_hosted_zone(Id=zone)
    change("DELETE")
    route53.delete_hosted_zone(Id=zone)


def test_a_log_group_goes_at_any_time_and_its_name_is_its_own(client):
    logs = client("logs")
    logs.create_log_group(logGroupName="full")
    logs.create_log_stream(logGroupName="full", logStreamName="one")
    with refused("ResourceAlreadyExistsException", "The specified log group already exists"):
        logs.create_log_group(logGroupName="full")
    assert len(logs.describe_log_streams(logGroupName="full")["logStreams"]) == 1
    logs.delete_log_group(logGroupName="full")
