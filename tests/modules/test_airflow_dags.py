"""Four ways for DAGs to arrive (A13, A14), and the two slots of a rotation."""

import dataclasses
import subprocess
from pathlib import Path

import pytest

from aws.quotas import CONTAINERS_PER_TASK_DEFINITION
from modules.airflow import (
    COMPONENTS,
    FromBucket,
    FromGit,
    GitRepository,
    InImage,
    OnFileSystem,
    current_slot,
    slot_rotation,
)
from modules.airflow.dags import Delivery
from modules.containers import Container, MountPoint
from tests.modules.airflow_deployment import GIT_SYNC, container, secret, task
from tests.support.host_keys import ED25519

HOST_KEY = f"git.acme.example {ED25519}"
SSH = GitRepository(
    url="git@git.acme.example:data/dags.git", credentials="ssh", secret=secret("git"), known_hosts=(HOST_KEY,)
)
TOKEN = GitRepository(
    url="https://git.acme.example/other.git", ref="v2", credentials="token", secret=secret("token"), username="deploy"
)


def helper(delivery: FromGit, name: str) -> Container:
    return next(each for each in delivery.helpers() if each.name == name)


def from_git(**repositories: GitRepository) -> FromGit:
    return FromGit(image=GIT_SYNC, repositories=repositories, period_seconds=30)


def test_git_sync_fetches_once_before_airflow_starts_and_then_keeps_fetching() -> None:
    delivery = from_git(dags=GitRepository(url="https://github.com/acme/dags.git"))
    first, side = delivery.helpers()
    common = [
        "--repo=https://github.com/acme/dags.git",
        "--ref=main",
        "--root=/opt/airflow/dags/dags",
        "--link=current",
        "--depth=1",
    ]
    assert first.command == [*common, "--one-time"]
    assert side.command == [*common, "--period=30s", "--max-failures=-1", "--stale-worktree-timeout=1h"]
    assert [(each.container, each.condition) for each in side.depends_on] == [("git-sync-init-dags", "SUCCESS")]
    assert [(each.container, each.condition) for each in delivery.dependencies] == [("git-sync-init-dags", "SUCCESS")]


def test_as_many_repositories_as_the_rule_allows_fit_into_every_task() -> None:
    three = {name: GitRepository(url=f"https://github.com/acme/{name}.git") for name in ("one", "two", "three")}
    two = from_git(one=three["one"], two=three["two"])
    assert {component: len(task(component, dags=two).containers) for component in COMPONENTS} == {
        "api-server": 3,
        "scheduler": 5,
        "dag-processor": 8,
        "triggerer": 8,
        "worker": 9,
    }
    without_metrics = task("worker", dags=from_git(**three), metrics=False)
    assert len(without_metrics.containers) == CONTAINERS_PER_TASK_DEFINITION


def test_who_reads_dags_has_them_and_who_does_not_has_not() -> None:
    mount = MountPoint(volume="dags", container_path="/opt/airflow/dags", read_only=True)
    for component in COMPONENTS:
        reads = component in ("dag-processor", "triggerer", "worker")
        assert (mount in container(component, component).mount_points) == reads
        assert ("dags" in task(component).volumes) == reads


def test_several_repositories_lie_side_by_side_each_a_bundle() -> None:
    delivery = from_git(dags=SSH, other=TOKEN)
    assert [(bundle["name"], bundle["kwargs"]["path"]) for bundle in delivery.bundles] == [
        ("dags", "/opt/airflow/dags/dags/current"),
        ("other", "/opt/airflow/dags/other/current"),
    ]
    names = [each.name for each in task("worker", dags=delivery).containers]
    assert names[3:7] == ["git-sync-init-dags", "git-sync-dags", "git-sync-init-other", "git-sync-other"]


def test_a_token_is_the_password_of_its_user_name() -> None:
    result = helper(from_git(other=TOKEN), "git-sync-other")
    assert result.secrets == {"GITSYNC_PASSWORD": secret("token")}
    assert "--username=deploy" in result.command
    assert "--ref=v2" in result.command


