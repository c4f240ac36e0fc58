"""Notices: what is newer than Windlass's table, versions near their end, images far away. They are never mistakes."""

from datetime import date

import pytest

from config import load
from config.notices import notices
from tests.support.documents import ENVIRONMENTS, ROOT

EARLY = date(2026, 3, 1)


def said(monkeypatch: pytest.MonkeyPatch, today: date = EARLY, **values: str) -> dict[str, str]:
    for name, value in values.items():
        monkeypatch.setenv(f"WINDLASS_{name}", value)
    return {each.key: each.message for each in notices(load("prod", ROOT), today)}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_what_we_ship_uses_what_its_region_offers(name: str) -> None:
    noticed = {each.key for each in notices(load(name, ROOT), EARLY)}
    assert not noticed & {"database.instance_class", "database.engine_version", "cache.node_type"}


def test_a_newer_class_and_a_newer_version_are_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    messages = said(
        monkeypatch,
        DATABASE__INSTANCE_CLASS="db.m10g.large",
        DATABASE__ENGINE_VERSION="20",
        CACHE__NODE_TYPE="cache.r9g.large",
        CACHE__ENGINE_VERSION="10.0",
    )
    assert 'the nearest there is "cache.r8g.large"' in messages["cache.node_type"]
    assert "may be newer" in messages["database.instance_class"]
    assert "is newer than the versions in the table" in messages["database.engine_version"]
    assert "is newer than the versions in the table" in messages["cache.engine_version"]


def test_a_class_of_other_regions_is_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    messages = said(monkeypatch, DATABASE__INSTANCE_CLASS="db.m9g.large")
    assert "is offered in other regions, and not in eu-west-1" in messages["database.instance_class"]


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2026, 8, 31), None),
        (date(2026, 9, 1), "ends in 180 days, on 2027-02-28"),
        (date(2027, 3, 1), "ended on 2027-02-28"),
    ],
)
def test_a_version_near_its_end_is_a_notice(monkeypatch: pytest.MonkeyPatch, today: date, words: str | None) -> None:
    message = said(monkeypatch, today, DATABASE__ENGINE_VERSION="14").get("database.engine_version")
    assert (message is None) if words is None else (message is not None and words in message)


def test_an_image_in_the_registry_of_another_region_is_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a file that was copied for a second region, while the first one is lost."""
    image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/windlass-prod/{}:1.0.0"
    messages = said(
        monkeypatch,
        SERVICES__WEB__BLUE__IMAGE=image.format("web"),
        SERVICES__WEB__GREEN__IMAGE="public.ecr.aws/team/web:1.0.0",
        AIRFLOW__IMAGE=image.format("airflow"),
    )
    images = {key: message for key, message in messages.items() if key.endswith("image")}
    assert set(images) == {"services.web.blue.image", "airflow.image"}
    assert all("in the registry of eu-central-1, and its tasks run in eu-west-1" in each for each in images.values())
