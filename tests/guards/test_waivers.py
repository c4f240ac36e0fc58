"""An environment accepts a finding by guard and address, with a reason; a waiver that matches nothing is an error."""

import copy
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

import guards
from cli.app import main
from cli.project import Project
from config import ConfigurationError, load
from guards import Verdict, Waiver
from tests.guards.mistakes import edit
from tests.support.documents import ROOT, Documents, documents, intent

ADDRESS = "service: aws_ecs_service.web_blue_service"
WAIVER = Waiver(guard="scaling_is_not_undone", address=ADDRESS, reason="a trial of a day")


def wrong() -> Documents:
    changed = copy.deepcopy(documents("prod"))
    edit("service", "aws_ecs_service", "blue", lifecycle={})(changed)
    return changed


def verdict(waiver: Waiver, judged: Documents) -> Verdict:
    return guards.check("prod", judged, replace(intent("prod"), waivers=(waiver,)))


def test_a_waived_finding_is_reported_with_its_reason_and_stops_nothing() -> None:
    (waived,) = verdict(WAIVER, wrong()).waived
    assert waived.violation.address == ADDRESS
    assert "a trial of a day" in str(waived)


@pytest.mark.parametrize(
    ("waiver", "message"),
    [
        (replace(WAIVER, address="service: aws_ecs_service.web_green_service"), "matches no finding of that guard"),
        (replace(WAIVER, guard="platforms_are_explicit"), "matches no finding of that guard"),
        (replace(WAIVER, guard="scaling_is_not_undon"), "did you mean scaling_is_not_undone?"),
    ],
)
def test_a_waiver_of_something_else_excuses_nothing_and_is_an_error_itself(waiver: Waiver, message: str) -> None:
    with pytest.raises(guards.GuardError) as caught:
        verdict(waiver, wrong())
    assert {violation.guard for violation in caught.value.violations} == {WAIVER.guard, "waivers_match_findings"}
    assert message in str(caught.value)
    assert "environments/prod.toml, waivers[0]" in str(caught.value)


def test_a_waiver_whose_finding_is_gone_is_an_error() -> None:
    with pytest.raises(guards.GuardError, match="matches no finding"):
        verdict(WAIVER, documents("prod"))


def project_with(tmp_path: Path, waivers: str) -> Project:
    copytree(ROOT / "environments", tmp_path / "environments")
    with (tmp_path / "environments" / "dev.toml").open("a") as file:
        file.write(waivers)
    return Project(root=tmp_path)


def toml(**values: str) -> str:
    return "\n[[waivers]]\n" + "".join(f"{key} = {value!r}\n" for key, value in values.items())


def test_a_file_says_what_it_waives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = project_with(tmp_path, toml(guard="rules_are_described", address="a: b.c", reason="nobody knows now"))
    assert load("dev", tmp_path).waivers[0].reason == "nobody knows now"
    assert main(["check", "dev"], project) == 2
    assert 'the waiver of rules_are_described for "a: b.c" matches no finding' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"guard": "rules_are_described", "address": "a: b.c"}, "waivers.0.reason"),
        ({"guard": "rules_are_described", "address": "a: b.c", "reason": "because"}, "waivers.0.reason"),
        ({"guard": "Rules?", "address": "a: b.c", "reason": "a good reason"}, "waivers.0.guard"),
    ],
)
def test_a_waiver_without_a_reason_or_a_name_is_refused(tmp_path: Path, values: dict[str, str], key: str) -> None:
    project_with(tmp_path, toml(**values))
    with pytest.raises(ConfigurationError) as caught:
        load("dev", tmp_path)
    assert [problem.key for problem in caught.value.problems] == [key]


def test_check_prints_what_is_waived_and_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("layers.synthesis.terraform_json", lambda _: wrong())
    monkeypatch.setattr("layers.guard_intent.intent_of", lambda _: replace(intent("prod"), waivers=(WAIVER,)))
    assert main(["check", "prod"]) == 0
    printed = capsys.readouterr().out
    assert ADDRESS in printed
    assert "a trial of a day" in printed
