"""What blocks a destroy: AWS deletes no bucket with objects, and so on (S05).

Terraform would find out when half of an environment is gone, and after waiting for up to 20 minutes.
"""

import json
import shlex
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import times
from cli.running.state_store import managed_resources
from release.aws import Aws, error_code
from release.counted import counted

States = Mapping[str, Mapping[str, Any]]
"""Layer → its state."""

KINDS = ("aws_s3_bucket", "aws_ecr_repository", "aws_db_instance", "aws_ecs_service", "aws_route53_zone")
"""Types of resources that can block their own deletion."""

RECORD = "aws_route53_record"

_ALL_VERSIONS = "{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}}"
"""What DeleteObjects takes, from what ListObjectVersions answers."""


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """One thing that AWS would not delete as it is."""

    what: str
    """With its layer."""

    commands: tuple[str, ...]
    """What takes it out of the way, in this order."""

    def lines(self) -> Iterator[str]:
        """For a message."""
        yield f"  {self.what}:"
        yield from (f"    {command}" for command in self.commands)


def obstacles(aws: Aws, region: str, states: States, *, known: States | None = None) -> Iterator[Obstacle]:
    """Everything that AWS would not delete, but for tasks that protect themselves.

    Args:
        aws: the account.
        region: of the environment.
        states: of the layers that would be destroyed.
        known: with all records that Terraform deletes itself. Default: the same.
    """
    own = {_record(each) for state in (known or states).values() for each in managed_resources(state, RECORD)}
    for layer, state in states.items():
        for attributes in managed_resources(state, "aws_s3_bucket"):
            bucket = str(attributes["bucket"])
            if not attributes.get("force_destroy") and _holds_objects(aws, bucket):
                yield Obstacle(
                    what=f"{layer}: the bucket {bucket} has objects (1000 at a time, until nothing is left)",
                    commands=(_empty_bucket(bucket, region),),
                )
        for attributes in managed_resources(state, "aws_ecr_repository"):
            repository = str(attributes["name"])
            if not attributes.get("force_delete") and (images := _images(aws, repository)):
                has = counted(images, "image")
                yield Obstacle(
                    what=f"{layer}: the repository {repository} has {has} (100 at a time, until nothing is left)",
                    commands=(_empty_repository(repository, region),),
                )
        for attributes in managed_resources(state, "aws_route53_zone"):
            others = () if attributes.get("force_destroy") else _foreign_records(aws, str(attributes["zone_id"]), own)
            if others:
                yield Obstacle(
                    what=f"{layer}: the zone {attributes['name']} has records that Terraform did not create",
                    commands=tuple(_delete_record(str(attributes["zone_id"]), each) for each in others),
                )
        for attributes in managed_resources(state, "aws_db_instance"):
            snapshot = attributes.get("final_snapshot_identifier")
            if not snapshot or attributes.get("skip_final_snapshot"):
                continue
            day = _day_of_snapshot(aws, str(snapshot))
            # A destroy that was interrupted has made its own final snapshot already.
            if day and not _is_being_deleted(aws, str(attributes["identifier"])):
                taken = f"the name of the final snapshot, {snapshot}, is taken since {day}"
                yield Obstacle(
                    what=f"{layer}: {taken} (copy that one first, to keep it)",
                    commands=(*_free_snapshot(str(snapshot), day, region),),
                )


def _record(attributes: Mapping[str, Any]) -> tuple[str, str]:
    """Name and type of a record of a state."""
    return _plain(str(attributes.get("fqdn") or attributes.get("name"))), str(attributes.get("type"))


def _plain(name: str) -> str:
    """A domain name as people write it. Route 53 ends it with a dot, and writes an asterisk as a number."""
    return name.rstrip(".").lower().replace(r"\052", "*")


