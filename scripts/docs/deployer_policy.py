"""The policies of who runs `bootstrap` and `apply`: what that called while tests ran, and what changes need besides.

A managed policy has at most 6,144 characters without white space, so they are several.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from scripts.docs.deployer_beyond import BEYOND
from scripts.docs.permissions import Calls

ROLE = "deployer"
"""The role of the tests that has these policies, and nothing else."""
MAX_CHARACTERS = 6144
PROJECT = "windlass"
_ALL_LOG_GROUPS = ":log-group::log-stream:"
_OWN = re.compile(rf"{PROJECT}(?P<between>[-/])(?:local\b|state-).*")


def deployer_policies(calls: Calls) -> dict[str, dict[str, Any]]:
    """Name → policy document, each within the limit.

    Args:
        calls: what roles did.
    """
    needed = {action: {generalised(each) for each in patterns} for action, patterns in calls.get(ROLE, {}).items()}
    services = sorted({*map(_service, needed), *BEYOND})
    statements = [statement for service in services for statement in _statements(service, needed)]
    documents = list(_packed(statements))
    return {f"{PROJECT}-deployer-{number}": document for number, document in enumerate(documents, start=1)}


def text_of(policies: Mapping[str, Any]) -> str:
    """The file."""
    return json.dumps(policies, indent=2) + "\n"


def size(document: Mapping[str, Any]) -> int:
    """Characters as IAM counts them."""
    return len(json.dumps(document, separators=(",", ":")))


def _statements(service: str, needed: Mapping[str, set[str]]) -> Iterator[dict[str, Any]]:
    """One for each set of resources: any, those with an ARN, and those of what is needed beyond."""
    own = {action: patterns for action, patterns in needed.items() if _service(action) == service}
    resources = _without_covered({each for patterns in own.values() if "*" not in patterns for each in patterns})
    on: dict[tuple[str, ...], set[str]] = {}
    for action, patterns in own.items():
        on.setdefault(("*",) if "*" in patterns else tuple(resources), set()).add(action)
    for beyond in BEYOND.get(service, ()):
        actions = {f"{service}:{action}" for action in beyond.actions}
        on.setdefault(beyond.resources or tuple(resources), set()).update(actions)
    word = "".join(part.capitalize() for part in service.split("-"))
    conditions = {beyond.resources: beyond.condition for beyond in BEYOND.get(service, ()) if beyond.condition}
    for number, (arns, actions) in enumerate(sorted(on.items()), start=1):
        condition = {"Condition": conditions[arns]} if arns in conditions else {}
        yield {
            "Sid": f"{word}{number}",
            "Effect": "Allow",
            "Action": sorted(actions),
            "Resource": list(arns),
            **condition,
        }


def generalised(pattern: str) -> str:
    """A pattern for every environment of the project, and its state."""
    return "*" if pattern.endswith(_ALL_LOG_GROUPS) else _OWN.sub(_all_of, pattern)


def _all_of(match: re.Match[str]) -> str:
    return f"{PROJECT}-state-*" if "state-" in match[0] else f"{PROJECT}{match['between']}*"


def _without_covered(patterns: set[str]) -> list[str]:
    """The patterns, sorted, without those that another one covers."""
    return sorted(
        each for each in patterns if not any(each != other and fnmatchcase(each, other) for other in patterns)
    )


def _service(action: str) -> str:
    return action.partition(":")[0]


def _packed(statements: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Documents of as many statements as fit, in order."""
    taken: Sequence[Mapping[str, Any]] = []
    for statement in statements:
        if taken and size(_document([*taken, statement])) > MAX_CHARACTERS:
            yield _document(taken)
            taken = []
        taken = [*taken, statement]
    if taken:
        yield _document(taken)


def _document(statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}
