"""The items API, asked over HTTP like any client does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.docker.web_service import WebService


def test_an_item_is_created_with_its_address_and_can_be_read_there(web: WebService) -> None:
    created = web.request("POST", "/items", {"name": "  Größe: 3″ 🔧 "})

    assert created.status == 201
    item = created.json
    assert list(item) == ["id", "name", "created_at"]
    assert item["name"] == "Größe: 3″ 🔧"
    age = datetime.now(UTC) - datetime.fromisoformat(item["created_at"])
    assert timedelta(seconds=-1) < age < timedelta(seconds=30)
    assert created.headers["location"] == f"/items/{item['id']}"
    assert web.get(created.headers["location"]).json == item


def test_items_come_newest_first_and_page_by_page(web: WebService) -> None:
    ids = [web.post(f"item {number}").json["id"] for number in range(5)]

    first = web.get("/items?limit=2")
    assert [item["id"] for item in first.json["items"]] == ids[:-3:-1]
    assert first.json["count"] >= 5
    following = first.headers["link"].removeprefix("<").removesuffix('>; rel="next"')
    assert [item["id"] for item in web.get(following).json["items"]] == ids[-3:-5:-1]


def test_the_last_page_names_no_next_one(web: WebService) -> None:
    web.post("there is one at least")  # other tests write into the same database: there may be many pages
    page = web.get("/items?limit=100").json["items"]
    while len(page) == 100:
        page = web.get(f"/items?limit=100&before={page[-1]['id']}").json["items"] or page[-1:]
    first_id = page[-1]["id"]
    last = web.get(f"/items?before={first_id + 1}")
    assert len(last.json["items"]) == 1
    assert "link" not in last.headers
    assert web.get("/items?before=1").json["items"] == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe\x00", "not valid JSON"),
        (b"[" * 10_000, "not valid JSON"),
        (b'{"name": ' + b"9" * 10_000 + b"}", "not valid JSON"),
        ([], "must be a JSON object"),
        ("anvil", "must be a JSON object"),
        ({}, "'name' is missing"),
        ({"name": ""}, "'name' is empty"),
        ({"name": " \t\n"}, "'name' is empty"),
        ({"name": None}, "must be a string"),
        ({"name": 7}, "must be a string"),
        ({"name": ["anvil"]}, "must be a string"),
        ({"name": "x" * 201}, "has 201 characters: 200 are allowed"),
        ({"name": "a\x00b"}, "a character that text cannot hold"),
        ({"name": "\ud800"}, "a character that text cannot hold"),
        ({"name": "anvil", "id": 7}, "unknown key 'id'"),
    ],
)
def test_a_body_that_cannot_be_used_is_a_400_that_says_why(web: WebService, body: Any, message: str) -> None:
    before = web.get("/items").json["count"]
    answer = web.request("POST", "/items", body)
    assert answer.status == 400
    assert answer.json["error"]["code"] == "bad_request"
    assert message in answer.json["error"]["message"]
    assert web.get("/items").json["count"] == before


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=-1", "limit=1&limit=2", "limit="])
@pytest.mark.parametrize("name", ["limit", "before"])
def test_a_wrong_page_is_a_400_that_names_the_parameter(web: WebService, name: str, query: str) -> None:
    query = query.replace("limit", name).replace("101", "9223372036854775808")
    answer = web.get(f"/items?{query}")
    assert (answer.status, answer.json["error"]["code"]) == (400, "bad_request")
    assert f"'{name}' must be one whole number from 1 to" in answer.json["error"]["message"]


@pytest.mark.parametrize("path", ["/item", "/items/", "/items/0", "/items/x", "/items/99999999999999999999"])
def test_an_unknown_path_is_a_404(web: WebService, path: str) -> None:
    assert web.get(path).json["error"] == {
        "status": 404,
        "code": "not_found",
        "message": "there is nothing at this path",
    }


def test_a_wrong_method_is_a_405_that_says_what_is_allowed(web: WebService) -> None:
    answer = web.request("DELETE", "/items")
    assert (answer.status, answer.json["error"]["code"]) == (405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


def test_a_body_of_another_type_is_a_415(web: WebService) -> None:
    answer = web.request("POST", "/items", b'{"name": "anvil"}', {"Content-Type": "text/plain"})
    assert (answer.status, answer.json["error"]["code"]) == (415, "unsupported_media_type")


def test_a_body_that_is_too_large_is_a_413_whether_its_length_is_announced_or_not(web: WebService) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"name": "'
        for _ in range(20):
            yield b"x" * 1024

    announced = web.request("POST", "/items", b" " * 17_000)
    chunked = web.request("POST", "/items", chunks())
    assert (announced.status, chunked.status) == (413, 413)
    assert announced.json["error"]["code"] == "request_entity_too_large"
