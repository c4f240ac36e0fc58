"""What roles called while tests ran: compared with the files beside this one, or written into them with `--record`.

A file holds role → action → patterns of resources, without what differs between two runs: ids, accounts, regions,
revisions. So a call that no test made before is seen in the change of a file.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from local.iam.paths import CALLS_PATH

FOLDER = Path(__file__).parent / "recorded"
PROJECT = "windlass-local-"
"""Begins the names of roles of the environment that tests apply."""

ADDED = ("api-", "rest-")
"""Begin the names of roles of services that tests/changes adds; they are made as those of `web`, which are recorded."""

Calls = Mapping[str, Mapping[str, set[str]]]
"""Role → action → patterns of resources."""

_ID = re.compile(
    r"\d+|[0-9a-f]{8,}|[a-z]+-[0-9a-f]{8,}|(ns|srv)-[a-z0-9]+|[a-z0-9]{30,}"
    r"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(db-)?[A-Z0-9]{10,}"
)
_TIME = re.compile(r"-\d{20}[0-9a-f]+$")
"""Ends a name that Terraform made unique."""
_ACCOUNT = re.compile(r"\d{12}")
_SUFFIX_OF_SECRET = re.compile(r"^(secret:.+)-[A-Za-z0-9]{6}$")
_PARTS_OF_OBJECTS = 4
"""Of an S3 object's key as many parts stay; more would be runs and attempts."""


def pattern(resource: str) -> str:
    """The resource without what differs between two runs."""
    if not resource.startswith("arn:"):
        return resource
    _, _, service, region, account, rest = resource.split(":", 5)
    if service == "s3":
        bucket, *key = rest.split("/")
        shown = [_without_id(part) for part in key[:_PARTS_OF_OBJECTS]] + ["*"] * (len(key) > _PARTS_OF_OBJECTS)
        rest = "/".join([_ACCOUNT.sub("*", bucket), *shown])
    else:
        rest = _SUFFIX_OF_SECRET.sub(r"\1-*", rest)
        rest = _ACCOUNT.sub("*", "".join(map(_without_id, re.split(r"([/:])", rest))))
    anywhere = f"{'*' if region else ''}:{'*' if account.isdigit() else account}"
    return f"arn:aws:{service}:{anywhere}:{rest}"


def allowed(url: str, *, prefix: str = PROJECT, renamed: Callable[[str], str] = str) -> Calls:
    """What roles of an environment called so far, and were allowed to.

    Args:
        url: of the embedded AWS.
        prefix: begins the names of its roles.
        renamed: gives a resource the name that it has in the environment that tests apply. Default: it has it already.
    """
    result: dict[str, dict[str, set[str]]] = {}
    for call in _page(url)["allowed"]:
        if call["role"].startswith(prefix) and not call["role"].removeprefix(prefix).startswith(ADDED):
            actions = result.setdefault(call["role"].removeprefix(prefix), {})
            actions.setdefault(call["action"], set()).add(pattern(renamed(call["resource"])))
    return result


def denied(url: str, *, prefix: str = PROJECT) -> list[str]:
    """What roles of an environment called and were not allowed to, as `role action resource`."""
    calls = [call for call in _page(url)["denied"] if call["role"].startswith(prefix)]
    return sorted(
        {f"{call['role'].removeprefix(prefix)} {call['action']} {pattern(call['resource'])}" for call in calls}
    )


def recorded(names: Iterable[str] | None = None) -> Calls:
    """What the files say, all of them together.

    Args:
        names: of files. Default: all.
    """
    together: dict[str, dict[str, set[str]]] = {}
    paths = sorted(FOLDER.glob("*.json")) if names is None else [FOLDER / f"{name}.json" for name in names]
    for path in paths:
        for role, actions in json.loads(path.read_text()).items() if path.exists() else ():
            for action, patterns in actions.items():
                together.setdefault(role, {}).setdefault(action, set()).update(patterns)
    return together


def compare(name: str, calls: Calls, *, write: bool) -> None:
    """Fail where a call is in no file.

    Args:
        name: of the file for these calls.
        calls: what roles called.
        write: add them to the file first (`--record`).
    """
    if write:
        record(name, calls)
    new = "\n".join(unknown(calls))
    assert not new, f"roles called what is in no file of tests/permissions/recorded; --record writes it:\n{new}"


@dataclass(frozen=True, kw_only=True)
class PlatformCalls:
    """What roles did on a platform."""

    allowed: Calls
    denied: Sequence[str]
    """As `role action resource`."""


def calls_of_platform(url: str) -> PlatformCalls | None:
    """What roles did so far; `None` where a test has stopped the embedded AWS with this URL."""
    try:
        return PlatformCalls(allowed=allowed(url), denied=denied(url))
    except URLError:
        return None


def compare_platform(name: str, calls: PlatformCalls, *, write: bool) -> None:
    """Fail where a role called what is in no file, or was denied anything.

    Args:
        name: of the platform, and of its file.
        calls: what roles did.
        write: add the calls to the file first (`--record`).
    """
    compare(name, calls.allowed, write=write)
    assert not calls.denied, "roles were denied:\n" + "\n".join(calls.denied)


def record(name: str, calls: Calls) -> None:
    """Add calls to a file. What is no longer called goes by deleting the file first."""
    together = {role: dict(actions) for role, actions in recorded([name]).items()}
    for role, actions in calls.items():
        for action, patterns in actions.items():
            before = together.setdefault(role, {}).get(action, set())
            together[role][action] = before | patterns
    FOLDER.mkdir(exist_ok=True)
    lists = {
        role: {action: sorted(patterns) for action, patterns in actions.items()} for role, actions in together.items()
    }
    (FOLDER / f"{name}.json").write_text(json.dumps(lists, indent=2, sort_keys=True) + "\n")


def unknown(calls: Calls) -> list[str]:
    """Calls that are in no file, as `role action pattern`."""
    known = recorded()
    return sorted(
        f"{role} {action} {each}"
        for role, actions in calls.items()
        for action, patterns in actions.items()
        for each in patterns - known.get(role, {}).get(action, set())
    )


def _page(url: str) -> dict[str, Any]:
    with build_opener(ProxyHandler({})).open(url + CALLS_PATH, timeout=30) as answer:
        return dict(json.load(answer))


def _without_id(part: str) -> str:
    name, is_pair, _ = part.partition("=")
    return f"{name}=*" if is_pair else "*" if _ID.fullmatch(part) else _TIME.sub("-*", part)
