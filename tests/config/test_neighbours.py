"""Two environment files of a workspace that would make the same thing: both are named."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.app import main as windlass
from config import Environment
from config.neighbours import collisions, neighbour_notices
from tests.support.documents import ROOT, changed_environment

Data = dict[str, Any]
Change = Callable[[Data], object]
OTHER = "environments/other.toml"


def put(**values: Any) -> Change:
    """Set values at paths with two underscores between tables."""

    def change(data: Data) -> None:
        for path, value in values.items():
            *tables, last = path.split("__")
            table = data
            for each in tables:
                table = table[each]
            table[last] = value

    return change


def second(*changes: Change) -> Environment:
    """Production under another name, changed."""

    def change(data: Data) -> None:
        for each in (put(name="other"), *changes):
            each(data)

    return changed_environment("prod", change)


DELIVERY = {"repository": "acme/shop", "apply_policy_arns": {"all": "arn:aws:iam::123456789012:policy/all"}}
STATE = {"backend": "s3", "bucket": "windlass-state-123456789012-eu-west-1"}
CLOUD = {"backend": "terraform-cloud", "organization": "acme"}

CASES: dict[str, tuple[Change, Change, str, str]] = {
    "the same names in an account": (
        put(project="windlass-a", name="b"),
        put(project="windlass", name="a-b"),
        "project",
        'with the project "windlass"',
    ),
    "the same workspaces of Terraform Cloud": (
        put(project="windlass-a", name="b", state=CLOUD),
        put(project="windlass", name="a-b", state=CLOUD, aws__account_id="210987654321"),
        "project",
        'the names "windlass-a-b-…"',
    ),
    "a zone that both create": (
        put(dns__zone_id=None, services__web__host_names=["one.example.com"], airflow__host_names=["two.example.com"]),
        put(dns__zone_id=None),
        "dns.zone_name",
        "one zone only",
    ),
    "a host name in one zone": (
        put(airflow__host_names=["two.example.com"]),
        put(airflow__host_names=["three.example.com"]),
        "services.web.host_names",
        "in the same zone",
    ),
    "the name of another listener": (
        put(services__web__host_names=["windlass-other.example.com"]),
        put(services__web__host_names=["one.example.com"], airflow__host_names=["three.example.com"]),
        "services.web.host_names",
        "in the same zone",
    ),
    "a bucket in two regions": (
        put(),
        put(aws__region="eu-central-1", dns=None),
        "state.bucket",
        'in account 123456789012 and "eu-central-1"',
    ),
    "a bucket with two tables": (
        put(dns=None),
        put(state__dynamodb_table="others"),
        "state.dynamodb_table",
        '"others"',
    ),
    "a bucket with a table and without": (
        put(dns=None, state={**STATE, "use_lockfile": True}),
        put(),
        "state.dynamodb_table",
        '"windlass-state-locks"',
    ),
    "GitHub's provider, created twice": (
        put(dns=None, delivery=DELIVERY),
        put(delivery=DELIVERY),
        "delivery.oidc_provider_arn",
        "the account has one",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_collision_names_the_key_and_the_other_file(case: str) -> None:
    mine, other, key, words = CASES[case]
    one, two = changed_environment("prod", mine), second(other)
    (problem,) = [each for each in collisions(one, {OTHER: two}) if each.key == key]
    assert words in problem.message and OTHER in problem.message
    # An account of its own has names, zones and buckets of its own.
    assert list(collisions(one, {OTHER: second(other, put(aws__endpoint_url="http://127.0.0.1:5999"))})) == []


def test_a_zone_may_be_created_by_one_and_used_by_another() -> None:
    one = changed_environment("prod", put(services__web__host_names=["one.example.com"], airflow__host_names=[]))
    assert list(collisions(one, {OTHER: second(put(dns__zone_id=None))})) == []


@pytest.mark.parametrize(
    ("mine", "other", "key", "words"),
    [
        (put(), put(network__cidr="10.0.0.0/8"), "network.cidr", 'overlaps network.cidr = "10.0.0.0/8"'),
        (put(project="windlass", name="prod-eu"), put(name="prod"), "project", 'begin with "windlass-prod-"'),
    ],
)
def test_what_stops_nothing_is_a_notice(mine: Change, other: Change, key: str, words: str) -> None:
    one, two = changed_environment("prod", mine), second(other)
    notices = {each.key: each.message for each in neighbour_notices(one, {OTHER: two})}
    assert words in notices[key] and OTHER in notices[key]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    monkeypatch.setenv("WINDLASS_ROOT", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "environments"


def test_check_refuses_a_collision_with_2(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(workspace / "prod.toml", workspace / "second.toml")
    assert windlass(["check", "second"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("environments/second.toml has 2 mistakes:")
    assert said.count("is a host name of environments/prod.toml too") == 2


def test_a_file_with_mistakes_is_not_compared_and_said_so(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "broken.toml").write_text('kind = "none"\n')
    assert windlass(["check", "prod", "--json"]) == 0
    notices = json.loads(capsys.readouterr().out)["notices"]
    assert [each["message"] for each in notices] == [
        "it was not compared with environments/broken.toml, which has mistakes"
    ]


def test_what_overrides_the_environment_is_not_meant_for_the_others(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINDLASS_NETWORK__CIDR", "10.20.0.0/16")
    zones = {
        f"eu-west-1{zone}": {"public": f"10.20.{i}.0/24", "private": f"10.20.6{i}.0/24", "isolated": f"10.20.3{i}.0/24"}
        for i, zone in enumerate("abc")
    }
    monkeypatch.setenv("WINDLASS_NETWORK__ZONES", json.dumps(zones))
    assert windlass(["check", "prod", "--json"]) == 0
    (notice,) = json.loads(capsys.readouterr().out)["notices"]
    assert (notice["key"], "environments/staging.toml" in notice["message"]) == ("network.cidr", True)
