"""What AWS offers: the table is current, mistyped names get the nearest right one, newer names pass."""

import json
from datetime import date, timedelta

import pytest

from aws.engine_support import END_OF_STANDARD_SUPPORT, NOTICE_DAYS, ends_soon
from aws.offers import Service, is_of_previous_generation, judge_class, judge_version, names, source, versions
from scripts.offers import TABLE, table


def test_the_table_is_current() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(), "the table is old; run `make docs`"


def test_the_table_names_the_package_and_the_day_that_it_was_made_from() -> None:
    head = json.loads(TABLE.read_text(encoding="utf-8"))
    assert source() == f"{head['made_from']} of {head['as_of']}"
    assert head["made_from"].startswith("cfn-lint ")
    assert date.fromisoformat(head["as_of"]) > date(2026, 1, 1)


def test_the_table_is_compact() -> None:
    assert TABLE.stat().st_size < 16_000
    assert len(names("database")) > 250
    assert len(names("cache")) > 80


@pytest.mark.parametrize(
    ("service", "name", "nearest"),
    [
        ("database", "db.m7g.lrage", "db.m7g.large"),
        ("database", "db.m7g.larg", "db.m7g.large"),
        ("database", "db.mg7.large", "db.m7g.large"),
        ("database", "db.t3g.micro", "db.t4g.micro"),
        ("database", "db.t4.medium", "db.t4g.medium"),
        ("database", "db.m7g.micro", "db.t4g.micro"),
        ("cache", "cache.t4g.tiny", "cache.t4g.micro"),
        ("cache", "cache.t4x.small", "cache.t4g.small"),
    ],
)
def test_a_mistyped_class_gets_the_nearest_right_one(service: Service, name: str, nearest: str) -> None:
    verdict = judge_class(service, name, "eu-west-1")
    assert (verdict.finding, verdict.nearest) == ("mistyped", nearest)
    assert judge_class(service, nearest, "eu-west-1").finding == "offered"


@pytest.mark.parametrize(
    ("service", "name", "why"),
    [
        ("database", "db.m10g.large", "the next generation"),
        ("database", "db.t5g.micro", "the next generation"),
        ("database", "db.m9i.large", "another processor in the newest generation"),
        ("database", "db.m8i.large", "a family that RDS has for other engines"),
        ("database", "db.c6gd.large", "a family that RDS has for clusters"),
        ("database", "db.m7g.32xlarge", "a larger size of a known family"),
        ("cache", "cache.r9g.xlarge", "the next generation"),
        ("cache", "cache.x2gd.xlarge", "a series that the table lacks"),
    ],
)
def test_a_newer_class_passes(service: Service, name: str, why: str) -> None:
    assert judge_class(service, name, "eu-west-1").finding == "newer", why


def test_a_class_of_other_regions_is_recognised() -> None:
    assert judge_class("database", "db.x2g.large", "us-east-1").finding == "offered"
    assert judge_class("database", "db.x2g.large", "eu-north-1").finding == "elsewhere"
    assert judge_class("database", "db.r3.large", "sa-east-1").finding == "elsewhere"
    assert judge_class("database", "db.r3.4xlarge", "sa-east-1").finding == "offered"


@pytest.mark.parametrize("name", ["db.m4.large", "db.t2.micro", "db.r3.large"])
def test_a_previous_generation_runs_no_version_that_windlass_knows(name: str) -> None:
    assert is_of_previous_generation(name)


@pytest.mark.parametrize("name", ["db.m5.large", "db.t3.micro", "db.x2idn.16xlarge", "db.m10g.large", "db.q1.large"])
def test_others_are_not_of_a_previous_generation(name: str) -> None:
    assert not is_of_previous_generation(name)


def test_a_region_that_the_table_lacks_has_everything() -> None:
    assert judge_class("cache", "cache.t4g.small", "eu-west-9").finding == "offered"


@pytest.mark.parametrize(
    ("version", "finding", "nearest"),
    [("16", "offered", None), ("61", "mistyped", "16"), ("99", "mistyped", "18"), ("19", "newer", "18")],
)
def test_versions_of_postgresql(version: str, finding: str, nearest: str | None) -> None:
    verdict = judge_version("postgresql", version)
    assert (verdict.finding, verdict.nearest) == (finding, nearest)


@pytest.mark.parametrize(
    ("version", "finding", "nearest"),
    [
        ("8.1", "offered", None),
        ("8.9", "newer", "8.2"),
        ("10.0", "newer", "9.0"),
        ("0.8", "mistyped", "8.0"),
        ("7.1", "mistyped", "7.2"),
    ],
)
def test_versions_of_valkey(version: str, finding: str, nearest: str | None) -> None:
    verdict = judge_version("valkey", version)
    assert (verdict.finding, verdict.nearest) == (finding, nearest)


def test_every_supported_version_has_an_end() -> None:
    assert {each for each in versions("postgresql") if int(each) >= 13} == set(END_OF_STANDARD_SUPPORT)


def test_each_version_ends_a_year_after_the_one_before_on_the_last_day_of_february() -> None:
    ends = [END_OF_STANDARD_SUPPORT[version] for version in sorted(END_OF_STANDARD_SUPPORT, key=int)]
    assert [end.year for end in ends] == list(range(2026, 2026 + len(ends)))
    assert {((end + timedelta(days=1)).month, (end + timedelta(days=1)).day) for end in ends} == {(3, 1)}


@pytest.mark.parametrize(("days", "noticed"), [(NOTICE_DAYS + 1, False), (NOTICE_DAYS, True), (0, True), (-400, True)])
def test_the_end_of_support_is_noticed_from_180_days_before(days: int, noticed: bool) -> None:
    end = END_OF_STANDARD_SUPPORT["15"]
    assert ends_soon("15", end - timedelta(days=days)) == (end if noticed else None)
