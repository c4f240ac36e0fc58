"""A destroy that AWS would stop halfway says what blocks it, with commands against that (S05)."""

import dataclasses
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import boto3
import pytest

from local.extensions.dataplane import OBSERVED_PATH
from release.aws import Aws
from tests.cli.fake_project import environment, stack_document, state_key
from tests.cli.fake_terraform import FakeTerraform
from tests.cli.test_apply import APPLIED, PLANNED
from tests.cli.test_destroy import Keyboard
from tests.support.aws_command import AwsCommand, run_printed
from tests.support.embedded import embedded_aws

pytestmark = pytest.mark.slow

BUCKET = {"bucket": "windlass-dev-logs", "force_destroy": False}
REPOSITORY = {"name": "windlass-dev/web", "force_delete": False}
DATABASE = {
    "identifier": "windlass-dev",
    "final_snapshot_identifier": "windlass-dev-final",
    "skip_final_snapshot": False,
}
INSTANCE = {
    "Engine": "postgres",
    "DBInstanceClass": "db.t4g.small",
    "AllocatedStorage": 20,
    "MasterUsername": "windlass",
    "MasterUserPassword": "0123456789abcdef",
}
COMMAND = re.compile(r"^    (aws .+)$", re.MULTILINE)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """An account in which everything of a destroy is asked."""
    session = boto3.session.Session("testing", "testing", region_name="eu-west-1")
    with embedded_aws("obstacles") as url:
        account = Aws(session, endpoint_url=url)
        monkeypatch.setattr("cli.clearing.aws_of", lambda _session: account)
        yield account


def _state(**resources: dict[str, Any]) -> dict[str, Any]:
    """What `terraform state pull` prints."""
    held = [
        {"mode": "managed", "type": kind, "name": "one", "instances": [{"attributes": attributes}]}
        for kind, attributes in resources.items()
    ]
    return {"when": ["state", "pull"], "lines": [{"resources": held}]}


def _full(aws: Aws) -> None:
    s3, ecr, rds = aws.client("s3"), aws.client("ecr"), aws.client("rds")
    s3.create_bucket(Bucket=BUCKET["bucket"], CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket=BUCKET["bucket"], VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=BUCKET["bucket"], Key="a log", Body=b"1")
    s3.delete_object(Bucket=BUCKET["bucket"], Key="a log")
    ecr.create_repository(repositoryName=REPOSITORY["name"])
    media_type = "application/vnd.oci.image.manifest.v1+json"
    manifest = json.dumps({"schemaVersion": 2, "mediaType": media_type, "layers": []})
    ecr.put_image(repositoryName=REPOSITORY["name"], imageManifest=manifest, imageTag="1")
    rds.create_db_instance(DBInstanceIdentifier="before", **INSTANCE)
    rds.delete_db_instance(DBInstanceIdentifier="before", FinalDBSnapshotIdentifier="windlass-dev-final")
    rds.create_db_instance(DBInstanceIdentifier=DATABASE["identifier"], **INSTANCE)


def _run(command: str, aws: Aws) -> None:
    run_printed(command, aws.client)


def _follow(terraform: FakeTerraform) -> None:
    held = {"aws_s3_bucket": BUCKET, "aws_ecr_repository": REPOSITORY, "aws_db_instance": DATABASE}
    terraform.follow(PLANNED, APPLIED, _state(**held))


def test_s05_each_thing_is_named_and_its_commands_take_it_away(windlass, terraform, aws) -> None:
    _full(aws)
    _follow(terraform)
    ended = windlass("destroy", "dev", "--layer", "service", "--yes")
    assert ended.code == 1
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    for words in (
        "service: the bucket windlass-dev-logs has objects",
        "service: the repository windlass-dev/web has 1 image (",
        f"service: the name of the final snapshot, windlass-dev-final, is taken since {today}",
        "Nothing was destroyed.",
        "throw_away = true in environments/dev.toml deletes all of it with the environment: ./windlass apply dev",
    ):
        assert words in ended.err
    assert not terraform.calls("plan")

    for command in COMMAND.findall(ended.err):
        _run(command, aws)
    assert windlass("destroy", "dev", "--layer", "service", "--yes").code == 0
    assert len(terraform.calls("apply")) == 1
    kept = aws.client("rds").describe_db_snapshots(DBSnapshotIdentifier=f"windlass-dev-final-{today}")
    assert len(kept["DBSnapshots"]) == 1


