"""Every command of every runbook is run in the situation that the runbook means, and does what it promises (P05).

A command without a situation fails, and so does a situation whose command is gone. The commands that need Terraform run
on the platform that the session applies, and leave it as it was.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest

from aws.quotas import QUOTAS
from tests.docs import database_situations, quota_situations, runbooks
from tests.docs.project_situations import IN_A_PROJECT
from tests.docs.release_situations import SITUATIONS
from tests.docs.runbook_command import RunbookCommand
from tests.docs.terraform_situations import ON_THE_PLATFORM
from tests.release.blue_green_service import BlueGreenTestService
from tests.release.shared_resources import SharedResources, tasks_run_until_stopped
from tests.support.embedded import embedded_aws
from tests.support.platform import begin

pytestmark = pytest.mark.slow

COMMANDS = runbooks.commands()
QUOTA_ROW = re.compile(r"^\| (.+) \| `(\w+)` \| ([\w-]+) \| (L-\w+) \|$", re.MULTILINE)
ELSEWHERE = {*ON_THE_PLATFORM, *IN_A_PROJECT}
"""Commands with another test than the first."""
assert database_situations  # its import registers situations


@pytest.fixture(scope="module")
def shared() -> Iterator[SharedResources]:
    with embedded_aws("runbooks") as endpoint_url, tasks_run_until_stopped():
        yield SharedResources.create(endpoint_url, name="runbooks")


@pytest.mark.parametrize("command", [one for one in COMMANDS if one not in ELSEWHERE])
def test_a_command_does_what_its_runbook_says(
    command: str,
    shared: SharedResources,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert command in SITUATIONS, f"{COMMANDS[command]}: no test runs {command!r}; add a situation for it here"
    runbook = RunbookCommand(
        command=command, web=BlueGreenTestService(shared), root=tmp_path, monkeypatch=monkeypatch, capfd=capfd
    )
    SITUATIONS[command](runbook)
    assert runbook.ran


@pytest.mark.platform
@pytest.mark.parametrize("command", [one for one in COMMANDS if one in ON_THE_PLATFORM])
def test_a_command_that_needs_terraform_does_so_too(command: str) -> None:
    ON_THE_PLATFORM[command](begin("layers").wait(), command)


def test_the_runbook_for_quotas_has_each_of_them() -> None:
    rows = {key: (service, code) for _, key, service, code in QUOTA_ROW.findall(quota_situations.PAGE)}
    assert rows == {key: (quota.service, quota.code) for key, quota in QUOTAS.items()}


def test_the_errors_of_quotas_are_those_of_aws() -> None:
    """Of the services whose models name their errors; EC2's does not."""
    session = botocore.session.get_session()
    models = {"elasticloadbalancing": "elbv2", "rds": "rds", "elasticache": "elasticache", "iam": "iam", "acm": "acm"}
    named = [
        (service, error)
        for says, _, service, _ in QUOTA_ROW.findall(quota_situations.PAGE)
        for error in re.findall(r"^`(\w+)`", says)
        if service in models
    ]
    assert len(named) > 7
    for service, error in named:
        errors = session.get_service_model(models[service]).error_shapes
        assert error in {shape.error_code for shape in errors}, service


def test_every_situation_is_one_of_a_runbook() -> None:
    assert not (set(SITUATIONS) | ELSEWHERE) - set(COMMANDS)
    assert not set(SITUATIONS) & ELSEWHERE
    assert not set(ON_THE_PLATFORM) & set(IN_A_PROJECT)
    assert len(COMMANDS) > 15


@pytest.mark.parametrize("page", runbooks.PAGES, ids=lambda page: page.stem)
def test_no_command_of_a_page_hides_from_these_tests(page: Path) -> None:
    assert {block.language for block in runbooks.blocks(page)} <= {"sh"}
    hidden = re.findall(r"`((?:\./windlass|terraform|curl|aws|make) [^`]*)`", runbooks.prose(page))
    assert not hidden, "commands belong in sh blocks, where a test runs them"
    used = {word for block in runbooks.blocks(page) for word in runbooks.placeholders(block.text)}
    assert used <= runbooks.documented_placeholders(), "docs/runbooks/README.md explains every word in capitals"


def test_the_first_page_leads_to_all_others() -> None:
    text = (runbooks.FOLDER / "README.md").read_text()
    assert set(re.findall(r"\]\(([a-z-]+\.md)\)", text)) == {page.name for page in runbooks.PAGES} - {"README.md"}
