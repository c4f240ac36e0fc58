"""Rules about words that people choose freely; registered beside those of `config.rules`."""

from collections.abc import Iterator

from config.errors import Problem
from config.rules import rule

TAGS_OF_THE_PLATFORM = ("Project", "Environment", "Layer", "ManagedBy", "Name")


@rule
def tags_are_free(tags: dict[str, str]) -> Iterator[Problem]:
    """AWS keeps what begins with `aws:`, and what Windlass sets itself tells whose a resource is."""
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            message = 'begins with "aws:", which AWS keeps for itself; allowed: any other beginning'
            yield Problem(path=("tags", key), value=value, message=message)
        elif key in TAGS_OF_THE_PLATFORM:
            yield Problem(path=("tags", key), value=value, message="is set by the platform itself; leave it out")
