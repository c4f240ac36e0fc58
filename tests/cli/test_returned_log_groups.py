"""A log group that a service of AWS has made again is imported by the next plan, and stops no apply (S05)."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from cli.running.stack import IMPORTS_FILE
from release.aws import Aws
from tests.cli.fake_project import stack_document, state_key
from tests.cli.test_apply import APPLIED, PLANNED
from tests.support.embedded import embedded_aws

pytestmark = pytest.mark.slow

INSIGHTS, TASKS, PROXY = "/aws/ecs/containerinsights/shop-dev/performance", "/shop/dev/web", "/aws/rds/proxy/shop-dev"
GROUPS = {"cluster_insights": {"name": INSIGHTS}, "web_logs": {"name": TASKS}, "proxy_log": {"name": PROXY}}
IMPORT = {"to": "aws_cloudwatch_log_group.cluster_insights", "id": INSIGHTS}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """An account with a group that is wanted, and one with a longer name."""
    session = boto3.session.Session("testing", "testing", region_name="eu-west-1")
    with embedded_aws("returned-log-groups") as url:
        account = Aws(session, endpoint_url=url)
        monkeypatch.setattr("cli.returned_log_groups.aws_of", lambda _session: account)
        for name in (INSIGHTS, TASKS, f"{PROXY}-2"):
            account.client("logs").create_log_group(logGroupName=name)
        yield account


@pytest.fixture
def imports(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What each plan imports, None where it does nothing of the kind."""
    from cli.running.stack import Stack

    held, stream, plain = [], Stack._stream, stack_document
    monkeypatch.setattr(
        "tests.cli.fake_project.stack_document",
        lambda layer: {**plain(layer), "resource": {"aws_cloudwatch_log_group": GROUPS}},
    )

    def look(stack: Stack, command: str, *arguments: Any, **options: Any) -> Any:
        file = stack.folder / IMPORTS_FILE
        if command == "plan":
            held.append(json.loads(file.read_text())["import"] if file.exists() else None)
        return stream(stack, command, *arguments, **options)

    monkeypatch.setattr(Stack, "_stream", look)
    return held


def test_s05_what_aws_has_made_again_is_imported_where_the_state_has_it_not(
    windlass, terraform, aws, imports, project
) -> None:
    terraform.follow(PLANNED, APPLIED)
    assert windlass("apply", "dev", "--layer", "service", "--yes").code == 0
    assert windlass("plan", "dev", "--layer", "service").code == 0
    assert imports == [[IMPORT], [IMPORT]]
    assert windlass("destroy", "dev", "--layer", "service", "--yes").code == 0
    held = {"mode": "managed", "type": "aws_cloudwatch_log_group", "name": "cluster_insights"}
    applied = {**held, "instances": [{"attributes": {"name": INSIGHTS}}]}
    project.states[state_key("dev", "service")] = {"resources": [applied]}
    assert windlass("apply", "dev", "--layer", "service", "--yes").code == 0
    assert imports[2:] == [None], "nothing is destroyed without a state, and what the state has is not imported"
