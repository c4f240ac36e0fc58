"""A list in pages has each item once, and ends: a client that waits for the last page must not wait forever."""

from collections.abc import Callable
from typing import Any

import jmespath
import pytest

from tests.local.paged_operations import OPERATIONS, Listed

MOST_PAGES = 100


@pytest.mark.parametrize("listed", OPERATIONS, ids=lambda one: f"{one.service}-{one.operation}")
def test_pages_have_each_item_once_and_end(client: Callable[[str], Any], listed: Listed) -> None:
    api = client(listed.service)
    prepared = listed.prepare(api)
    arguments = prepared if prepared is not None else listed.arguments
    for number in range(listed.number):
        listed.make(api, f"n{number:02}")
    paginator = api.get_paginator(listed.operation)
    names: list[str] = []
    for pages, answer in enumerate(paginator.paginate(**arguments, PaginationConfig={"PageSize": listed.page_size})):
        names += jmespath.search(listed.names, answer) or []
        assert pages < MOST_PAGES
    assert len(names) == len(set(names)) >= listed.number
