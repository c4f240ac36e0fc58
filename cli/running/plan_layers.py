"""Plans the layers of an environment, one after the other, in both rounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cli.console import output, warn
from cli.running.changes import show_warnings
from cli.running.consequences import replaced_in_use, taken_over
from cli.running.machine_ui import MachineUi
from cli.running.renamed import with_renamed
from cli.running.sharing import sharing_a_provider
from cli.running.shown_plan import explain_changes, show_plan, show_second_round
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
        }


def plan_layers(
    stacks: Sequence[Stack], *, full: bool = False, quiet: bool = False, options: Sequence[str] = ()
) -> list[LayerPlan]:
    """Plan each layer, except those that read outputs which no state holds yet.

    None is there while a layer was never applied; single ones while something is added, such as the group of a service.
    """
    plans: list[LayerPlan] = []
    outputs: dict[str, Mapping[str, Any]] = {}
    missing: str | None = None
    with sharing_a_provider(stacks) as shared:
        for stack in shared:
            if missing is not None:
                plans.append(LayerPlan(layer=stack.name, has_changes=True, waits_for=missing))
                if not quiet:
                    output().print(f"{stack.name}: can be planned when {missing} is applied")
                continue
            if absent := unpublished(stack, outputs):
                plans.append(LayerPlan(layer=stack.name, has_changes=True, waits_for=next(iter(absent))))
                outputs[stack.name] = stack.state().get("outputs", {})
                if not quiet:
                    output().print(f"{stack.name}: {_waits(absent)}")
                continue
            with with_renamed(stack, options) as (plan, moves):
                kept = kept_for_later(stack, plan, options)
                plans.append(LayerPlan(layer=stack.name, has_changes=plan.has_changes, ui=plan.ui, kept=kept))
                show_warnings(stack.name, plan.ui)
                for sentence in taken_over(moves):
                    warn(f"{stack.name}: {sentence}.")
                for sentence in replaced_in_use(stack.name, plan.ui, options):
                    warn(f"{stack.name}: {sentence}; an apply refuses it")
                if not quiet:
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


def _waits(absent: Mapping[str, Sequence[str]]) -> str:
    read = "; ".join(f"{layer} will publish {', '.join(paths)}" for layer, paths in absent.items())
    return f"can be planned when {' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} applied: {read}"
