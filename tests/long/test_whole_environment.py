"""A whole environment made, changed and destroyed by a person with the published policies and nothing else (I02).

The role `apply` has the same policies, with its own limits, and changes what it may.
"""

import json
from collections.abc import Iterator

import pytest

from scripts.docs.deployer_policy import ROLE as DEPLOYER
from tests.permissions import recording
from tests.permissions.deployer import make_deployer
from tests.permissions.empty_accounts import empty_account
from tests.permissions.pipeline import Pipeline, people, settings

pytestmark = pytest.mark.slow

LAYERS = ("network", "data", "service", "delivery")
CHANGES = {
    "WINDLASS_DATABASE__BACKUP_RETENTION_DAYS": "2",
    "WINDLASS_CACHE__SNAPSHOT_RETENTION_DAYS": "1",
    "WINDLASS_CLUSTER__LOGS_RETENTION_DAYS": "3",
    "WINDLASS_NETWORK__FLOW_LOGS_RETENTION_DAYS": "3",
    "WINDLASS_LOAD_BALANCER__ACCESS_LOGS_RETENTION_DAYS": "2",
    "WINDLASS_SERVICES__WEB__MAX_COUNT": "5",
}
"""Settings that change in their place."""
TAGS = {"WINDLASS_TAGS": json.dumps({"Owner": "platform"})}
"""Changes every resource, those too that only an administrator changes."""


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Pipeline]:
    """An account with a role that has the published policies; a call that they lack can be recorded, too."""
    write = bool(request.config.getoption("--record"))
    with empty_account(tmp_path_factory.mktemp("account") / "platform") as account, people(account):
        arns = make_deployer(account, may_do_anything=write)
        yield Pipeline(platform=account, variables=settings(arns))
        recording.compare("whole-environment", recording.allowed(account.endpoint_url), write=write)
        assert recording.denied(account.endpoint_url) == []


def test_a_person_makes_every_layer(pipeline: Pipeline) -> None:
    pipeline.run(DEPLOYER, "bootstrap", "local", "--yes")
    for layer in LAYERS:
        pipeline.run(DEPLOYER, "apply", "local", "--layer", layer, "--yes")


def test_the_role_that_applies_changes_what_a_person_made(pipeline: Pipeline) -> None:
    for layer in ("network", "data", "service"):
        pipeline.run("apply", "apply", "local", "--layer", layer, "--yes", variables=CHANGES)


def test_a_person_changes_settings_and_the_tags_of_everything(pipeline: Pipeline) -> None:
    pipeline.run(DEPLOYER, "apply", "local", "--yes", variables=TAGS)


def test_a_person_destroys_everything(pipeline: Pipeline) -> None:
    pipeline.run(DEPLOYER, "destroy", "local", "--yes", variables=TAGS)
    pipeline.run(DEPLOYER, "bootstrap", "local", "--destroy", "--yes")