def test_an_ssh_key_becomes_a_file_that_only_its_owner_reads_and_the_host_must_be_known(tmp_path: Path) -> None:
    """The container's own command, with a program in git-sync's place that shows what it was given."""
    result = helper(from_git(dags=SSH), "git-sync-dags")
    assert result.secrets == {"GIT_SSH_KEY": secret("git")}
    program, name, *arguments = result.command
    key, hosts = tmp_path / "key", tmp_path / "hosts"
    run = subprocess.run(
        [*result.entry_point, program.replace("/git-sync", "echo"), name, *arguments],
        env={
            "GIT_SSH_KEY": "-----BEGIN\nkey\n-----END",
            "GIT_KNOWN_HOSTS": result.environment["GIT_KNOWN_HOSTS"],
            "GITSYNC_SSH_KEY_FILE": str(key),
            "GITSYNC_SSH_KNOWN_HOSTS_FILE": str(hosts),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == arguments
    assert key.read_text() == "-----BEGIN\nkey\n-----END\n"
    assert key.stat().st_mode & 0o777 == 0o600
    assert hosts.read_text() == HOST_KEY + "\n"


def test_two_repositories_do_not_share_a_key_file() -> None:
    both = from_git(one=SSH, two=dataclasses.replace(SSH, secret=secret("two"))).helpers()
    files = [each.environment["GITSYNC_SSH_KEY_FILE"] for each in both]
    assert len(set(files)) == len(files) == 4


def test_credentials_that_are_half_there_are_refused() -> None:
    with pytest.raises(ValueError, match='"ssh" or "token"'):
        GitRepository(url="https://git.acme.example/dags.git", credentials="token")
    with pytest.raises(ValueError, match='"ssh" or "token"'):
        GitRepository(url="https://git.acme.example/dags.git", secret=secret("git"))
    with pytest.raises(ValueError, match="public keys"):
        GitRepository(url="git@git.acme.example:dags.git", credentials="ssh", secret=secret("git"))


@pytest.mark.parametrize(
    "delivery",
    [FromBucket(bucket="acme-dags", prefix="prod"), OnFileSystem(), InImage(folder="/home/dags")],
    ids=lambda delivery: type(delivery).__name__,
)
def test_without_git_there_is_no_helper(delivery: Delivery) -> None:
    assert delivery.helpers() == []
    assert [each.name for each in task("dag-processor", dags=delivery).containers] == [
        "dag-processor",
        "root-certificates",
        "wait",
        "statsd",
    ]
    assert "PYTHONPATH" not in container("triggerer", "triggerer", dags=delivery).environment


def test_a_bucket_is_a_bundle_of_airflows_own() -> None:
    (bundle,) = FromBucket(bucket="acme-dags", prefix="prod").bundles
    assert bundle["classpath"] == "airflow.providers.amazon.aws.bundles.s3.S3DagBundle"
    assert bundle["kwargs"] == {"aws_conn_id": "aws_default", "bucket_name": "acme-dags", "prefix": "prod"}


def test_a_file_system_is_mounted_read_only_and_created_by_the_layer() -> None:
    result = container("worker", "worker", dags=OnFileSystem())
    assert result.mount_points[0] == MountPoint(volume="dags", container_path="/opt/airflow/dags", read_only=True)
    assert "dags" not in task("worker", dags=OnFileSystem()).volumes


def test_dags_in_the_image_are_read_where_they_are() -> None:
    result = container("dag-processor", "dag-processor", dags=InImage(folder="/home/dags")).environment
    assert result["AIRFLOW__CORE__DAGS_FOLDER"] == "/home/dags"
    assert "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST" not in result


def test_a_rotation_makes_a_new_value_for_the_slot_that_is_not_in_use() -> None:
    for version in range(1, 20):
        before = {slot: slot_rotation(slot, version) for slot in ("a", "b")}
        after = {slot: slot_rotation(slot, version + 1) for slot in ("a", "b")}
        changed = {slot for slot in before if after[slot] != before[slot]}
        assert changed == {current_slot(version + 1)}
        assert current_slot(version) != current_slot(version + 1)
        assert all(number >= 1 for number in before.values())
