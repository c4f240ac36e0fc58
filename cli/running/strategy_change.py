"""Explains from a Terraform plan what changing a service's strategy does. Pure: plan in, text out."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cli.running.consequences.change import Change, planned_changes
from cli.running.consequences.services import changed_strategies

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


def explain(plan: Mapping[str, Any]) -> list[str]:
    """Explain what a plan does to services that change their strategy; the table says what it costs.

    Args:
        plan: what `terraform show -json PLAN` prints for the `service` layer.

    Returns:
        Sentences for users, in reading order; empty if no strategy changes.
    """
    changes = [*planned_changes(plan)]
    sentences: list[str] = []
    for name, (before, after, _) in changed_strategies(changes).items():
        own = [change for change in changes if change.address.split(".", 1)[1].startswith(f"{name}_")]
        sentences += _strategy_sentences(name, before, after, own)
    return sentences


def _strategy_sentences(name: str, before: str, after: str, changes: Sequence[Change]) -> Iterator[str]:
    yield f"{name} changes its strategy from {before} to {after}."
    yield f"Destroyed: {_counted(change for change in changes if change.goes)}."
    yield f"Created: {_counted(change for change in changes if change.action in ('create', 'replace'))}."
    images = [_image(change) for change in changes if change.action == "delete" and _owns_an_image(change)]
    if images:
        yield (
            f"The new tasks start with the image in the environment file, not with the one that was deployed last "
            f"({', '.join(images)}). Write that one into the file first."
        )


def _counted(changes: Any) -> str:
    counts = Counter(change.type for change in changes)
    parts = [f"{counts.pop(type_)} {_NAMES[type_][counts_word]}" for type_, counts_word in _in_order(counts)]
    if rest := sum(counts.values()):
        parts.append(f"{rest} {'other resource' if rest == 1 else 'other resources'}")
    return ", ".join(parts) or "nothing"


def _in_order(counts: Counter[str]) -> list[tuple[str, int]]:
    return [(type_, 0 if counts[type_] == 1 else 1) for type_ in _NAMES if counts[type_]]


def _owns_an_image(change: Change) -> bool:
    return change.type == "aws_ssm_parameter" and str(change.before.get("name", "")).endswith("/image")


def _image(change: Change) -> str:
    return f"{change.before['name']} = {change.before.get('insecure_value')}"
