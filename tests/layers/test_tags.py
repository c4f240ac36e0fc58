"""Every tag that Windlass writes has the characters and the length that AWS takes."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import options
from tests.support.documents import ENVIRONMENTS, documents

VALUE = re.compile(r"[\w +\-=.:/@]{0,256}")
REFERENCE = re.compile(r"\$\{[^}]*\}")


def tags(value: Any) -> Iterator[tuple[str, str]]:
    """Keys and values of the tags in a document; what only Terraform knows is left out of a value."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "tags" and isinstance(item, dict):
                yield from ((name, REFERENCE.sub("", text)) for name, text in item.items())
            else:
                yield from tags(item)
    elif isinstance(value, list):
        for item in value:
            yield from tags(item)


@pytest.mark.parametrize("name", [*ENVIRONMENTS, *options.NAMES])
def test_aws_takes_every_tag(name: str) -> None:
    written = documents(name) if name in ENVIRONMENTS else options.documents(name)
    all_tags = {each for document in written.values() for each in tags(document)}
    assert {"Project", "Layer", "Name"} <= {key for key, _ in all_tags}
    assert [(key, value) for key, value in sorted(all_tags) if not VALUE.fullmatch(value)] == []


def test_an_asterisk_is_found() -> None:
    ((key, value),) = tags({"resource": {"kind": {"one": {"tags": {"Name": "*.example.com"}}}}})
    assert (key, VALUE.fullmatch(value)) == ("Name", None)
