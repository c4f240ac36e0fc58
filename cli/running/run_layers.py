"""Applies and destroys the layers of an environment, one after the other."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from cli.console import say
from cli.errors import CommandError
from cli.running.background_task import background_task
from cli.running.changes import show_warnings, summary
from cli.running.consequences.consent import Consent
from cli.running.consequences.of_plan import consequences_of
from cli.running.outcome import Outcome, done
from cli.running.sharing import sharing_a_provider
from cli.running.shown_plan import explain_changes, show_plan
from cli.running.stack import Plan, Stack
from cli.running.two_rounds import BUILT_ON, first_round
from release.counted import counted


def apply_layers(
    stacks: Sequence[Stack],
    *,
    ask: Callable[[str], bool] | None,
    full: bool = False,
    options: Sequence[str] = (),
    before: Mapping[str, Callable[[], None]] = MappingProxyType({}),
    after: Mapping[str, Callable[[], bool]] = MappingProxyType({}),
    out_of_use: Callable[[], bool] | None = None,
    consent: Consent | None = None,
) -> Outcome:
    """Plan and apply each layer in order; then remove what layers no longer have, the last layer first.

    Args:
        stacks: the layers. Nothing is removed from a layer while one that reads it is not among them.
        ask: called after a plan was shown; None applies without asking.
        full: show plans as Terraform does.
        options: of `terraform plan`.
        before: layer → called before it is planned.
        after: layer → called once it is applied; returns whether what layers no longer have is out of use.
        out_of_use: the same, called once before the second round, if there is one.
        consent: to what the changes cost. Default: nothing may be interrupted or lost.

    Raises:
        CommandError: Terraform failed, somebody said no, or what the changes of a layer cost is not accepted.
    """
    outcome, kept, consent = Outcome(), dict[str, tuple[str, ...]](), consent or Consent()
    run = _Run(ask=ask, full=full, outcome=outcome)
    with sharing_a_provider(stacks) as shared:
        let_go = True
        for stack in shared:
            if stack.name in before:
                before[stack.name]()
            with first_round(stack, options) as first:
                show_warnings(stack.name, first.whole.ui)
                stays = first.kept if stacks[-1].name in BUILT_ON else ()
                costs = consequences_of(stack, first.whole, moves=first.moves, but=stays, options=options)
                consent.require({stack.name: costs}, what=f"Nothing of {stack.name} was changed.")
                if first.kept:
                    kept[stack.name] = first.kept
                run.apply(stack, first.plan, kept=first.kept, following=shared[shared.index(stack) + 1 :][:1])
                let_go = after.get(stack.name, _at_once)() and let_go
        if kept and out_of_use is not None:
            let_go = out_of_use() and let_go
        if kept and not (let_go and shared[-1].name not in BUILT_ON):
            for layer, addresses in kept.items():
                _say_what_stays(layer, addresses)
            return outcome
        for stack in reversed(shared):
            if stack.name in kept:
                with stack.plan() as second:
                    run.apply(stack, second, question=f"Remove this from {stack.name}?")
    return outcome


def _at_once() -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class _Run:
    """How plans are shown and applied."""

    ask: Callable[[str], bool] | None
    full: bool
    outcome: Outcome

    def apply(
        self,
        stack: Stack,
        plan: Plan,
        *,
        kept: Sequence[str] = (),
        following: Sequence[Stack] = (),
        question: str | None = None,
    ) -> None:
        """Show a plan, ask, and apply it."""
        later = f"; {counted(len(kept), 'resource')} to destroy in the second round" if kept else ""
        if not plan.has_changes:
            self.outcome.unchanged.append(stack.name)
            stack.say(f"{stack.name}: no changes{later}")
            return
        explain_changes(stack, plan)
        if self.ask is not None:
            show_plan(stack, plan, full=self.full)
            for address in kept:
                stack.say(f"  {address} is destroyed in the second round")
            if not self.ask(question or f"Apply these changes to {stack.name}?"):
                what = "what it no longer has stays" if question else "nothing of it was changed"
                raise CommandError(f"Stopped before {stack.name}: {what}.")
        else:
            stack.say(f"{stack.name}: {summary(plan.ui)}{later}")
        # `init` takes seconds of processor; an apply mostly waits.
        with background_task("init", partial(_initialise, following)):
            ui = stack.apply(plan)
        self.outcome.add(stack.name, ui)
        stack.say(f"{stack.name}: {done(ui)}", style="green")


def _say_what_stays(layer: str, addresses: Sequence[str]) -> None:
    """What a layer keeps because it is applied alone, or because former tasks may still use it."""
    stay, them = ("stays", "it") if len(addresses) == 1 else ("stay", "them")
    what = counted(len(addresses), "resource")
    say(f"{layer}: {what} {stay} until all layers are applied and former tasks have ended; they may use {them}:")
    for address in addresses:
        say(f"  {address}")


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
    with sharing_a_provider([stack]) as (shared,), shared.plan(options=options) as plan:
        if plan.has_changes:
            stack.say(f"{stack.name}: {summary(plan.ui)}{note}")
            outcome.changed[stack.name] = shared.apply(plan)
    return outcome


def destroy_layers(stacks: Sequence[Stack]) -> Outcome:
    """Destroy the given layers, the last one first."""
    outcome = Outcome()
    with sharing_a_provider(stacks) as shared:
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