def _foreign_records(aws: Aws, zone_id: str, own: Collection[tuple[str, str]]) -> tuple[Mapping[str, Any], ...]:
    """Records of a zone that Terraform does not delete; those of the zone itself go with it."""
    pages = aws.client("route53").get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
    answers = _unless_gone("NoSuchHostedZone", lambda: {"pages": [*pages]}).get("pages", [])
    records = [each for page in answers for each in page["ResourceRecordSets"]]
    apex = {each["Name"] for each in records if each["Type"] == "SOA"}
    return tuple(
        each
        for each in records
        if (_plain(each["Name"]), each["Type"]) not in own
        and not (each["Name"] in apex and each["Type"] in ("NS", "SOA"))
    )


def _delete_record(zone_id: str, record: Mapping[str, Any]) -> str:
    changes = json.dumps({"Changes": [{"Action": "DELETE", "ResourceRecordSet": record}]})
    return f"aws route53 change-resource-record-sets --hosted-zone-id {zone_id} --change-batch {shlex.quote(changes)}"


def _holds_objects(aws: Aws, bucket: str) -> bool:
    answer = _unless_gone("NoSuchBucket", lambda: aws.client("s3").list_object_versions(Bucket=bucket, MaxKeys=1))
    return bool(answer.get("Versions") or answer.get("DeleteMarkers"))


def _images(aws: Aws, repository: str) -> int:
    """How many images a repository has, whatever tags they have."""
    digests, more = set[str](), dict[str, str]()
    while True:
        call = partial(aws.client("ecr").list_images, repositoryName=repository, maxResults=1000, **more)
        answer = _unless_gone("RepositoryNotFoundException", call)
        digests |= {each["imageDigest"] for each in answer.get("imageIds", [])}
        if not answer.get("nextToken"):
            return len(digests)
        more = {"nextToken": answer["nextToken"]}


def _day_of_snapshot(aws: Aws, name: str) -> str:
    """The day (UTC) a snapshot was made; empty where there is none of that name."""
    answer = _unless_gone(
        "DBSnapshotNotFound", lambda: aws.client("rds").describe_db_snapshots(DBSnapshotIdentifier=name)
    )
    # RDS gives no time while it is being made.
    created = [each["SnapshotCreateTime"] for each in answer.get("DBSnapshots", []) if "SnapshotCreateTime" in each]
    return "".join(times.for_scripts(each).partition("T")[0] for each in created)


def _is_being_deleted(aws: Aws, identifier: str) -> bool:
    """Whether a DB instance of the state is gone, or on its way."""
    answer = _unless_gone(
        "DBInstanceNotFound", lambda: aws.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)
    )
    return all(each["DBInstanceStatus"] == "deleting" for each in answer.get("DBInstances", []))


def _unless_gone(code: str, call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What AWS answers; nothing where what the state has was deleted by hand."""
    from botocore.exceptions import ClientError

    try:
        return call()
    except ClientError as error:
        if error_code(error).removesuffix("Fault") != code:
            raise
        return {}


def _empty_bucket(bucket: str, region: str) -> str:
    versions = (
        f"aws s3api list-object-versions --region {region} --bucket {bucket} --max-items 1000 --output json "
        f"--query '{_ALL_VERSIONS}'"
    )
    return f'aws s3api delete-objects --region {region} --bucket {bucket} --delete "$({versions})"'


def _empty_repository(repository: str, region: str) -> str:
    images = (
        f"aws ecr list-images --region {region} --repository-name {repository} --max-items 100 --output json "
        "--query 'imageIds[*]'"
    )
    return f'aws ecr batch-delete-image --region {region} --repository-name {repository} --image-ids "$({images})"'


def _free_snapshot(name: str, day: str, region: str) -> Iterator[str]:
    source, target = f"--source-db-snapshot-identifier {name}", f"--target-db-snapshot-identifier {name}-{day}"
    yield f"aws rds copy-db-snapshot --region {region} {source} {target}"
    yield f"aws rds delete-db-snapshot --region {region} --db-snapshot-identifier {name}"
