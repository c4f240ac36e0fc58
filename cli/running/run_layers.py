"""Plans, applies and destroys the layers of an environment, one after the other."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType

from cli.console import output, result, say, warn
from cli.errors import CommandError
from cli.running.attached_provider import attached_provider
from cli.running.background_task import background_task
from cli.running.changes import show_changes, show_warnings, summary
from cli.running.machine_ui import MachineUi
from cli.running.stack import Plan, Stack
from cli.running.strategy_change import explain
from release.counted import counted


@dataclass(frozen=True, kw_only=True)
class LayerPlan:
    """The plan of one layer."""

    layer: str
    has_changes: bool
    ui: MachineUi | None = None
    waits_for: str | None = None
    """The layer that must be applied before this one can be planned."""

    def json(self) -> dict[str, object]:
        """For scripts."""
        ui = self.ui or MachineUi()
        return {
            "has_changes": self.has_changes,
            "waits_for": self.waits_for,
            "summary": dict(ui.changes),
            "changes": dict(sorted(ui.planned.items())),
            "drift": dict(sorted(ui.undone.items())),
            "outputs": ui.changed_outputs,
        }


@dataclass(kw_only=True)
class Outcome:
    """What happened to each layer."""

    changed: dict[str, MachineUi] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)

    def json(self) -> dict[str, object]:
        """For scripts: what was done to each layer."""
        return outcomes_json([self])


def outcomes_json(outcomes: Iterable[Outcome]) -> dict[str, object]:
    """For scripts: what was done to each layer; a layer that was changed several times has the sum."""
    runs: dict[str, list[MachineUi]] = {}
    for outcome in outcomes:
        for layer, ui in outcome.changed.items():
            runs.setdefault(layer, []).append(ui)
        for layer in outcome.unchanged:
            runs.setdefault(layer, [])
    return {layer: {"changed": bool(each), "summary": _sum(each)} for layer, each in runs.items()}


def _sum(runs: Iterable[MachineUi]) -> dict[str, int]:
    total: dict[str, int] = {}
    for ui in runs:
        for kind, count in ui.changes.items():
            total[kind] = total.get(kind, 0) + count
    return total


def plan_layers(
    stacks: Sequence[Stack], *, full: bool = False, quiet: bool = False, options: Sequence[str] = ()
) -> list[LayerPlan]:
    """Plan each layer, except those that depend on one that was never applied and has no outputs yet."""
    plans: list[LayerPlan] = []
    missing: str | None = None
    with _sharing_a_provider(stacks) as shared:
        for stack in shared:
            if missing is not None:
                plans.append(LayerPlan(layer=stack.name, has_changes=True, waits_for=missing))
                if not quiet:
                    output().print(f"{stack.name}: can be planned when {missing} is applied")
                continue
            with stack.plan(options=options) as plan:
                plans.append(LayerPlan(layer=stack.name, has_changes=plan.has_changes, ui=plan.ui))
                show_warnings(stack.name, plan.ui)
                if not quiet:
                    _show(stack, plan, full=full)
                    _explain(stack, plan)
            if plan.has_changes and stack is not shared[-1] and not stack.resource_count():
                missing = stack.name
    return plans


def apply_layers(
    stacks: Sequence[Stack],
    *,
    ask: Callable[[str], bool] | None,
    full: bool = False,
    options: Sequence[str] = (),
    before: Mapping[str, Callable[[], None]] = MappingProxyType({}),
) -> Outcome:
    """Plan and apply each layer in order.

    Args:
        stacks: the layers.
        ask: called after a plan was shown; None applies without asking.
        full: show plans as Terraform does.
        options: of `terraform plan`.
        before: layer → called before it is planned.
    """
    outcome = Outcome()
    with _sharing_a_provider(stacks) as shared:
        for stack in shared:
            if stack.name in before:
                before[stack.name]()
            with stack.plan(options=options) as plan:
                show_warnings(stack.name, plan.ui)
                if not plan.has_changes:
                    outcome.unchanged.append(stack.name)
                    stack.say(f"{stack.name}: no changes")
                    continue
                _explain(stack, plan)
                if ask is not None:
                    _show(stack, plan, full=full)
                    if not ask(f"Apply these changes to {stack.name}?"):
                        raise CommandError(f"Stopped before {stack.name}: nothing of it was changed.")
                else:
                    stack.say(f"{stack.name}: {summary(plan.ui)}")
                following = shared[shared.index(stack) + 1 :][:1]
                # `init` takes seconds of processor; an apply mostly waits.
                with background_task("init", partial(_initialise, following)):
                    ui = stack.apply(plan)
                outcome.changed[stack.name] = ui
                stack.say(f"{stack.name}: {done(ui)}", style="green")
    return outcome


def _initialise(stacks: Sequence[Stack]) -> None:
    for stack in stacks:
        # Its own plan tries again, and says what is wrong.
        with suppress(CommandError):
            replace(stack, shows_progress=False).init()


def register_task_definition(stack: Stack, family: str) -> None:
    """Apply one task definition alone, so that a task can run with it before the service does.

    Raises:
        CommandError: the stack has no such family, or Terraform fails.
    """
    definitions = stack.document()["resource"].get("aws_ecs_task_definition", {})
    names = [name for name, body in definitions.items() if body["family"] == family]
    if not names:
        raise CommandError(f"{stack.name} has no task definition {family}: it was applied from another configuration.")
    apply_part(stack, [f"aws_ecs_task_definition.{name}" for name in names], note=f" ({family} alone)")


def apply_part(stack: Stack, addresses: Sequence[str], *, note: str = "") -> Outcome:
    """Apply some resources of a stack, without asking; the rest follows later.

    Args:
        stack: with the resources.
        addresses: of the resources. Terraform's warning that such a plan is incomplete is not shown.
        note: at the end of the line that says what is planned.
    """
    outcome = Outcome()
    options = [f"-target={address}" for address in addresses]
    with _sharing_a_provider([stack]) as (shared,), shared.plan(options=options) as plan:
        if plan.has_changes:
            stack.say(f"{stack.name}: {summary(plan.ui)}{note}")
            outcome.changed[stack.name] = shared.apply(plan)
    return outcome


def destroy_layers(stacks: Sequence[Stack]) -> Outcome:
    """Destroy the given layers, the last one first."""
    outcome = Outcome()
    with _sharing_a_provider(stacks) as shared:
        for stack in reversed(shared):
            # A layer without state cannot be planned: the outputs that it reads may be gone already.
            if not stack.resource_count():
                outcome.unchanged.append(stack.name)
                say(f"{stack.name}: nothing to destroy")
                continue
            retained = stack.retained()
            others = stack.all_but(retained) if retained else []
            if retained and not others:
                _leave(stack, retained)
                outcome.unchanged.append(stack.name)
                continue
            with stack.plan(destroy=True, options=others) as plan:
                say(f"{stack.name}: {summary(plan.ui)}")
                outcome.changed[stack.name] = ui = stack.apply(plan, verb="destroy")
                say(f"{stack.name}: {done(ui)}", style="green")
            if retained:
                _leave(stack, retained)
    return outcome


def _leave(stack: Stack, addresses: Sequence[str]) -> None:
    """Forget what snapshots and backups need that outlive the environment, and say what is left."""
    stack.forget(addresses)
    for address in addresses:
        say(f"{stack.name}: {address} stays in the account, since snapshots and backups that stay need it")


def conclude(name: str, outcome: Outcome, *, as_json: bool, done: str = "applied", nothing: str = "change") -> None:
    """Print the last line: what changed, or that nothing did.

    Args:
        name: of the environment.
        outcome: of all layers.
        as_json: whether the outcome is printed as JSON.
        done: what was done to the layers that changed.
        nothing: what there was nothing to do.
    """
    sentence = f"{', '.join(outcome.changed)} {done}" if outcome.changed else f"nothing to {nothing}"
    result(f"{name}: {sentence}.", style="green", as_json=as_json)


def refuse_to_orphan(stacks: Sequence[Stack], layer: str) -> None:
    """Raise CommandError where a layer that depends on `layer` still has resources."""
    names = [stack.name for stack in stacks]
    for stack in stacks[names.index(layer) + 1 :]:
        count = stack.resource_count()
        if count:
            raise CommandError(
                f"{layer} cannot be destroyed while {stack.name} depends on it ({counted(count, 'resource')}). "
                f"Destroy {stack.name} first, or everything: leave --layer out."
            )


def done(ui: MachineUi) -> str:
    """`3 added, 1 changed, 0 destroyed`."""
    counts = ui.changes
    return f"{counts.get('add', 0)} added, {counts.get('change', 0)} changed, {counts.get('remove', 0)} destroyed"


def _show(stack: Stack, plan: Plan, *, full: bool) -> None:
    show_changes(stack.name, plan.ui, whole=not full)
    if full and plan.has_changes:
        output().print(stack.show(plan))


def _explain(stack: Stack, plan: Plan) -> None:
    """Print what a change of a service's strategy replaces, before it happens."""
    touched = [address for address, action in plan.ui.planned.items() if action != "update"]
    if not any(address.startswith("aws_ecs_service.") for address in touched):
        return
    for sentence in explain(stack.show_json(plan)):
        warn(sentence)


@contextmanager
def _sharing_a_provider(stacks: Sequence[Stack]) -> Iterator[Sequence[Stack]]:
    """The stacks, with one process of the provider for all their commands where that is allowed."""
    if not stacks or not stacks[0].terraform.shares_provider:
        yield stacks
        return
    with attached_provider() as provider:
        yield [replace(stack, provider=provider) for stack in stacks]
