"""A mistake in the generated JSON with the guard that finds it, and helpers to write mistakes."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.documents import Documents

Change = Callable[[Documents], object]


@dataclass(frozen=True)
class Mistake:
    """A change to the JSON of production, and the guard that finds it."""

    guard: str
    what: str
    """Description of the mistake."""
    change: Change
    also: tuple[str, ...] = ()
    """Other guards that find it too."""


def resource(documents: Documents, layer: str, resource_type: str, name: str = "") -> dict[str, Any]:
    """The first resource of a type with this in its name."""
    bodies = documents[layer]["resource"][resource_type]
    body: dict[str, Any] = bodies[next(key for key in bodies if name in key)]
    return body


def edit(layer: str, resource_type: str, name: str, **values: Any) -> Change:
    """Set arguments of a resource."""
    return lambda documents: resource(documents, layer, resource_type, name).update(values)


def add(layer: str, resource_type: str, called: str, **values: Any) -> Change:
    """Add a resource."""
    # A copy, since a change after this one may write into it.
    return lambda documents: (
        documents[layer]["resource"].setdefault(resource_type, {}).update({called: copy.deepcopy(values)})
    )


def both(*changes: Change) -> Change:
    """One change after the other."""

    def change(documents: Documents) -> None:
        for each in changes:
            each(documents)

    return change


def in_container(old: str, new: str, colour: str = "blue") -> Change:
    """Replace text in the containers of a task definition."""

    def change(documents: Documents) -> None:
        task = resource(documents, "service", "aws_ecs_task_definition", colour)
        assert old in task["container_definitions"]
        task["container_definitions"] = task["container_definitions"].replace(old, new)

    return change


def in_policy(layer: str, resource_type: str, name: str, sid: str, key: str = "policy", **values: Any) -> Change:
    """Set parts of a statement of a policy; a part that is None goes."""

    def change(documents: Documents) -> None:
        body = resource(documents, layer, resource_type, name)
        document = json.loads(body[key])
        (statement,) = [one for one in document["Statement"] if one.get("Sid", "") == sid]
        statement.update(values)
        for part in [part for part, value in values.items() if value is None]:
            del statement[part]
        body[key] = json.dumps(document)

    return change


def allowing(role: str, action: str | list[str], on: str | list[str], **more: Any) -> Change:
    """Give the role of a service one more permission."""
    statement = {"Sid": "More", "Effect": "Allow", "Action": action, "Resource": on, **more}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return add(
        "service", "aws_iam_role_policy", "more", name="more", role=f"${{aws_iam_role.{role}.name}}", policy=policy
    )
