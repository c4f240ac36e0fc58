"""Plans the layers of an environment, one after the other, in both rounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cli.console import output
from cli.running.changes import show_warnings
from cli.running.consequences.consequence import Consequence
from cli.running.consequences.expected import expected_changes
from cli.running.consequences.of_plan import consequences_of
from cli.running.consequences.table import judge
from cli.running.machine_ui import MachineUi
from cli.running.renamed import with_renamed
from cli.running.sharing import sharing_a_provider
from cli.running.shown_plan import explain_changes, show_costs, show_plan, show_second_round
from cli.running.stack import Stack
from cli.running.state_store import count_resources
from cli.running.two_rounds import kept_for_later
from cli.running.unpublished import unpublished


@dataclass(frozen=True, kw_only=True)
class LayerPlan:
    """The plan of one layer."""

    layer: str
    has_changes: bool
    ui: MachineUi | None = None
    waits_for: str | None = None
    """The layer that must be applied before this one can be planned."""
    kept: tuple[str, ...] = ()
    """Addresses of what the second round removes."""
    consequences: tuple[Consequence, ...] = ()
    """What the changes cost; of a layer that waits, as far as it is known without a plan."""

    def json(self) -> dict[str, object]:
        """For scripts."""
        ui = self.ui or MachineUi()
        return {
            "has_changes": self.has_changes,
            "waits_for": self.waits_for,
            "summary": dict(ui.changes),
            "changes": dict(sorted(ui.planned.items())),
            "second_round": list(self.kept),
            "drift": dict(sorted(ui.undone.items())),
            "outputs": ui.changed_outputs,
            "consequences": [each.json() for each in self.consequences],
        }


def plan_layers(
    stacks: Sequence[Stack],
    *,
    full: bool = False,
    quiet: bool = False,
    warns: bool = True,
    options: Sequence[str] = (),
) -> list[LayerPlan]:
    """Plan each layer, except those that read outputs which no state holds yet.

    None is there while a layer was never applied; single ones while something is added, such as the group of a service.

    Args:
        stacks: the layers, in order.
        full: show plans as Terraform does.
        quiet: show none.
        warns: whether Terraform's warnings are shown.
        options: of `terraform plan`.
    """
    plans: list[LayerPlan] = []
    outputs: dict[str, Mapping[str, Any]] = {}
    missing: str | None = None
    with sharing_a_provider(stacks) as shared:
        for stack in shared:
            if missing is not None:
                plans.append(_waiting(stack, stack.state(), missing))
                if not quiet:
                    show_costs(stack.name, plans[-1].consequences)
                    output().print(f"{stack.name}: can be planned when {missing} is applied")
                continue
            if absent := unpublished(stack, outputs):
                state = stack.state()
                plans.append(_waiting(stack, state, next(iter(absent))))
                outputs[stack.name] = state.get("outputs", {})
                if not quiet:
                    show_costs(stack.name, plans[-1].consequences)
                    output().print(f"{stack.name}: {_waits(absent)}")
                continue
            with with_renamed(stack, options) as (plan, moves):
                kept = kept_for_later(stack, plan, options)
                costs = tuple(consequences_of(stack, plan, moves=moves, options=options))
                plans.append(
                    LayerPlan(layer=stack.name, has_changes=plan.has_changes, ui=plan.ui, kept=kept, consequences=costs)
                )
                if warns:
                    show_warnings(stack.name, plan.ui)
                if not quiet:
                    show_costs(stack.name, costs)
                    show_plan(stack, plan, full=full, kept=kept)
                    explain_changes(stack, plan)
            if plan.has_changes and stack is not shared[-1]:
                state = stack.state()
                outputs[stack.name] = state.get("outputs", {})
                if not count_resources(state):
                    missing = stack.name
    if not quiet:
        for one in reversed(plans):
            if one.kept:
                show_second_round(one.layer, one.kept)
    return plans


def _waiting(stack: Stack, state: Mapping[str, Any], layer: str) -> LayerPlan:
    """A layer that cannot be planned before another one is applied."""
    costs = judge(stack.name, [*expected_changes(state, stack.document())]) if count_resources(dict(state)) else ()
    return LayerPlan(layer=stack.name, has_changes=True, waits_for=layer, consequences=tuple(costs))


def _waits(absent: Mapping[str, Sequence[str]]) -> str:
    read = "; ".join(f"{layer} will publish {', '.join(paths)}" for layer, paths in absent.items())
    return f"can be planned when {' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} applied: {read}"
