"""`python -m tests.docs.aws_cli …` does what `aws …` does, as far as the runbooks use it.

Operations and options are those of botocore's models, as in the AWS CLI; endpoint and region are in the environment.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import jmespath
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import Shape
from botocore.session import Session


def main(arguments: list[str]) -> int:
    if not os.environ.get("AWS_PROFILE"):
        os.environ.pop("AWS_PROFILE", None)  # boto3 takes an empty one for a name
    service, command, *rest = arguments
    waiter = rest.pop(0) if command == "wait" else ""
    options = dict(_options(rest))
    region, query, output = (options.pop(name, [""])[0] for name in ("region", "query", "output"))
    config = Config(proxies={}, retries={"max_attempts": 1})
    client = boto3.client(service, region_name=region or None, config=config)  # type: ignore[call-overload]
    try:
        if waiter:
            waits = client.get_waiter(waiter.replace("-", "_"))
            waits.wait(**_parameters(service, waits.config.operation, options))
            return 0
        operation = client.meta.method_to_api_mapping[command.replace("-", "_")]
        answer = getattr(client, command.replace("-", "_"))(**_parameters(service, operation, options))
    except (BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 254
    answer.pop("ResponseMetadata")
    result = jmespath.search(query, answer) if query else answer
    print(_text(result) if output == "text" else json.dumps(result, indent=4, default=str))
    return 0


def _options(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Option → its values; none for a flag."""
    while words:
        name = words.pop(0)
        assert name.startswith("--"), name
        values = []
        while words and not words[0].startswith("--"):
            values.append(words.pop(0))
        yield name.removeprefix("--"), values


def _parameters(service: str, operation: str, options: dict[str, list[str]]) -> dict[str, Any]:
    """Raises KeyError for an option that the operation lacks."""
    shape = Session().get_service_model(service).operation_model(operation).input_shape
    members = {_option(name): (name, member) for name, member in shape.members.items()}
    parameters: dict[str, Any] = {}
    for option, values in options.items():
        if option not in members and option.startswith("no-"):
            parameters[members[option.removeprefix("no-")][0]] = False
            continue
        name, member = members[option]
        parameters[name] = _value(member, values)
    return parameters


def _value(shape: Shape, values: list[str]) -> Any:
    match shape.type_name:
        case "boolean":
            return not values
        case "integer":
            return int(values[0])
        case "list":
            return [_value(shape.member, [each]) for each in values]  # type: ignore[attr-defined]
        case "structure":
            return dict(pair.split("=", 1) for pair in values[0].split(","))
        case _:
            return values[0]


def _option(name: str) -> str:
    from botocore import xform_name

    return str(xform_name(name, "-"))


def _text(result: Any) -> str:
    rows = result if isinstance(result, list) else [result]
    return "\n".join("\t".join(map(str, row)) if isinstance(row, list) else str(row) for row in rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
