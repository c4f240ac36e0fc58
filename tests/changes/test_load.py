"""The load keeps each request that fails, and the words of a plan are those that say what it costs."""

import subprocess
from pathlib import Path

import botocore

from tests.changes.load import Load, web
from tests.changes.words import words_of
from tests.support.platform import free_port
from tests.support.waiting import wait_for

AUTHORITIES = Path(botocore.__file__).parent / "cacert.pem"


def test_requests_that_nobody_answers_have_failed_with_their_cause() -> None:
    with Load(port=free_port(), authority=AUTHORITIES, hosts=(web(),)) as load:
        wait_for("some requests", lambda: load.sent > 8)
    assert len(load.failures) == load.sent
    assert {each.host for each in load.failures} == {web().name}
    assert {each.request.split()[0] for each in load.failures} == {"GET", "POST"}
    assert all("ConnectionRefusedError" in each.cause for each in load.failures)


def test_words_of_a_plan_are_its_counts_and_sentences() -> None:
    output = (
        "network: 1 to add, 0 to change, 0 to destroy\n  + aws_b.new\n"
        "network, second round: 1 to destroy\n  - aws_a.gone\n"
    )
    plan = subprocess.CompletedProcess([], 0, stdout=output, stderr="service: web is interrupted.\n\n")
    assert words_of(plan) == [
        "network: 1 to add, 0 to change, 0 to destroy",
        "network, second round: 1 to destroy",
        "service: web is interrupted.",
    ]
