"""`check` and `cost` end with notices, and show what an environment needs of the account's quotas."""

import json
from datetime import date

import pytest

from cli.app import main as windlass


@pytest.fixture(autouse=True)
def _on_a_day_without_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.notices.today", lambda: date(2026, 12, 1))


def test_a_notice_is_printed_last_and_leaves_0(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WINDLASS_DATABASE__INSTANCE_CLASS", "db.m10g.large")
    assert windlass(["check", "prod", "--quiet"]) == 0
    printed = capsys.readouterr().err.rstrip()
    assert printed.startswith("Notices:")
    assert printed.splitlines()[-2].strip() == 'database.instance_class = "db.m10g.large"'


def test_a_version_near_its_end_is_a_notice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WINDLASS_DATABASE__ENGINE_VERSION", "14")
    assert windlass(["check", "prod", "--quiet"]) == 0
    assert "ends in 89 days, on 2027-02-28" in capsys.readouterr().err


def test_notices_and_quotas_are_in_the_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WINDLASS_DATABASE__INSTANCE_CLASS", "db.m10g.large")
    assert windlass(["check", "prod", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["valid"] is True
    (notice,) = result["notices"]
    assert notice["file"] == "environments/prod.toml"
    assert notice["key"] == "database.instance_class"
    (vcpus,) = [each for each in result["quotas"] if each["quota"] == "fargate_vcpus"]
    assert (vcpus["default"], vcpus["has"], vcpus["code"]) == (6, 40, "L-3032A538")
    assert (vcpus["at_rest"], vcpus["deploying"], vcpus["must_be_raised"]) == (17.5, 33.5, True)


def test_check_shows_what_needs_much_and_what_must_be_raised(capsys: pytest.CaptureFixture[str]) -> None:
    assert windlass(["check", "prod"]) == 0
    printed = capsys.readouterr()
    valid, _, *lines = printed.out.splitlines()
    assert "prod: the configuration is valid" in valid
    quotas = [line.split("  ")[0] for line in lines]
    assert quotas == [
        "Fargate On-Demand vCPU resource count",
        "Fargate Spot vCPU resource count",
        "EC2-VPC Elastic IPs",
    ]
    assert "L-3032A538) in Service Quotas raised to 34 or more; [quotas] says 40." in printed.err


def test_cost_shows_every_quota(capsys: pytest.CaptureFixture[str]) -> None:
    assert windlass(["cost", "prod"]) == 0
    printed = capsys.readouterr().out
    for name in ("Roles per account", "Rules per Application Load Balancer", "NAT gateways per Availability Zone"):
        assert f"\n{name} " in printed
    assert windlass(["cost", "prod", "--compare", "dev", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert {each["quota"] for each in result["dev"]["quotas"]} >= {"iam_roles", "fargate_spot_vcpus", "elastic_ips"}


def test_an_emulated_aws_has_no_quotas(capsys: pytest.CaptureFixture[str]) -> None:
    assert windlass(["check", "local"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "local: the configuration is valid" in line


def test_production_without_alarms_is_refused_or_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WINDLASS_ALARMS__EMAILS", "{}")
    assert windlass(["check", "prod"]) == 2
    refused = capsys.readouterr().err
    assert "nobody is subscribed to it, so no alarm reaches a person" in refused
    assert "environments/prod.toml, alarms.emails" in refused
    waiver = {
        "guard": "alarms_are_heard",
        "address": "service: aws_sns_topic.alarms_topic",
        "reason": "the operations team subscribes its own system to the topic",
    }
    monkeypatch.setenv("WINDLASS_WAIVERS", json.dumps([waiver]))
    assert windlass(["check", "prod"]) == 0
    assert "the operations team subscribes" in capsys.readouterr().out
