"""Evaluates IAM policies as AWS documents: who may call what. For tests of policy documents, without an account."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

Context = Mapping[str, str | Sequence[str]]

_VARIABLE = re.compile(r"\$\{([^},]+?)(?:,\s*'([^']*)')?\}")


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A role: its policies, its boundary, its tags."""

    policies: Sequence[str | Mapping[str, Any]]
    boundary: str | Mapping[str, Any] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def may(self, action: str, resource: str = "*", **context: str | Sequence[str]) -> bool:
        """Whether a request is allowed.

        Args:
            action: such as `s3:GetObject`.
            resource: the ARN; `*` for actions without one.
            context: condition keys, with `__` for the colon: `iam__PassedToService`.
        """
        keys: dict[str, str | Sequence[str]] = {name.replace("__", ":"): value for name, value in context.items()}
        keys |= {f"aws:PrincipalTag/{tag}": value for tag, value in self.tags.items()}
        verdicts = [_verdict([policy], action, resource, keys) for policy in self.policies]
        if self.boundary is not None and _verdict([self.boundary], action, resource, keys) is not True:
            return False
        return False not in verdicts and True in verdicts


def _verdict(policies: Iterable[Any], action: str, resource: str, context: Context) -> bool | None:
    """True for an allow, False for an explicit deny, None where nothing matches."""
    verdict: bool | None = None
    for policy in policies:
        document = json.loads(policy) if isinstance(policy, str) else policy
        for statement in document["Statement"]:
            if _applies(statement, action, resource, context):
                if statement["Effect"] == "Deny":
                    return False
                verdict = True
    return verdict


def _applies(statement: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    if not _selected(statement, "Action", action.lower(), {}, fold=True):
        return False
    return _selected(statement, "Resource", resource, context) and _conditions_hold(statement, context)


def _selected(statement: Mapping[str, Any], key: str, value: str, context: Context, *, fold: bool = False) -> bool:
    patterns = statement.get(key, statement.get(f"Not{key}"))
    matches = any(
        like(filled.lower() if fold else filled, value)
        for pattern in _list(patterns)
        if (filled := _filled(pattern, context)) is not None
    )
    return matches == (key in statement)


def _conditions_hold(statement: Mapping[str, Any], context: Context) -> bool:
    return all(
        _condition(operator, key, _list(values), context)
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    )


def _condition(operator: str, key: str, wanted: list[str], context: Context) -> bool:
    folded = {name.lower(): value for name, value in context.items()}
    present = key.lower() in folded
    if operator == "Null":
        return present != (wanted == ["true"])
    quantifier, _, name = operator.rpartition(":")
    optional, name = name.endswith("IfExists"), name.removesuffix("IfExists")
    negated, name = "Not" in name, name.replace("Not", "")
    if not present:
        return optional or negated or quantifier == "ForAllValues"
    filled = [value for one in wanted if (value := _filled(one, context)) is not None]
    test = like if name in ("StringLike", "ArnLike", "ArnEquals") else str.__eq__
    if name not in ("StringLike", "ArnLike", "ArnEquals", "StringEquals", "Bool"):
        raise NotImplementedError(operator)
    hits = [any(test(one, actual) for one in filled) != negated for actual in _list(folded[key.lower()])]
    return any(hits) if quantifier == "ForAnyValue" else all(hits)


def _filled(pattern: str, context: Context) -> str | None:
    """The pattern with its variables; None where one has no value, so that the pattern matches nothing."""
    missing = False

    def value(match: "re.Match[str]") -> str:
        nonlocal missing
        text = context.get(match[1], match[2])
        missing = missing or not isinstance(text, str)
        return str(text)

    text = _VARIABLE.sub(value, pattern)
    return None if missing else text


@cache
def _pattern(pattern: str) -> "re.Pattern[str]":
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def like(pattern: str, value: str) -> bool:
    """Whether a pattern with `*` and `?` matches a whole value."""
    return _pattern(pattern).fullmatch(value) is not None


def _list(value: Any) -> list[str]:
    return list(value) if isinstance(value, list | tuple) else [value]