def test_s05_a_destroy_that_was_interrupted_is_not_stopped_by_its_own_final_snapshot(windlass, terraform, aws) -> None:
    rds = aws.client("rds")
    rds.create_db_instance(DBInstanceIdentifier=DATABASE["identifier"], **INSTANCE)
    rds.delete_db_instance(
        DBInstanceIdentifier=DATABASE["identifier"], FinalDBSnapshotIdentifier=DATABASE["final_snapshot_identifier"]
    )
    terraform.follow(PLANNED, APPLIED, _state(aws_db_instance=DATABASE))
    assert windlass("destroy", "dev", "--layer", "service", "--yes").code == 0


def test_s05_production_is_not_told_to_throw_everything_away(windlass, terraform, aws) -> None:
    _full(aws)
    _follow(terraform)
    ended = windlass("destroy", "prod", "--layer", "service", "--confirm", "prod")
    assert (ended.code, "throw_away" in ended.err) == (1, False)


def test_s05_what_terraform_deletes_with_its_content_is_in_nobodys_way(windlass, terraform, aws) -> None:
    _full(aws)
    held = {
        "aws_s3_bucket": {**BUCKET, "force_destroy": True},
        "aws_ecr_repository": {**REPOSITORY, "force_delete": True},
        "aws_db_instance": {**DATABASE, "skip_final_snapshot": True},
    }
    terraform.follow(PLANNED, APPLIED, _state(**held))
    assert windlass("destroy", "dev", "--layer", "service", "--yes").code == 0


def test_s05_records_that_terraform_did_not_create_are_named(windlass, terraform, aws) -> None:
    route53 = aws.client("route53")
    zone = route53.create_hosted_zone(Name="shop.example", CallerReference="1")["HostedZone"]["Id"].split("/")[-1]
    for name in ("app.shop.example.", "*.shop.example."):
        record = {"Name": name, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "203.0.113.7"}]}
        changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)
    own = {"name": "*.shop.example", "fqdn": "*.shop.example", "type": "A"}
    held = {"aws_route53_zone": {"zone_id": zone, "name": "shop.example"}, "aws_route53_record": own}
    terraform.follow(PLANNED, APPLIED, _state(**held))
    ended = windlass("destroy", "dev", "--layer", "service", "--yes")
    assert (ended.code, "service: the zone shop.example has records that Terraform did not create" in ended.err) == (
        1,
        True,
    )
    (command,) = COMMAND.findall(ended.err)
    assert "app.shop.example." in command
    _run(command, aws)
    assert windlass("destroy", "dev", "--layer", "service", "--yes").code == 0


def test_s05_what_was_deleted_by_hand_is_in_nobodys_way(windlass, terraform, aws) -> None:
    gone = {"name": "worker", "cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/gone"}
    held = {"aws_s3_bucket": BUCKET, "aws_ecr_repository": REPOSITORY, "aws_db_instance": DATABASE}
    terraform.follow(PLANNED, APPLIED, _state(**held, aws_ecs_service=gone))
    assert windlass("destroy", "dev", "--layer", "service", "--yes").code == 0


def test_s05_an_apply_stops_before_secrets_whose_names_are_taken(
    windlass, terraform, aws, monkeypatch, project
) -> None:
    monkeypatch.setattr("cli.taken_names.aws_of", lambda _session: aws)
    secrets, names = aws.client("secretsmanager"), ("windlass/dev/database/password", "windlass/dev/database/url")
    wanted = {"aws_secretsmanager_secret": {name.rpartition("/")[2]: {"name": name} for name in names}}
    plain = stack_document
    monkeypatch.setattr(
        "tests.cli.fake_project.stack_document",
        lambda layer: {**plain(layer), **({"resource": wanted} if layer == "data" else {})},
    )
    terraform.follow(PLANNED, APPLIED)
    for name in names:
        secrets.create_secret(Name=name, SecretString="1")
    secrets.delete_secret(SecretId=names[0], RecoveryWindowInDays=7)

    ended = windlass("apply", "dev", "--layer", "data", "--yes")
    assert (ended.code, "data of dev cannot be applied yet" in ended.err, terraform.calls("plan")) == (1, True, [])
    command = "aws secretsmanager delete-secret --region eu-west-1 --force-delete-without-recovery --secret-id"
    assert [line.strip() for line in ended.err.splitlines() if line.startswith("  aws ")] == [f"{command} {names[0]}"]
    _run(f"{command} {names[0]}", aws)
    assert windlass("apply", "dev", "--layer", "data", "--yes").code == 0


