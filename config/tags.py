"""The `[tags]` section: tags on every resource."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import StringConstraints

from aws.role_owner import OWNER_TAG
from config.errors import Problem
from config.pattern import Pattern

_TAG_CHARACTERS = "letters, digits, spaces and + - = . : / @, as AWS allows in tags"
_PORTABLE = r"[A-Za-z0-9_ +\-=.:/@\u0080-\uffff]"
"""The same for the JSON Schema, which allows any non-ASCII character instead of only letters and digits."""

TagValue = Annotated[
    str,
    StringConstraints(max_length=256),
    Pattern(r"[\w +\-=.:/@]*", _TAG_CHARACTERS, "platform team", portable_regex=f"{_PORTABLE}*"),
]

TagKey = Annotated[
    str,
    StringConstraints(min_length=1, max_length=128),
    Pattern(r"[\w +\-=.:/@]+", _TAG_CHARACTERS, "Owner", portable_regex=f"{_PORTABLE}+"),
]

TAGS_OF_WINDLASS = ("Project", "Environment", "Layer", "ManagedBy", "Name", OWNER_TAG)
_TAKEN = {key.lower() for key in TAGS_OF_WINDLASS}


def tags_are_not_reserved(tags: dict[str, str]) -> Iterator[Problem]:
    """AWS reserves tags that begin with `aws:`; those that Windlass sets identify the owner of a resource."""
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            message = 'begins with "aws:", which AWS reserves; allowed: any other beginning'
            yield Problem(path=("tags", key), value=value, message=message)
        elif key.lower() in _TAKEN:  # IAM ignores the case of a tag's key
            yield Problem(path=("tags", key), value=value, message="is set by Windlass; leave it out")


RULES = (tags_are_not_reserved,)
