"""Commands of the AWS CLI that documents name, judged by AWS's models: they exist, and AWS would accept what they send.

The CLI derives its commands from the same models: `aws ecs describe-tasks --tasks A B` is `DescribeTasks` with the
member `tasks`. Its own inventions, such as `aws s3 cp`, are not known here.
"""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
import jmespath
from botocore import xform_name

from local.strict.constraints import check
from local.strict.violations import Findings

CLI_OPTIONS = frozenset({"--query", "--output", "--region", "--profile", "--max-items"})
"""Those of the CLI itself, each with a value."""
OTHER_NAMES = {"s3api": "s3"}
"""Services that the CLI names otherwise than the models do."""
_INNER = re.compile(r"(\w+)=")


@dataclass(frozen=True, kw_only=True)
class AwsCommand:
    """One call of AWS."""

    service: str
    operation: str
    parameters: Mapping[str, Any]

    @classmethod
    def parse(cls, text: str) -> "AwsCommand":
        """Read a command line.

        Raises:
            ValueError: there is no such service, operation or option.
        """
        program, service, command, *words = shlex.split(text)
        service = OTHER_NAMES.get(service, service)
        if program != "aws" or service not in _session().get_available_services():
            raise ValueError(f"{text}: AWS has no service {service}")
        model = _session().get_service_model(service)
        operations = {xform_name(name, "-"): name for name in model.operation_names}
        if command not in operations:
            raise ValueError(f"{text}: {service} has no operation {command}")
        shape = model.operation_model(operations[command]).input_shape
        members = {
            f"--{xform_name(name, '-')}": (name, inner) for name, inner in (shape.members if shape else {}).items()
        }
        parameters = {}
        for option, values in _options(words):
            if option in CLI_OPTIONS:
                continue
            positive = option.replace("--no-", "--", 1)
            if option not in members and positive in members and members[positive][1].type_name == "boolean":
                parameters[members[positive][0]] = False
                continue
            if option not in members:
                raise ValueError(f"{text}: {command} has no option {option}; it has {', '.join(sorted(members))}")
            name, inner = members[option]
            parameters[name] = _value(inner, values)
        return cls(service=service, operation=operations[command], parameters=parameters)

    def violations(self) -> list[str]:
        """What AWS would not accept; empty if it would."""
        shape = _session().get_service_model(self.service).operation_model(self.operation).input_shape
        findings = Findings()
        if shape is not None:
            check(shape, self.parameters, findings)
        return [f"{each.path} must {each.bound}" for each in findings.violations]


def _options(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Each option with the words after it."""
    starts = [number for number, word in enumerate(words) if word.startswith("--")]
    for start, end in zip(starts, [*starts, len(words)][1:], strict=True):
        yield words[start], words[start + 1 : end]


def _value(shape: Any, words: list[str]) -> Any:
    match shape.type_name:
        case "boolean":
            return True
        case "integer" | "long":
            return int(words[0])
        case "double" | "float":
            return float(words[0])
        case "list" if words[0].startswith("["):
            return json.loads(words[0])
        case "list":
            return [_value(shape.member, [word]) for word in words]
        case "structure" | "map":
            (word,) = words
            # The CLI's short form: Name=status,Values=active.
            return json.loads(word) if word.startswith("{") else _short_form(shape, word)
    return words[0]


def _short_form(shape: Any, word: str) -> dict[str, Any]:
    parts = _INNER.split(word)[1:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {name: _value(shape.members[name], text.rstrip(",").split(",")) for name, text in pairs}


@cache
def _session() -> Any:
    return botocore.session.get_session()


def run_printed(command: str, client: Callable[[str], Any]) -> None:
    """Run a command of a message as a shell would: with what it takes from another command.

    Args:
        command: the line, beginning with `aws`.
        client: gives a boto3 client for a service.
    """
    inner = re.search(r'"\$\((.+)\)"', command)
    if inner is not None:
        words = shlex.split(inner[1])
        given = jmespath.search(words[words.index("--query") + 1], _answer(inner[1], client))
        command = command.replace(inner[0], shlex.quote(json.dumps(given)))
    _answer(command, client)


def _answer(command: str, client: Callable[[str], Any]) -> dict[str, Any]:
    call = AwsCommand.parse(command)
    assert call.violations() == []
    return dict(getattr(client(call.service), xform_name(call.operation))(**call.parameters))
