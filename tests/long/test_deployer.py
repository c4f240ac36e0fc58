"""An account from nothing to a whole platform and back, by roles that have the published policies and nothing else."""

import json
from collections.abc import Iterator

import pytest

from tests.permissions import recording
from tests.permissions.pipeline import ACCOUNT, PREFIX, Pipeline, document, people, settings
from tests.platform.queries import client
from tests.support.platform import ROOT, Platform, begin

pytestmark = [pytest.mark.platform, pytest.mark.slow]

POLICIES = ROOT / "docs" / "generated" / "deployer-policy.json"
DEPLOYER = "deployer"


@pytest.fixture(scope="module")
def account() -> Platform:
    """An embedded AWS with nothing in it."""
    return begin("empty").wait()


@pytest.fixture(scope="module")
def pipeline(account: Platform) -> Iterator[Pipeline]:
    """A role with the published policies, which the role `apply` will have too."""
    iam, arns = client(account, "iam"), {}
    for name, policy in json.loads(POLICIES.read_text()).items():
        arn = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(policy))["Policy"]["Arn"]
        arns[name.rpartition("-")[2]] = arn
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=f"{PREFIX}-{DEPLOYER}", AssumeRolePolicyDocument=document(trust))
    for arn in arns.values():
        iam.attach_role_policy(RoleName=f"{PREFIX}-{DEPLOYER}", PolicyArn=arn)
    with people(account):
        yield Pipeline(platform=account, variables=settings({f"part-{key}": arn for key, arn in arns.items()}))


def test_a_person_makes_the_state_the_network_and_the_roles_of_pipelines(pipeline: Pipeline) -> None:
    pipeline.run(DEPLOYER, "bootstrap", "local", "--yes")
    for layer in ("network", "delivery"):
        pipeline.run(DEPLOYER, "apply", "local", "--layer", layer, "--yes")


def test_the_role_that_applies_makes_everything_else(pipeline: Pipeline) -> None:
    for layer in ("network", "data", "service"):
        pipeline.run("apply", "apply", "local", "--layer", layer, "--yes")
    assert "nothing to change" in pipeline.run("apply", "plan", "local", "--layer", "service")


def test_it_changes_what_it_made(pipeline: Pipeline) -> None:
    pipeline.run("apply", "apply", "local", "--yes", variables=CHANGES)


def test_a_person_destroys_everything(pipeline: Pipeline) -> None:
    pipeline.run(DEPLOYER, "destroy", "local", "--yes")
    pipeline.run(DEPLOYER, "bootstrap", "local", "--destroy", "--yes")


def test_nothing_was_denied(account: Platform) -> None:
    assert recording.denied(account.endpoint_url) == []


CHANGES = {
    "WINDLASS_DATABASE__BACKUP_RETENTION_DAYS": "2",
    "WINDLASS_CACHE__SNAPSHOT_RETENTION_DAYS": "1",
    "WINDLASS_CLUSTER__LOGS_RETENTION_DAYS": "3",
    "WINDLASS_NETWORK__FLOW_LOGS_RETENTION_DAYS": "3",
    "WINDLASS_LOAD_BALANCER__ACCESS_LOGS_RETENTION_DAYS": "2",
    "WINDLASS_SERVICES__WEB__MAX_COUNT": "5",
    "WINDLASS_TAGS": json.dumps({"Owner": "platform"}),
}
"""Changes that keep everything in its place: tags of all resources, and settings of those that have them."""
