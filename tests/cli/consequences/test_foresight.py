"""What AWS is given before the first layer is changed: what is full, and what waits for its window already."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import boto3
import pytest

from cli.foresight import waits_already
from cli.running.consequences.consequence import Consequence, Kind
from release.aws import Aws
from tests.cli.consequences.examples.caches import CACHE
from tests.cli.consequences.examples.databases import DB
from tests.cli.fake_project import FakeProject, stack_document, state_key
from tests.cli.test_apply import APPLIED, PLANNED
from tests.support.embedded import embedded_aws

BUCKET = {"bucket": "windlass-dev-logs", "force_destroy": False}
REPOSITORY = {"name": "windlass-dev/web", "force_delete": False}


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    session = boto3.session.Session("testing", "testing", region_name="eu-west-1")
    with embedded_aws("foresight") as url:
        yield Aws(session, endpoint_url=url)


@pytest.fixture
def taken_out(project: FakeProject, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data layer's state has a repository and a bucket that its file no longer has."""
    monkeypatch.setattr("cli.foresight.aws_of", lambda _session: aws)
    held = {"aws_ecr_repository": REPOSITORY, "aws_s3_bucket": BUCKET}
    project.states[state_key("dev", "data")] = {
        "resources": [
            {"mode": "managed", "type": kind, "name": "gone", "instances": [{"attributes": attributes}]}
            for kind, attributes in held.items()
        ]
    }


@pytest.mark.slow
def test_what_the_second_round_would_find_full_is_refused_before_the_first(windlass, terraform, aws, taken_out) -> None:
    s3, ecr = aws.client("s3"), aws.client("ecr")
    s3.create_bucket(Bucket=BUCKET["bucket"], CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    ecr.create_repository(repositoryName=REPOSITORY["name"])
    media_type = "application/vnd.oci.image.manifest.v1+json"
    for tag in ("1", "2", "latest"):
        body = {"schemaVersion": 2, "mediaType": media_type, "layers": [], "annotations": {"n": tag[0]}}
        ecr.put_image(repositoryName=REPOSITORY["name"], imageManifest=json.dumps(body), imageTag=tag)
    s3.put_object(Bucket=BUCKET["bucket"], Key="log", Body=b"1")
    terraform.follow(PLANNED, APPLIED)

    ended = windlass("apply", "dev", "--yes", "--accept-outage")
    assert ended.code == 1
    for words in (
        "dev no longer has what AWS does not delete as it is, so the apply would stop half-way:",
        "data: the repository windlass-dev/web has 3 images (100 at a time",
        "aws ecr batch-delete-image --region eu-west-1 --repository-name windlass-dev/web",
        "data: the bucket windlass-dev-logs has objects",
        "Nothing was changed.",
        "Or throw_away = true in environments/dev.toml, applied before anything is taken out",
    ):
        assert words in ended.err
    assert not terraform.calls("plan")
    assert not terraform.calls("apply")

    images = ecr.list_images(repositoryName=REPOSITORY["name"])["imageIds"]
    ecr.batch_delete_image(repositoryName=REPOSITORY["name"], imageIds=images)
    s3.delete_object(Bucket=BUCKET["bucket"], Key="log")
    assert windlass("apply", "dev", "--yes").code == 0


@pytest.mark.slow
def test_what_stays_in_the_file_may_be_full(windlass, terraform, taken_out, monkeypatch) -> None:
    kept = {"aws_ecr_repository": {"gone": REPOSITORY}, "aws_s3_bucket": {"gone": BUCKET}}
    monkeypatch.setattr("cli.running.stack.Stack.document", lambda _: stack_document("data") | {"resource": kept})
    monkeypatch.setattr("cli.foresight.aws_of", partial(pytest.fail, "AWS is given about nothing that stays"))
    terraform.follow(PLANNED, APPLIED)
    assert windlass("apply", "dev", "--yes").code == 0


class Answers:
    """AWS with one database and one cache."""

    def __init__(self, *, database: dict[str, str], node: dict[str, str]) -> None:
        self.database, self.node = database, node

    def client(self, _service: str) -> Any:
        return self

    def describe_db_instances(self, **given: str) -> dict[str, Any]:
        assert given == {"DBInstanceIdentifier": "shop-prod"}
        return {"DBInstances": [{"PendingModifiedValues": self.database}]}

    def describe_replication_groups(self, **given: str) -> dict[str, Any]:
        assert given == {"ReplicationGroupId": "shop-prod"}
        return {"ReplicationGroups": [{"MemberClusters": ["shop-prod-001"]}]}

    def describe_cache_clusters(self, **given: str) -> dict[str, Any]:
        assert given == {"CacheClusterId": "shop-prod-001"}
        return {"CacheClusters": [{"PendingModifiedValues": self.node}]}


@pytest.mark.parametrize(
    ("address", "attribute", "value", "waits"),
    [
        (DB, "instance_class", "db.m7g.large", True),
        (DB, "instance_class", "db.m7g.xlarge", False),
        (DB, "engine_version", "17", True),
        (DB, "engine_version", "1", False),
        (CACHE, "node_type", "cache.m7g.large", True),
        (CACHE, "engine_version", "8.0", False),
    ],
)
def test_what_aws_lists_as_pending_was_agreed_to_before(
    monkeypatch: pytest.MonkeyPatch, address: str, attribute: str, value: str, waits: bool
) -> None:
    answers = Answers(
        database={"DBInstanceClass": "db.m7g.large", "EngineVersion": "17.2"},
        node={"CacheNodeType": "cache.m7g.large"},
    )
    monkeypatch.setattr("cli.foresight.aws_of", lambda _session: answers)
    change = Consequence(kind=Kind.OUTAGE, address=address, sentence="", pending=("shop-prod", attribute, value))
    session: Any = None
    assert waits_already(session, change) is waits
    assert not waits_already(session, Consequence(kind=Kind.OUTAGE, address=address, sentence=""))
