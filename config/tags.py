"""The `[tags]` section: tags on every resource."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import StringConstraints

from aws.quotas import TAGS_PER_RESOURCE
from aws.role_owner import OWNER_TAG
from config.errors import MISSING, Problem
from config.pattern import Pattern

_TAG_CHARACTERS = "letters, digits, spaces and + - = . : / @, as AWS allows in tags"
_PORTABLE = r"[A-Za-z0-9_ +\-=.:/@\u0080-\uffff]"
"""The same for the JSON Schema, which allows any non-ASCII character instead of only letters and digits."""

TagValue = Annotated[
    str,
    StringConstraints(min_length=1, max_length=256),
    Pattern(r"[\w +\-=.:/@]+", _TAG_CHARACTERS, "platform team", portable_regex=f"{_PORTABLE}+"),
]

TagKey = Annotated[
    str,
    StringConstraints(min_length=1, max_length=128),
    Pattern(r"[\w +\-=.:/@]+", _TAG_CHARACTERS, "Owner", portable_regex=f"{_PORTABLE}+"),
]

TAGS_OF_WINDLASS = ("Project", "Environment", "Layer", "ManagedBy", "Name", OWNER_TAG)
_BY_LOWER_CASE = {key.lower(): key for key in TAGS_OF_WINDLASS}


def tags_are_not_reserved(tags: dict[str, str]) -> Iterator[Problem]:
    """AWS reserves tags that begin with `aws:`; those that Windlass sets identify the owner of a resource."""
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            message = 'begins with "aws:", which AWS reserves; allowed: any other beginning'
            yield Problem(path=("tags", key), value=value, message=message)
        elif (own := _BY_LOWER_CASE.get(key.lower())) is not None:
            spelt = "" if own == key else f' as "{own}", and IAM does not tell them apart'
            yield Problem(path=("tags", key), value=value, message=f"is set by Windlass{spelt}; leave it out")


def tags_differ_in_more_than_case(tags: dict[str, str]) -> Iterator[Problem]:
    """IAM compares keys of tags without case: with two that differ in case only, no role can be made."""
    owners: dict[str, str] = {}
    for key, value in tags.items():
        if (owner := owners.setdefault(key.lower(), key)) != key:
            message = f"differs from tags.{owner} in case only, and IAM does not tell them apart; allowed: one of them"
            yield Problem(path=("tags", key), value=value, message=message)


def tags_are_few_enough(tags: dict[str, str]) -> Iterator[Problem]:
    """AWS limits the tags on a resource, and Windlass sets some of them."""
    most = TAGS_PER_RESOURCE - len(TAGS_OF_WINDLASS)
    if len(tags) > most:
        message = f"has {len(tags)} tags, and Windlass adds {len(TAGS_OF_WINDLASS)}; allowed: {most}"
        yield Problem(path=("tags",), value=MISSING, message=message)


RULES = (
    tags_are_not_reserved,
    tags_differ_in_more_than_case,
    tags_are_few_enough,
)
