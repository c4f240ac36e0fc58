"""What SSM may do that a test on one machine never sees by itself."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from release import parameter
from release.errors import FailedError
from release.identity import author
from release.parameter import Parameter
from release.switch import SwitchRequest, switch
from tests.release.desk import Desk
from tests.release.platform import Platform


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "PutParameter")


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parameter, "_STALE_SECONDS", 0)


def test_two_writes_in_the_same_moment_are_tried_again(
    platform: Platform, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.ready("green")
    client, refusals = platform.client("ssm"), [refusal("TooManyUpdates")] * 3
    put = client.put_parameter

    def busy(**arguments: Any) -> Any:
        if refusals:
            raise refusals.pop()
        return put(**arguments)

    monkeypatch.setattr(client, "put_parameter", busy)
    switch(desk.context, SwitchRequest())
    assert (refusals, platform.value()) == ([], "green")


def test_an_answer_from_before_the_own_write_is_not_believed(
    platform: Platform, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    colour = desk.context.colour
    base = colour.read().effective
    pages, stale = platform.aws.pages, []

    def old_copy(service: str, operation: str, key: str, **arguments: Any) -> list[Any]:
        found = pages(service, operation, key, **arguments)
        if len(stale) < 3:
            stale.append(True)
            return found[:-1]
        return found

    colour.write("green:10", base=base, action="canary", author=desk.context.author)
    monkeypatch.setattr(platform.aws, "pages", old_copy)
    assert colour.read().effective.value == "green:10"
    assert len(stale) == 3


def test_a_role_that_may_not_label_switches_all_the_same(
    platform: Platform, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.ready("green")

    def refuse(**_: Any) -> None:
        raise refusal("AccessDeniedException")

    monkeypatch.setattr(platform.client("ssm"), "label_parameter_version", refuse)
    switch(desk.context, SwitchRequest())
    assert platform.weights() == {"blue": 0, "green": 100}


def test_a_parameter_that_is_not_there_is_told_so(platform: Platform) -> None:
    with pytest.raises(FailedError, match=r"There is no SSM parameter /shop/nothing; \./windlass apply makes it"):
        Parameter(platform.aws, "/shop/nothing").read()


def test_more_switches_than_ssm_keeps_versions(platform: Platform, desk: Desk) -> None:
    colour = desk.context.colour
    for number in range(105):
        base = colour.read().effective
        colour.write(f"green:{number % 90 + 1}", base=base, action="canary", author=desk.context.author)
    log = desk.context.settle()
    assert len(log.versions) == 100
    assert log.effective.value == platform.value() == "green:15"
    assert platform.weights() == {"blue": 85, "green": 15}


def test_the_history_names_user_host_and_what_aws_calls_them(platform: Platform) -> None:
    name = author(platform.aws).name
    assert "@" in name
    assert "(arn:aws:sts::" in name


def test_a_name_that_aws_does_not_tell_stops_nobody(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise refusal("AccessDenied")

    monkeypatch.setattr(platform.client("sts"), "get_caller_identity", refuse)
    assert author(platform.aws).name.count("@") == 1
