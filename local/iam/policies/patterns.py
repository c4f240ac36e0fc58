"""Wildcards and variables in policies: what a text of a policy matches.

Sources in the IAM User Guide: "Action", "Resource" and "Condition operators" of the policy elements, and "Variables and
tags".
"""

import re
from collections.abc import Callable
from functools import lru_cache

Variable = Callable[[str], str | None]
"""The single value of a condition key; `None` where the request has none or several."""

ARN_PARTS = 6
_VARIABLE = re.compile(r"\$\{(?P<name>[^},]+)(?:,\s*'(?P<default>[^']*)')?\}")
_LITERALS = {"*": "*", "?": "?", "$": "$"}
"""`${*}` stands for the character itself."""


class UnknownVariableError(LookupError):
    """A text has a variable without a value and without a default. It matches nothing."""


def with_variables(text: str, variable: Variable | None) -> tuple[str, ...]:
    """The text in parts: at even places as it is in the policy, at odd places values, whose wildcards are literal.

    Args:
        text: of a policy.
        variable: values of the request; `None` for a policy without variables, whose version is before 2012-10-17.

    Raises:
        UnknownVariableError: a variable has no value and no default.
    """
    if variable is None or "${" not in text:
        return (text,)
    parts: list[str] = []
    end = 0
    for match in _VARIABLE.finditer(text):
        name, default = match["name"].strip(), match["default"]
        value = _LITERALS.get(name) or variable(name)
        if value is None:
            value = default
        if value is None:
            raise UnknownVariableError(name)
        parts += [text[end : match.start()], value]
        end = match.end()
    return (*parts, text[end:])


def matches_text(parts: tuple[str, ...], value: str, *, ignore_case: bool = False) -> bool:
    """Whether the whole value matches; `*` stands for any characters, `?` for one."""
    flags = re.IGNORECASE if ignore_case else re.NOFLAG
    return _compiled(_expression(parts, ".*", "."), flags).fullmatch(value) is not None


@lru_cache(maxsize=65536)
def matches_action(pattern: str, action: str) -> bool:
    """Whether an element of Action matches, in any case."""
    return matches_text((pattern,), action, ignore_case=True)


def matches_resource(parts: tuple[str, ...], resource: str) -> bool:
    """Whether an element of Resource matches an ARN, or `*`.

    Inside one of the first five parts of an ARN a `*` stops at the next colon; as the last character of such a part it
    goes on. A request about no particular resource has the resource `*`, which only `*` matches.
    """
    if parts == ("*",):
        return True
    if resource == "*":
        return False
    return _compiled(_resource_expression(parts), re.NOFLAG).fullmatch(resource) is not None


def matches_arn(parts: tuple[str, ...], arn: str) -> bool:
    """Whether an ARN of a condition matches: each of its six parts on its own, so that no `*` crosses their colons."""
    values = arn.split(":", ARN_PARTS - 1)
    patterns = _split(parts)
    if len(values) != ARN_PARTS or len(patterns) != ARN_PARTS:
        return False
    return all(matches_text(pattern, value) for pattern, value in zip(patterns, values, strict=True))


def _split(parts: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The six parts of an ARN, each with its variables' values at odd places."""
    split: list[list[str]] = [[]]
    for place, part in enumerate(parts):
        pieces = [part] if place % 2 else part.split(":", ARN_PARTS - len(split))
        split[-1].append(pieces[0])
        split += [[piece] for piece in pieces[1:]]
    return [tuple(each) for each in split]


@lru_cache(maxsize=4096)
def _compiled(expression: str, flags: re.RegexFlag) -> re.Pattern[str]:
    return re.compile(expression, flags | re.DOTALL)


def _expression(parts: tuple[str, ...], many: str, one: str) -> str:
    wildcards = {"*": many, "?": one}
    return "".join(
        re.escape(part) if place % 2 else "".join(wildcards.get(each) or re.escape(each) for each in part)
        for place, part in enumerate(parts)
    )


def _resource_expression(parts: tuple[str, ...]) -> str:
    patterns = _split(parts)
    *head, last = patterns
    segments = []
    for segment in head:
        # AWS: an asterisk at the end of a part "can expand to match beyond the colon boundaries".
        is_open = len(segment) % 2 == 1 and segment[-1].endswith("*")
        closed = (*segment[:-1], segment[-1][:-1]) if is_open else segment
        segments.append(_expression(closed, "[^:]*", "[^:]") + (".*" if is_open else ""))
    return ":".join([*segments, _expression(last, ".*", ".")])
