"""States are read directly: without a synth, without a provider and, in S3 and in files, without Terraform."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from cli.aws import boto_session
from cli.errors import CommandError
from cli.project import Project
from cli.running.stacks import Stacks
from cli.running.state_store import S3StateStore
from cli.session import Session, open_readonly
from config import Environment, load
from config.state import LocalState, S3State, State, TerraformCloudState
from tests.cli.fake_project import FakeProject, environment, state_key
from tests.cli.fake_terraform import PATH_WITHOUT_TERRAFORM, FakeTerraform
from tests.support.documents import ENVIRONMENTS, ROOT, documents
from tests.support.embedded import embedded_aws

REGION = "eu-west-1"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
STATE = {"serial": 3, "lineage": "one", "outputs": {"url": {"value": "http://x", "type": "string"}}}


@pytest.fixture(scope="module")
def endpoint_url() -> Iterator[str]:
    with embedded_aws("states") as url:
        yield url


def store(endpoint_url: str | None, bucket: str) -> S3StateStore:
    return S3StateStore(
        bucket=bucket,
        key="bootstrap/terraform.tfstate",
        region=REGION,
        table="locks",
        account_id="123456789012",
        endpoint_url=endpoint_url,
        variables=KEYS,
    )


@pytest.fixture(scope="module")
def filled(endpoint_url: str) -> S3StateStore:
    s3 = boto_session(REGION, KEYS).client("s3", endpoint_url=endpoint_url)
    s3.create_bucket(Bucket="states", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="states", Key=state_key("dev", "service"), Body=json.dumps(STATE).encode())
    return store(endpoint_url, "states")


@dataclass(frozen=True, kw_only=True)
class OneStore(Stacks):
    """The states of every environment are in one store."""

    store: S3StateStore | None

    def state_store(self, environment: Environment) -> S3StateStore | None:
        return self.store


@dataclass(frozen=True, kw_only=True)
class ProjectWithStore(Project):
    """A project without anything that could synthesise."""

    store: S3StateStore | None

    @cached_property
    def stacks(self) -> Stacks:
        return OneStore(
            workspace=self.workspace, synthesis=self.synthesis, variables=self.local.variables, store=self.store
        )


def session(store: S3StateStore | None, root: Path = Path("/nowhere"), state: State | None = None) -> Session:
    """On an environment with this state."""
    dev = environment("dev", state=state or S3State(backend="s3", bucket="states"))
    return Session(project=ProjectWithStore(root=root, store=store), environment=dev)


def test_a_state_in_s3_is_read_from_there(filled: S3StateStore) -> None:
    assert session(filled).state("service") == STATE
    assert session(filled).outputs("service") == STATE["outputs"]


def test_what_was_never_applied_has_an_empty_state(filled: S3StateStore) -> None:
    assert session(filled).state("network") == {}
    assert session(filled).outputs("network") == {}


def test_where_there_is_no_bucket_the_bootstrap_is_named(endpoint_url: str) -> None:
    with pytest.raises(
        CommandError, match=r"no bucket missing-one, so no state windlass/dev/data/terraform\.tfstate"
    ) as refused:
        session(store(endpoint_url, "missing-one")).state("data")
    assert "./windlass bootstrap ENV creates it" in str(refused.value)


def test_where_nothing_answers_that_is_said() -> None:
    said = (
        r"The state of data \(s3://states/windlass/dev/data/terraform\.tfstate\) cannot be read: AWS cannot be reached"
    )
    with pytest.raises(CommandError, match=said):
        session(store("http://127.0.0.1:9", "states")).state("data")


def test_an_invalid_state_is_named(filled: S3StateStore) -> None:
    filled._client("s3").put_object(Bucket="states", Key=state_key("dev", "data"), Body=b"<html>")
    with pytest.raises(
        CommandError, match=r"s3://states/windlass/dev/data/terraform\.tfstate\) cannot be read: Expecting value"
    ):
        session(filled).state("data")


def test_a_state_in_a_file_is_read_from_there(tmp_path: Path) -> None:
    opened = session(None, tmp_path, LocalState(backend="local", path="state"))
    assert opened.state("service") == {}
    file = tmp_path / "state" / state_key("dev", "service")
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(STATE))
    assert opened.state("service") == STATE
    file.write_text("{")
    with pytest.raises(CommandError, match=r"terraform\.tfstate is not a readable state"):
        opened.state("service")


@pytest.mark.parametrize("reason", ["terraform-cloud", "workspace"])
def test_terraform_is_asked_where_only_terraform_knows(
    project: FakeProject, terraform: FakeTerraform, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    if reason == "workspace":
        monkeypatch.setenv("TF_WORKSPACE", "mine")
    else:
        cloud = TerraformCloudState(backend="terraform-cloud", organization="acme")
        project = replace(project, known={"dev": environment("dev", state=cloud)})
    terraform.follow({"when": ["state", "pull"], "lines": [STATE]})
    assert open_readonly(project, "dev").state("service") == STATE


def test_reading_needs_neither_terraform_nor_a_synth(
    windlass: Any, project: FakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TERRAFORM", raising=False)
    monkeypatch.setenv("PATH", PATH_WITHOUT_TERRAFORM)
    project.states[state_key("dev", "service")] = STATE
    assert json.loads(windlass("output", "dev", "--layer", "service", "--json").out) == {"service": {"url": "http://x"}}
    assert windlass("status", "dev").code == 0
    assert not (project.workspace.root / "cdktf.out").exists()


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_it_is_where_terraform_writes_it(name: str) -> None:
    opened = load(name, ROOT)
    store = Project(root=ROOT).stacks.state_store(opened)
    for layer, document in documents(name).items():
        if store is None:
            assert set(document["terraform"]) & {"cloud", "backend"} == {"cloud"}
            continue
        backend = document["terraform"]["backend"]["s3"]
        assert (backend["bucket"], backend["key"]) == (store.bucket, opened.state_key(layer))
        assert (backend["region"], backend["dynamodb_table"]) == (store.region, store.table)
