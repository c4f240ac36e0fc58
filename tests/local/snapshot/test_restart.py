"""A killed or stopped embedded AWS comes back with everything that was saved, and with nothing else."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.embedded import EmbeddedAws
from tests.local.snapshot.everyday_account import Client, clients, fill, view
from tests.support.platform import free_port

pytestmark = pytest.mark.slow
LOCK = {"LockID": {"S": "states/network"}, "Info": {"S": '{"ID": "1"}'}}


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[EmbeddedAws]:
    embedded = EmbeddedAws(endpoint_url=f"http://127.0.0.1:{free_port()}", folder=tmp_path / "aws")
    embedded.start()
    yield embedded
    embedded.stop()


@pytest.fixture
def client(aws: EmbeddedAws) -> Client:
    return clients(aws.endpoint_url)


def kill(aws: EmbeddedAws) -> None:
    pid = aws.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def locks_table(client: Client) -> None:
    client("dynamodb").create_table(
        TableName="locks",
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def parameters(client: Client) -> set[str]:
    return {each["Name"] for each in client("ssm").describe_parameters()["Parameters"]}


def put(client: Client, name: str) -> None:
    client("ssm").put_parameter(Name=name, Value="1", Type="String")


def test_everything_that_was_saved_is_back_after_a_kill_and_can_be_changed(aws: EmbeddedAws, client: Client) -> None:
    fill(client)
    before = view(client)
    assert aws.save().problem == ""
    kill(aws)
    aws.start()
    after = view(client)
    for name, answer in before.items():
        assert after[name] == answer, name
    assert after.keys() == before.keys()

    client("ecs").update_service(cluster="main", service="blue", desiredCount=3)
    client("s3").put_object(Bucket="states", Key="a+b/state", Body=b"three")
    client("kms").encrypt(KeyId="alias/state", Plaintext=b"x")
    client("ssm").put_parameter(Name="/web/new", Value="1", Type="String")
    client("iam").detach_role_policy(RoleName="task", PolicyArn="arn:aws:iam::123456789012:policy/own")
    vpc = client("ec2").describe_vpcs()["Vpcs"][-1]["VpcId"]
    client("ec2").create_subnet(VpcId=vpc, CidrBlock="10.3.7.0/24")


def test_what_was_changed_is_saved_without_being_asked_and_a_stop_saves_too(aws: EmbeddedAws, client: Client) -> None:
    put(client, "quiet")
    deadline = time.monotonic() + 5
    while aws.saved.header() is None:
        assert time.monotonic() < deadline, "saved after at most 5 s of quiet"
        time.sleep(0.1)
    kill(aws)
    aws.start()
    assert parameters(client) == {"quiet"}
    put(client, "stop")
    aws.stop()
    aws.start()
    assert parameters(client) == {"quiet", "stop"}


def test_an_apply_is_saved_when_it_is_complete_and_otherwise_not_at_all(aws: EmbeddedAws, client: Client) -> None:
    locks_table(client)
    put(client, "before")
    client("dynamodb").put_item(TableName="locks", Item=LOCK)
    put(client, "during")
    assert aws.locks() == ("states/network",)
    assert aws.save().problem == "Terraform is working on states/network"
    kill(aws)
    aws.start()
    assert parameters(client) == {"before"}, "what was there when the lock was taken"
    assert aws.locks() == ()

    client("dynamodb").put_item(TableName="locks", Item=LOCK)
    put(client, "during")
    client("dynamodb").delete_item(TableName="locks", Key={"LockID": LOCK["LockID"]})
    # The request that releases the lock is answered when everything is on the disk.
    kill(aws)
    aws.start()
    assert parameters(client) == {"before", "during"}


def test_a_lock_that_was_released_in_a_bucket_with_versions_is_none(aws: EmbeddedAws, client: Client) -> None:
    """With `use_lockfile`, in the bucket of states: what was deleted there stays as a version."""
    s3 = client("s3")
    s3.create_bucket(Bucket="states", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket="states", VersioningConfiguration={"Status": "Enabled"})
    for held in ("first", "second"):
        s3.put_object(Bucket="states", Key="network.tfstate.tflock", Body=held.encode())
        put(client, held)
        assert aws.locks() == ("states/network.tfstate",)
        s3.delete_object(Bucket="states", Key="network.tfstate.tflock")
        assert aws.locks() == ()
        kill(aws)
        aws.start()
    assert parameters(client) == {"first", "second"}


def test_a_restart_says_what_it_could_not_save(
    aws: EmbeddedAws, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    locks_table(client)
    client("dynamodb").put_item(TableName="locks", Item=LOCK)
    put(client, "during")
    lines: list[str] = []
    monkeypatch.setattr("local.embedded.code_fingerprint", lambda: "newer")
    aws.start(report=lines.append)
    assert lines == [
        "The embedded AWS restarts, because its code in local/ has changed; what was done last is not saved: "
        "Terraform is working on states/network."
    ]


def test_it_returns_to_what_was_saved(aws: EmbeddedAws, client: Client) -> None:
    locks_table(client)
    put(client, "before")
    client("dynamodb").put_item(TableName="locks", Item=LOCK)
    put(client, "during")
    restored = aws.restore()
    assert (restored.problem, restored.locks) == ("", ())
    assert parameters(client) == {"before"}


def test_a_snapshot_that_cannot_be_loaded_is_set_aside_and_named(aws: EmbeddedAws, client: Client) -> None:
    put(client, "before")
    aws.save()
    aws.stop()
    account = aws.saved.folder / "account"
    account.write_bytes(account.read_bytes()[:-100])
    aws.start()
    assert parameters(client) == set()
    (aside,) = aws.saved.folder.parent.glob("saved-set-aside-*")
    assert (aside / "account").is_file()
    assert str(aside) in aws.status().save_problem
    assert "bytes instead of" in aws.status().save_problem


def test_older_code_is_noticed_and_loses_nothing(
    aws: EmbeddedAws, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(client, "before")
    first = aws.status().pid
    aws.start()
    assert aws.status().pid == first
    lines: list[str] = []
    monkeypatch.setattr("local.embedded.code_fingerprint", lambda: "newer")
    aws.start(report=lines.append)
    assert lines == ["The embedded AWS restarts, because its code in local/ has changed; what is in it is saved."]
    assert aws.status().pid != first
    assert parameters(client) == {"before"}
