"""An environment is destroyed and applied again, twice kept and twice thrown away; nothing that stays stops it (S05).

What stays in an account, and what AWS writes again after a destroy, is there each time: objects and their versions,
images, snapshots, secrets in their recovery window, log groups.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from local.image_registry import add_tags
from tests.permissions.empty_accounts import empty_account
from tests.platform.queries import client
from tests.support.aws_command import run_printed
from tests.support.observed_task import ObservedTask
from tests.support.platform import Platform

pytestmark = pytest.mark.slow

COMMAND = re.compile(r"^ +(aws .+)$", re.MULTILINE)
DATABASE = "windlass-local"
KEPT = {"WINDLASS_KIND": "staging", "WINDLASS_THROW_AWAY": "false", "WINDLASS_DATABASE__FINAL_SNAPSHOT": "true"}
"""What makes of `local` an environment of which a destroy loses nothing unsaid."""
SNAPSHOT = f"{DATABASE}-final"


class Account:
    """The environment `local` in an embedded AWS, and what fills it."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.variables: dict[str, str] = {}
        self._logs = self.client("logs")

    def client(self, service: str) -> Any:
        return client(self.platform, service)

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run a command that must exit with this code and ask nothing; returns all of its output."""
        done = self.platform.windlass(*arguments, variables=self.variables)
        printed = done.stdout + done.stderr
        assert done.returncode == code, printed
        return printed

    def follow(self, printed: str, *services: str) -> None:
        """Run the commands of a refusal, which are about these services of AWS."""
        commands = COMMAND.findall(printed)
        assert {command.split()[1] for command in commands} == set(services), printed
        for command in commands:
            run_printed(command, self.client)

    def buckets(self) -> list[str]:
        return [each["Name"] for each in self.client("s3").list_buckets()["Buckets"] if "-state-" not in each["Name"]]

    def repositories(self) -> list[str]:
        return [each["repositoryName"] for each in self.client("ecr").describe_repositories()["repositories"]]

    def fill(self) -> None:
        """What weeks of use leave: versions in buckets, images, a snapshot, events of logs."""
        s3 = self.client("s3")
        for bucket in self.buckets():
            for body in (b"first version", b"second version"):
                s3.put_object(Bucket=bucket, Key="a log", Body=body)
            s3.put_object(Bucket=bucket, Key="deleted", Body=b"a version")
            s3.delete_object(Bucket=bucket, Key="deleted")
        add_tags(self.client("ecr"), [(repository, "1.0.0") for repository in self.repositories()])
        assert self.buckets() and self.repositories()
        for group in self.log_groups():
            self._logs.create_log_stream(logGroupName=group, logStreamName="a stream")

    def log_groups(self) -> list[str]:
        return [each["logGroupName"] for each in self._logs.describe_log_groups()["logGroups"]]

    def is_empty(self) -> bool:
        """Whether nothing is left that costs much: no database, no tasks, no load balancer, no network."""
        vpcs = [each for each in self.client("ec2").describe_vpcs()["Vpcs"] if not each["IsDefault"]]
        return not any(
            (
                vpcs,
                self.buckets(),
                self.repositories(),
                self.client("rds").describe_db_instances()["DBInstances"],
                self.client("ecs").list_clusters()["clusterArns"],
                self.client("elbv2").describe_load_balancers()["LoadBalancers"],
            )
        )

    def write_logs_again(self, groups: list[str]) -> None:
        """AWS's services write for minutes after what they report about is gone, and create the log group again."""
        written = [name for name in groups if name.startswith(("/aws/ecs/", "/aws/rds/", "/aws/elasticache/"))]
        assert len(written) >= 4, groups
        for name in written:
            self._logs.create_log_group(logGroupName=name)
            self._logs.create_log_stream(logGroupName=name, logStreamName="the last events")

    def destroy_what_it_holds(self, *services: str) -> None:
        """Destroy it where nothing may be lost: a list says what blocks it, and its commands clear it."""
        groups = self.log_groups()
        self.fill()
        task = ObservedTask(self.client, cluster=DATABASE, service=f"{DATABASE}-airflow-worker-default")
        refused = self.run("destroy", "local", "--yes", code=1)
        assert "Nothing was destroyed." in refused
        self.follow(refused, *services)
        assert not task.is_protected()
        task.end()
        self.run("destroy", "local", "--yes")
        assert self.is_empty()
        self.write_logs_again(groups)

    def apply(self) -> None:
        self.run("apply", "local", "--yes")
        assert "local: nothing to change" in self.run("plan", "local")
        for group in self._logs.describe_log_groups()["logGroups"]:
            assert group.get("retentionInDays") and group.get("kmsKeyId"), group

    def apply_once_names_are_free(self) -> None:
        """Secrets of the last one are in their recovery window."""
        refused = self.run("apply", "local", "--yes", code=1)
        assert "recovery window" in refused
        self.follow(refused, "secretsmanager")
        self.apply()

    def snapshots(self) -> set[str]:
        answer = self.client("rds").describe_db_snapshots(SnapshotType="manual")
        return {each["DBSnapshotIdentifier"] for each in answer["DBSnapshots"]}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with empty_account(tmp_path_factory.mktemp("account") / "platform") as platform:
        yield Account(platform)


def test_s05_what_may_not_be_lost_blocks_a_destroy_until_its_commands_were_run(account: Account) -> None:
    account.variables = KEPT
    account.run("bootstrap", "local", "--yes")
    account.apply()
    account.client("rds").create_db_snapshot(DBInstanceIdentifier=DATABASE, DBSnapshotIdentifier="before")
    account.destroy_what_it_holds("s3api", "ecr", "ecs")
    assert account.snapshots() == {"before", SNAPSHOT}


def test_s05_it_comes_back_beside_what_stayed_and_goes_once_more(account: Account) -> None:
    account.apply_once_names_are_free()
    # The name of the final snapshot is taken now.
    account.destroy_what_it_holds("s3api", "ecr", "ecs", "rds")
    assert len(account.snapshots()) == 3 and {"before", SNAPSHOT} < account.snapshots()


def test_s05_what_may_be_thrown_away_goes_with_its_content_and_unasked(account: Account) -> None:
    account.variables = {}
    account.apply_once_names_are_free()
    throw_away(account)


def test_s05_and_it_comes_back_and_goes_again_without_a_word(account: Account) -> None:
    account.apply()
    throw_away(account)


def throw_away(account: Account) -> None:
    groups = account.log_groups()
    account.fill()
    before = account.snapshots()
    task = ObservedTask(account.client, cluster=DATABASE, service=f"{DATABASE}-airflow-worker-default")
    said = account.run("destroy", "local", "--yes")
    task.end()
    assert "ended 1 task that was protected" in said
    assert account.is_empty() and account.snapshots() == before
    assert account.client("secretsmanager").list_secrets(IncludePlannedDeletion=True)["SecretList"] == []
    account.write_logs_again(groups)
