"""A missing optional value is never written as the text `None`, for example inside an ARN."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.layers import test_airflow_deliveries, test_existing_network, test_strategies
from tests.support.documents import ENVIRONMENTS, Documents, documents, documents_of, readable_document

pytestmark = pytest.mark.slow

NONE = re.compile(r"(?<![A-Za-z])None(?![A-Za-z])")


def strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every key and every text of a document, with its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield path, key
            yield from strings(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strings(item, f"{path}.{index}")
    elif isinstance(value, str):
        yield path, value


def without_options(data: dict[str, Any]) -> None:
    """Nothing but what the file cannot do without."""
    data["airflow"] = data["cache"] = data["delivery"] = None
    data["services"] = {name: {**service, "uses_cache": False} for name, service in data["services"].items()}


CHANGED = {
    **{f"airflow {name}": change for name, change in test_airflow_deliveries.CHANGES.items()},
    "airflow without workflows": lambda data: data["airflow"]["workflows"].update(enabled=False),
    "every strategy": test_strategies.both,
    "without options": without_options,
}


def assert_without_none(all_documents: Documents) -> None:
    # Programs that a task carries are Python; `readable_document` puts their names in their place.
    texts = [each for document in all_documents.values() for each in strings(readable_document(document))]
    assert len(texts) > 1000
    assert [(path, text) for path, text in texts if NONE.search(text)] == []


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_no_text_of_a_shipped_environment_contains_none(name: str) -> None:
    assert_without_none(documents(name))


@pytest.mark.parametrize("name", CHANGED)
def test_no_text_contains_none_whatever_options_are_chosen(name: str) -> None:
    assert_without_none(documents_of("prod", CHANGED[name]))


def test_no_text_contains_none_in_an_existing_network() -> None:
    assert_without_none(test_existing_network.documents())


def test_the_check_finds_none_inside_an_arn() -> None:
    assert NONE.search("arn:aws:s3:::None/task-logs/*")
    assert not NONE.search("cannot be NoneType or a Nonesuch")
