"""Explains from a Terraform plan what changing a service's strategy does. Pure: plan in, text out."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aws.strategy import STRATEGY_OF

_SERVICE = re.compile(rf"aws_ecs_service\.(?P<service>[^_.]+)_(?P<id>{'|'.join(STRATEGY_OF)})_service")
"""The address of a web service's ECS service (see `layers/web`)."""

_NAMES = {
    "aws_ecs_service": ("ECS service with its tasks", "ECS services with their tasks"),
    "aws_lb_target_group": ("target group", "target groups"),
    "aws_lb_listener": ("test listener", "test listeners"),
    "aws_lb_listener_rule": ("listener rule", "listener rules"),
    "aws_ssm_parameter": ("parameter with its history", "parameters with their history"),
    "aws_cloudwatch_log_group": ("log group", "log groups"),
    "aws_cloudwatch_metric_alarm": ("alarm", "alarms"),
    "aws_codedeploy_deployment_group": ("CodeDeploy deployment group", "CodeDeploy deployment groups"),
}
"""Resource types that are listed, in this order; the others are counted together."""


@dataclass(frozen=True, kw_only=True)
class _Change:
    """One entry of `resource_changes`."""

    address: str
    type: str
    actions: frozenset[str]
    before: Mapping[str, Any]
    replace_paths: Sequence[Sequence[Any]]

    @property
    def is_deleted(self) -> bool:
        return self.actions == {"delete"}

    @property
    def is_created(self) -> bool:
        return self.actions == {"create"}

    @property
    def is_replaced(self) -> bool:
        return self.actions == {"create", "delete"}


@dataclass(kw_only=True)
class _Service:
    """The ECS services of one web service that the plan changes."""

    before: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)
    replaced: list[_Change] = field(default_factory=list)


def explain(plan: Mapping[str, Any]) -> list[str]:
    """Explain what a plan does to services that change their strategy, or whose ECS service is replaced.

    Args:
        plan: what `terraform show -json PLAN` prints for the `service` layer.

    Returns:
        Sentences for users, in reading order; empty if no strategy changes.
    """
    changes = [_change(body) for body in plan.get("resource_changes", [])]
    services: dict[str, _Service] = {}
    for change in changes:
        if (match := _SERVICE.fullmatch(change.address)) is None:
            continue
        service, strategy = services.setdefault(match["service"], _Service()), STRATEGY_OF[match["id"]]
        if change.is_deleted:
            service.before.add(strategy)
        elif change.is_created:
            service.after.add(strategy)
        elif change.is_replaced:
            service.replaced.append(change)
    sentences: list[str] = []
    for name, service in sorted(services.items()):
        if service.before and service.after and service.before != service.after:
            own = [change for change in changes if change.address.split(".", 1)[1].startswith(f"{name}_")]
            sentences += _strategy_sentences(name, min(service.before), min(service.after), own)
        sentences += [_replacement_sentence(name, change) for change in service.replaced]
    return sentences


def _change(body: Mapping[str, Any]) -> _Change:
    change = body["change"]
    return _Change(
        address=body["address"],
        type=body["type"],
        actions=frozenset(change["actions"]),
        before=change.get("before") or {},
        replace_paths=change.get("replace_paths") or [],
    )


def _strategy_sentences(name: str, before: str, after: str, changes: Sequence[_Change]) -> Iterator[str]:
    yield f"{name} changes its strategy from {before} to {after}."
    yield f"Destroyed: {_counted(change for change in changes if change.is_deleted or change.is_replaced)}."
    yield f"Created: {_counted(change for change in changes if change.is_created or change.is_replaced)}."
    images = [_image(change) for change in changes if change.is_deleted and _owns_an_image(change)]
    if images:
        yield (
            f"The new tasks start with the image in the environment file, not with the one that was deployed last "
            f"({', '.join(images)}). Write that one into the file first."
        )
    yield (
        f"{name} is interrupted: its listener rule switches to target groups whose tasks are not healthy yet, while "
        "the old tasks stop. Requests fail with 503 for some minutes."
    )
    yield (
        f"To avoid the interruption, keep {name} and add a second service with the new strategy, the same host_names "
        f"and path_patterns, and a priority number above that of {name}, so that it gets no requests yet. Apply, and "
        f"wait until its targets are healthy. Then give it a free priority number below that of {name} and apply: all "
        "requests move at once, and back the same way. Finally remove "
        f"{name} from the file. That deletes its image repository, so keep the images of the second service in its own."
    )


def _replacement_sentence(name: str, change: _Change) -> str:
    causes = sorted({str(path[0]) for path in change.replace_paths if path})
    because = f" because {', '.join(causes)} cannot be changed in place" if causes else ""
    return (
        f"The ECS service of {name} ({change.address}) is replaced{because}: its tasks stop before the new ones "
        f"start, and {name} is interrupted for some minutes."
    )


def _counted(changes: Any) -> str:
    counts = Counter(change.type for change in changes)
    parts = [f"{counts.pop(type_)} {_NAMES[type_][counts_word]}" for type_, counts_word in _in_order(counts)]
    if rest := sum(counts.values()):
        parts.append(f"{rest} {'other resource' if rest == 1 else 'other resources'}")
    return ", ".join(parts) or "nothing"


def _in_order(counts: Counter[str]) -> list[tuple[str, int]]:
    return [(type_, 0 if counts[type_] == 1 else 1) for type_ in _NAMES if counts[type_]]


def _owns_an_image(change: _Change) -> bool:
    return change.type == "aws_ssm_parameter" and str(change.before.get("name", "")).endswith("/image")


def _image(change: _Change) -> str:
    return f"{change.before['name']} = {change.before.get('insecure_value')}"
