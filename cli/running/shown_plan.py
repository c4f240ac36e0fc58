"""Shows the plan of a layer: what changes in which round, and what it costs."""

from collections.abc import Collection, Iterable

from rich.text import Text

from cli.console import output, warn
from cli.running.changes import show_changes
from cli.running.consequences.consequence import Consequence, section
from cli.running.stack import Plan, Stack
from cli.running.strategy_change import explain


def show_plan(stack: Stack, plan: Plan, *, full: bool, kept: Collection[str] = ()) -> None:
    """Print what changes, on standard output.

    Args:
        stack: the layer.
        plan: of the layer.
        full: as Terraform renders it.
        kept: addresses of what only the second round removes.
    """
    show_changes(stack.name, plan.ui, whole=not full, kept=kept)
    if full and plan.has_changes:
        output().print(stack.show(plan))


def show_costs(layer: str, consequences: Iterable[Consequence]) -> None:
    """Print what the changes of a layer cost, on standard output."""
    for line, style in section(layer, consequences):
        output().print(Text(line, style=style))


def show_second_round(layer: str, kept: Collection[str]) -> None:
    """Print what a layer loses in the second round."""
    console = output()
    console.print(Text.assemble((layer, "bold"), f", second round: {len(kept)} to destroy"))
    for address in kept:
        console.print(Text(f"  - {address}", style="red"))


def explain_changes(stack: Stack, plan: Plan) -> None:
    """Print what a change of a service's strategy replaces, before it happens."""
    touched = [address for address, action in plan.ui.planned.items() if action != "update"]
    if not any(address.startswith("aws_ecs_service.") for address in touched):
        return
    for sentence in explain(stack.show_json(plan)):
        warn(sentence)
