"""What a change of a service's strategy does, told from a Terraform plan before it happens. Pure: plan in, text out."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_SERVICE = re.compile(r"aws_ecs_service\.(?P<service>[^_.]+)_(?P<id>blue|green|rolling|codedeploy)_service")
_STRATEGIES = {"blue": "blue-green", "green": "blue-green", "rolling": "rolling", "codedeploy": "codedeploy"}
"""Id of an ECS service in its address (see `layers/web`) → the strategy that makes it."""

_WORDS = {
    "aws_ecs_service": ("ECS service with its tasks", "ECS services with their tasks"),
    "aws_lb_target_group": ("target group", "target groups"),
    "aws_lb_listener": ("test listener", "test listeners"),
    "aws_lb_listener_rule": ("listener rule", "listener rules"),
    "aws_ssm_parameter": ("parameter with its history", "parameters with their history"),
    "aws_cloudwatch_log_group": ("log group", "log groups"),
    "aws_cloudwatch_metric_alarm": ("alarm", "alarms"),
    "aws_codedeploy_deployment_group": ("CodeDeploy deployment group", "CodeDeploy deployment groups"),
}
"""What people want to know of, in this order; the rest is counted together."""


@dataclass(frozen=True, kw_only=True)
class _Change:
    """One entry of `resource_changes`."""

    address: str
    type: str
    actions: frozenset[str]
    before: Mapping[str, Any]
    replace_paths: Sequence[Sequence[Any]]

    @property
    def goes(self) -> bool:
        return self.actions == {"delete"}

    @property
    def comes(self) -> bool:
        return self.actions == {"create"}

    @property
    def is_replaced(self) -> bool:
        return self.actions == {"create", "delete"}


@dataclass(kw_only=True)
class _Service:
    """The ECS services of one web service that the plan touches."""

    before: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)
    replaced: list[_Change] = field(default_factory=list)


def explain(plan: Mapping[str, Any]) -> list[str]:
    """Say what a plan does to services that change their strategy, or whose ECS service is made again.

    Args:
        plan: what `terraform show -json PLAN` prints for the `service` layer.

    Returns:
        Sentences for people, in the order to read them; none where no strategy changes.
    """
    changes = [_change(body) for body in plan.get("resource_changes", [])]
    services: dict[str, _Service] = {}
    for change in changes:
        if (found := _SERVICE.fullmatch(change.address)) is None:
            continue
        service, strategy = services.setdefault(found["service"], _Service()), _STRATEGIES[found["id"]]
        if change.goes:
            service.before.add(strategy)
        elif change.comes:
            service.after.add(strategy)
        elif change.is_replaced:
            service.replaced.append(change)
    sentences: list[str] = []
    for name, service in sorted(services.items()):
        if service.before and service.after and service.before != service.after:
            own = [change for change in changes if change.address.split(".", 1)[1].startswith(f"{name}_")]
            sentences += _of_a_strategy(name, min(service.before), min(service.after), own)
        sentences += [_of_a_replacement(name, change) for change in service.replaced]
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


def _of_a_strategy(name: str, before: str, after: str, changes: Sequence[_Change]) -> Iterator[str]:
    yield f"{name} changes its strategy from {before} to {after}."
    yield f"Destroyed: {_counted(change for change in changes if change.goes or change.is_replaced)}."
    yield f"Made: {_counted(change for change in changes if change.comes or change.is_replaced)}."
    images = [_image(change) for change in changes if change.goes and _owns_an_image(change)]
    if images:
        yield (
            f"The new tasks begin with the image in the environment file, not with the one that was deployed last "
            f"({', '.join(images)}): write that one there first."
        )
    yield (
        f"{name} is interrupted: its listener rule turns to target groups whose first tasks are not healthy yet, while "
        "the old tasks go. Requests are answered with 503 for some minutes."
    )
    yield (
        f"Without an interruption: leave {name} as it is and add a second service with the new strategy, the same "
        f"host_names and path_patterns, and a priority above that of {name}, so that it gets no requests yet. Apply, "
        f"and wait until its targets are healthy. Give it a free priority below that of {name} and apply: all requests "
        f"move at once, and back the same way. Then take {name} out of the file; its image repository goes with it, so "
        "keep the images that the second service runs in its own."
    )


def _of_a_replacement(name: str, change: _Change) -> str:
    causes = sorted({str(path[0]) for path in change.replace_paths if path})
    because = f" because {', '.join(causes)} cannot be changed in place" if causes else ""
    return (
        f"The ECS service of {name} ({change.address}) is made again{because}: its tasks stop before the new ones "
        f"start, and {name} is interrupted for some minutes."
    )


def _counted(changes: Any) -> str:
    counts = Counter(change.type for change in changes)
    parts = [f"{counts.pop(type_)} {_WORDS[type_][counts_word]}" for type_, counts_word in _in_order(counts)]
    if rest := sum(counts.values()):
        parts.append(f"{rest} {'other resource' if rest == 1 else 'other resources'}")
    return ", ".join(parts) or "nothing"


def _in_order(counts: Counter[str]) -> list[tuple[str, int]]:
    return [(type_, 0 if counts[type_] == 1 else 1) for type_ in _WORDS if counts[type_]]


def _owns_an_image(change: _Change) -> bool:
    return change.type == "aws_ssm_parameter" and str(change.before.get("name", "")).endswith("/image")


def _image(change: _Change) -> str:
    return f"{change.before['name']} = {change.before.get('insecure_value')}"
