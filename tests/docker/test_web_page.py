"""The page at `/`: HTML for browsers, JSON for everybody else."""

import re

import pytest

from tests.docker.conftest import StartWeb
from tests.docker.web_service import WebService
from tests.support.postgres import PostgresServer

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"


def text_of(html: str, id_: str) -> str:
    result = re.search(rf'id="{id_}">([^<]*)<', html)
    assert result is not None, html
    return result.group(1)


def test_a_browser_sees_colour_and_version(web: WebService) -> None:
    answer = web.request("GET", "/", headers={"Accept": CHROME})
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (text_of(answer.text, "colour"), text_of(answer.text, "version")) == ("green", "2.0.0")
    assert text_of(answer.text, "database") == "available"
    assert "<title>green 2.0.0</title>" in answer.text
    assert (answer.headers["cache-control"], answer.headers["vary"]) == ("no-store", "Accept")


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "text/html;q=0.5,application/json"])
def test_other_clients_get_what_health_says(web: WebService, accept: str | None) -> None:
    answer = web.request("GET", "/", headers={"Accept": accept} if accept else None)
    assert answer.json == web.get("/health").json
    assert answer.headers["vary"] == "Accept"


def test_a_browser_sees_why_the_database_is_unavailable(start_web: StartWeb, postgres: PostgresServer) -> None:
    service = start_web(ready=False, DATABASE_URL=postgres.url(password="no-such-password"), COLOUR="none")
    service.wait_until("/health", reason="authentication failed")
    answer = service.request("GET", "/", headers={"Accept": CHROME})
    assert answer.status == 200
    assert text_of(answer.text, "database") == "unavailable: authentication failed"
    assert text_of(answer.text, "colour") == "web"
