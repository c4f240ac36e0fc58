"""Finds strings in the generated JSON that look like secrets. Pure."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from aws.public_keys import without_public_keys

_WORDS = re.compile(
    r"(?:^|[_/-])(?:password|passwd|passphrase|pwd|secret|token|credentials?|api[_-]?key|access[_-]?key|private[_-]?key|secret[_-]?key"
    r"|fernet[_-]?key|(?<!iam_)auth)$"
)
"""Endings of names whose values are secrets. `password_length` and `secret_arn` do not match; `iam_auth` is a flag."""

_FORMS = {
    "an AWS access key": r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "a URL with a password": r"://[^/\s:@]*:[^/\s:@\0]+@",
    "a GitHub token": r"(?<!\w)(?:gh[opsu]_[A-Za-z0-9]{36}|github_pat_\w{22,})",
    "a Slack token": r"xox[abprs]-[A-Za-z0-9-]{10,}",
    "a JSON web token": r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.",
    "a Stripe key": r"(?<!\w)[rs]k_live_\w{16,}",
    "a Google key": r"AIza[\w-]{35}",
    "an authorization header": r"(?i)\b(?:bearer|basic) [\w+/.=-]{16,}",
}
_FORM = {what: re.compile(pattern) for what, pattern in _FORMS.items()}

_EXPRESSION = re.compile(r"(?<!\$)\$\{[^{}]*\}")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_RUN = re.compile(r"[A-Za-z0-9+/_=-]{20,}")
_HEXADECIMAL = re.compile(r"[0-9a-f]{32,}|[0-9A-F]{32,}")
_GIT_COMMIT_LENGTH = 40
_WORD = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{3,}(?![a-z])")
_BITS = 4.0
"""Bits per character above which a run of letters and digits is random. English has at most 3 in 20 characters,
random base64 at least 4."""


class Text(NamedTuple):
    """A string and its location. A tuple, since an environment has thousands, and each synth makes them all."""

    path: str
    """Keys from the resource body down, joined by dots."""

    name: str
    """Its key, or the `name` next to a `value`."""

    value: str


def texts(body: Any) -> list[Text]:
    """Every string in a piece of JSON. JSON inside strings (policies, containers) is parsed."""
    return _texts_below(body, "")


def _texts_below(body: Any, name: str) -> list[Text]:
    collected: list[Text] = []
    _collect(body, "", name, collected)
    return collected


def _collect(body: Any, path: str, name: str, collected: list[Text]) -> None:
    if isinstance(body, str):
        inside = _inside(body, name) if body[:1] in ("{", "[") else None
        if inside is None:
            collected.append(Text(path, name, body))
        elif path:
            collected += [Text(f"{path}.{below}", its_name, value) for below, its_name, value in inside]
        else:
            collected += inside
    elif isinstance(body, dict):
        called = body.get("name", body.get("Name"))
        for key, value in body.items():
            if key == "default" and name:
                own = name
            else:
                own = called if isinstance(called, str) and key in ("value", "Value") else key
            _collect(value, f"{path}.{key}" if path else key, own, collected)
    elif isinstance(body, list):
        for index, value in enumerate(body):
            _collect(value, f"{path}.{index}" if path else str(index), name, collected)


def why_secret(text: Text) -> str | None:
    """Why a string looks like a secret, or None. The reason never contains the string itself."""
    if _names_a_secret(text.name) and _is_a_value(text.value):
        return f'its name, "{text.name}"'
    return looks_like(text.value)


@lru_cache(maxsize=4096)
def _names_a_secret(name: str) -> bool:
    return _WORDS.search(name.lower()) is not None


@lru_cache(maxsize=16384)
def looks_like(value: str) -> str | None:
    """Which kind of secret a string looks like, whatever its name. Cached: most strings occur many times."""
    plain = without_public_keys(_without_expressions(value))
    for what, form in _FORM.items():
        if form.search(plain):
            return f"it looks like {what}"
    if any(_is_random(run, before) for run, before in _runs(plain)):
        return "it looks random, as only keys and passwords do"
    return None


def _is_a_value(value: str) -> bool:
    """Whether a string is a value itself, rather than a reference to a secret."""
    return bool(_EXPRESSION.sub("", value).strip()) and not value.startswith(("arn:", "/", "${"))


def _without_expressions(value: str) -> str:
    """The literal parts of a template: outside of expressions, which become NUL, and in quotes inside them."""
    quoted = [text for expression in _EXPRESSION.findall(value) for text in _QUOTED.findall(expression)]
    return " ".join([_EXPRESSION.sub("\0", value), *quoted])


def _runs(value: str) -> Iterator[tuple[str, str]]:
    for match in _RUN.finditer(value):
        before = value[: match.start()]
        for part in re.split(r"[/=_-]+", match[0]) if _is_of_words(match[0]) else [match[0]]:
            yield part, before


def _is_of_words(run: str) -> bool:
    """Whether a run is a path or hyphenated words: its parts are short, or only letters or digits."""
    parts = [part for part in re.split(r"[/=_-]+", run) if part]
    return all(len(part) <= 12 or part.isalpha() or part.isdigit() for part in parts)


def _is_random(run: str, before: str) -> bool:
    if len(run) < 20:
        return False
    if _HEXADECIMAL.fullmatch(run):
        return not before.endswith("sha256:") and len(run) != _GIT_COMMIT_LENGTH
    kinds = (re.search(r"[a-z]", run), re.search(r"[A-Z]", run), re.search(r"\d", run))
    of_words = sum(map(len, _WORD.findall(run))) > len(run) / 2  # EveryWordLikeThis1
    return all(kinds) and not of_words and _bits(run) >= _BITS


def _bits(run: str) -> float:
    """Shannon entropy per character."""
    return -sum(count / len(run) * math.log2(count / len(run)) for count in Counter(run).values())


@lru_cache(maxsize=2048)
def _inside(value: str, name: str) -> list[Text] | None:
    """The strings of the JSON in a string; None for any other text. Cached: several guards read each container."""
    try:
        parsed = json.loads(value)
    except ValueError:
        return None
    return _texts_below(parsed, name) if isinstance(parsed, dict | list) else None