def test_s05_secrets_that_the_state_has_are_not_asked_for(windlass, terraform, monkeypatch, project) -> None:
    def nobody_asks(_session: object) -> Aws:
        raise AssertionError

    monkeypatch.setattr("cli.taken_names.aws_of", nobody_asks)
    wanted = {"aws_secretsmanager_secret": {"password": {"name": "windlass/dev/database/password"}}}
    plain = stack_document
    monkeypatch.setattr("tests.cli.fake_project.stack_document", lambda layer: {**plain(layer), "resource": wanted})
    held = {"mode": "managed", "type": "aws_secretsmanager_secret", "name": "password", "instances": [{}]}
    project.states[state_key("dev", "data")] = {"resources": [held]}
    terraform.follow(PLANNED, APPLIED)
    assert windlass("apply", "dev", "--layer", "data", "--yes").code == 0


class Worker:
    """A service with a task that protects itself, as the data plane reports it."""

    def __init__(self, aws: Aws, url: str) -> None:
        self.ecs, self._url = aws.client("ecs"), url
        cluster = self.ecs.create_cluster(clusterName="dev")["cluster"]["clusterArn"]
        container = {"name": "worker", "image": "worker:1", "memory": 512}
        definition = self.ecs.register_task_definition(family="worker", containerDefinitions=[container])
        self.ecs.create_service(cluster="dev", serviceName="worker", taskDefinition="worker", desiredCount=1)
        self.attributes = {"name": "worker", "cluster": cluster}
        self._task = {
            "taskArn": f"{cluster.replace(':cluster/', ':task/')}/{'0' * 32}",
            "clusterArn": cluster,
            "taskDefinitionArn": definition["taskDefinition"]["taskDefinitionArn"],
            "group": "service:worker",
            "lastStatus": "RUNNING",
            "desiredStatus": "RUNNING",
            "containers": [],
            "protectedUntil": time.time() + 7200,
        }
        self._report("PUT")

    def wanted(self) -> tuple[int, str]:
        """Desired count of the service, and desired status of its task."""
        service = self.ecs.describe_services(cluster="dev", services=["worker"])["services"][0]
        task = self.ecs.describe_tasks(cluster="dev", tasks=[self._task["taskArn"]])["tasks"][0]
        return service["desiredCount"], task["desiredStatus"]

    def leave(self) -> None:
        """The data plane stops."""
        self._report("DELETE")

    def _report(self, method: str) -> None:
        body = json.dumps({"services": {}, "targets": {}, "tasks": {self._task["taskArn"]: self._task}}).encode()
        request = Request(self._url + OBSERVED_PATH, data=body, method=method)
        build_opener(ProxyHandler({})).open(request, timeout=10).close()


@pytest.fixture
def worker(aws: Aws) -> Iterator[Worker]:
    worker = Worker(aws, aws.client("ecs").meta.endpoint_url)
    yield worker
    worker.leave()


def test_s05_protected_tasks_are_waited_for_or_given_up_on_purpose(windlass, terraform, worker) -> None:
    terraform.follow(PLANNED, APPLIED, _state(aws_ecs_service=worker.attributes))
    ended = windlass("destroy", "dev", "--layer", "service", "--yes")
    assert ended.code == 1
    assert "service: 1 of worker's tasks are protected until " in ended.err
    (command,) = COMMAND.findall(ended.err)
    parsed = AwsCommand.parse(command)
    assert (parsed.violations(), parsed.parameters) == (
        [],
        {"cluster": "dev", "tasks": ["0" * 32], "protectionEnabled": False},
    )
    assert (worker.wanted(), terraform.calls("plan")) == ((1, "RUNNING"), [])


def test_s05_an_environment_to_throw_away_ends_them_once_nobody_objects(
    windlass, terraform, worker, project, monkeypatch
) -> None:
    known = {"dev": environment("dev").model_copy(update={"throw_away": True})}
    project = dataclasses.replace(project, known=known)
    terraform.follow(PLANNED, APPLIED, _state(aws_ecs_service=worker.attributes))
    monkeypatch.setattr("sys.stdin", Keyboard("no\n"))
    assert windlass("destroy", "dev", "--layer", "service", on=project).code != 0
    assert worker.wanted() == (1, "RUNNING")
    ended = windlass("destroy", "dev", "--layer", "service", "--yes", on=project)
    assert (ended.code, worker.wanted()) == (0, (0, "STOPPED"))
    assert "worker: ended 1 task that was protected" in ended.err
