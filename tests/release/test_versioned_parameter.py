"""What SSM may do that a test on one machine never sees unaided."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from release import versioned_parameter
from release.errors import FailedError
from release.identity import author
from release.switch_request import SwitchRequest
from release.versioned_parameter import VersionedParameter
from tests.release.blue_green_service import BlueGreenTestService
from tests.release.operator import Operator


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "PutParameter")


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versioned_parameter, "_STALE_SECONDS", 0)


def test_two_writes_in_the_same_moment_are_tried_again(
    web: BlueGreenTestService, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.ready("green")
    client, refusals = web.client("ssm"), [refusal("TooManyUpdates")] * 3
    put = client.put_parameter

    def busy(**arguments: Any) -> Any:
        if refusals:
            raise refusals.pop()
        return put(**arguments)

    monkeypatch.setattr(client, "put_parameter", busy)
    operator.service.switch(SwitchRequest())
    assert (refusals, web.value()) == ([], "green")


def test_an_answer_from_before_the_own_write_is_not_believed(
    web: BlueGreenTestService, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    colour = operator.service.live_colour
    base = colour.read().effective
    pages, stale = web.aws.pages, []

    def old_copy(service: str, operation: str, key: str, **arguments: Any) -> list[Any]:
        items = pages(service, operation, key, **arguments)
        if len(stale) < 3:
            stale.append(True)
            return items[:-1]
        return items

    colour.write("green:10", base=base, action="canary", author=operator.author)
    monkeypatch.setattr(web.aws, "pages", old_copy)
    assert colour.read().effective.value == "green:10"
    assert len(stale) == 3


def test_a_role_that_may_not_label_switches_all_the_same(
    web: BlueGreenTestService, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.ready("green")

    def refuse(**_: Any) -> None:
        raise refusal("AccessDeniedException")

    monkeypatch.setattr(web.client("ssm"), "label_parameter_version", refuse)
    operator.service.switch(SwitchRequest())
    assert web.weights() == {"blue": 0, "green": 100}


def test_a_parameter_that_does_not_exist_is_reported(web: BlueGreenTestService) -> None:
    with pytest.raises(FailedError, match=r"There is no SSM parameter /shop/nothing; \./windlass apply creates it"):
        VersionedParameter(web.aws, "/shop/nothing").read()


@pytest.mark.slow
def test_more_switches_than_ssm_keeps_versions(web: BlueGreenTestService, operator: Operator) -> None:
    colour = operator.service.live_colour
    for number in range(105):
        base = colour.read().effective
        colour.write(f"green:{number % 90 + 1}", base=base, action="canary", author=operator.author)
    history = operator.service.reconcile()
    assert len(history.versions) == 100
    assert history.effective.value == web.value() == "green:15"
    assert web.weights() == {"blue": 85, "green": 15}


def test_the_history_names_user_host_and_what_aws_calls_them(web: BlueGreenTestService) -> None:
    name = author(web.aws).name
    assert "@" in name
    assert "(arn:aws:sts::" in name


def test_a_name_that_aws_does_not_report_stops_no_command(
    web: BlueGreenTestService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise refusal("AccessDenied")

    monkeypatch.setattr(web.client("sts"), "get_caller_identity", refuse)
    assert author(web.aws).name.count("@") == 1
