"""Lists of object versions, page by page."""

from uuid import uuid4

import pytest

KEYS = ("a", "b/1", "b/2", "run+1", "z")


@pytest.fixture
def bucket(client):
    name = f"windlass-{uuid4()}"
    s3 = client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for key in KEYS:
        s3.put_object(Bucket=name, Key=key, Body=b"1")
        s3.put_object(Bucket=name, Key=key, Body=b"2")
    return name


def pages(s3, bucket, **arguments):
    arguments = {"PaginationConfig": {"PageSize": 3}, **arguments}
    return s3.get_paginator("list_object_versions").paginate(Bucket=bucket, **arguments)


def test_pages_hold_each_version_once_the_latest_of_a_key_first(client, bucket):
    listed = [
        (version["Key"], version["IsLatest"])
        for page in pages(client("s3"), bucket)
        for version in page.get("Versions", [])
    ]
    assert listed == [(key, latest) for key in KEYS for latest in (True, False)]


def test_a_common_prefix_counts_as_one_entry_and_is_listed_once(client, bucket):
    listed = list(pages(client("s3"), bucket, Delimiter="/", PaginationConfig={"PageSize": 1}))
    prefixes = [prefix["Prefix"] for page in listed for prefix in page.get("CommonPrefixes", [])]
    assert prefixes == ["b/"]
    assert [version["Key"] for page in listed for version in page.get("Versions", [])] == [
        key for key in ("a", "run+1", "z") for _ in range(2)
    ]
    assert len(listed) == 7


def test_the_next_page_follows_a_page_that_was_deleted(client, bucket):
    s3 = client("s3")
    s3.delete_object(Bucket=bucket, Key="b/2")
    sizes = []
    for page in pages(s3, bucket):
        objects = [
            {"Key": each["Key"], "VersionId": each["VersionId"]}
            for each in page.get("Versions", []) + page.get("DeleteMarkers", [])
        ]
        sizes.append(len(objects))
        assert "Errors" not in s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
    assert sizes == [3, 3, 3, 2]
    s3.delete_bucket(Bucket=bucket)


def test_a_page_without_entries_has_no_next_page(client, bucket):
    answer = client("s3").list_object_versions(Bucket=bucket, MaxKeys=0)
    assert (answer["IsTruncated"], answer.get("Versions", [])) == (False, [])
