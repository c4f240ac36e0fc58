"""What a rule over several keys is.

A rule is a generator of problems. Its parameters name the sections that it reads, such as `network: Network`; a rule
for each service takes the service's name as `key` and the service as `item` too. Rules live beside their section, which
lists them in an explicit tuple; `config.rules` joins the tuples and runs them.
"""

from collections.abc import Callable, Iterator
from typing import Any

from config.base import InvalidFieldError, Section
from config.errors import Problem

Rule = Callable[..., Iterator[Problem]]


def is_valid(section: Section, field: str) -> bool:
    """Whether a field of a section, which may be partial, has a valid value.

    Raises:
        AttributeError: the section has no such field.
    """
    try:
        getattr(section, field)
    except InvalidFieldError:
        return False
    return True


def problem(path: str, value: Any, message: str) -> Problem:
    """A problem at a path written with slashes."""
    return Problem(path=tuple(path.split("/")), value=value, message=message)
