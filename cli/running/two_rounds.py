"""What a change takes away is removed in a second round, the last layer first.

A layer is built on those before it: a listener of the service layer uses a certificate of the network layer, and AWS
deletes no certificate in use. So the first round applies every layer but keeps what its file no longer has; with it,
nothing is taken from a later layer that has not been applied yet. In the second round every layer has let go of it.

What is kept follows from Terraform's own plan: what it would destroy because no configuration is left. The first round
is a plan with `-target` for everything else, so nothing is recorded that could be lost, and a run that was interrupted
is continued by the next one (docs/decisions/0028-removed-in-a-second-round.md).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from cli.running.renamed import with_renamed
from cli.running.stack import Plan, Stack
from layers import LAYERS

BUILT_ON = LAYERS[:-1]
"""Layers whose outputs others read: what they lose may be in use there."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """The plan of a layer in the first round."""

    plan: Plan
    """To be applied now."""
    whole: Plan
    """All changes of the layer. Its warnings count: Terraform warns of every plan with `-target`."""
    moves: Mapping[str, str] = field(default_factory=dict)
    """Former address → address of what has another name and is moved."""
    kept: tuple[str, ...] = ()
    """Addresses of what the second round removes."""


@contextmanager
def first_round(stack: Stack, options: Sequence[str] = ()) -> Iterator[Round]:
    """The plan of a layer that removes nothing a later layer may use.

    Args:
        stack: the layer.
        options: of `terraform plan`. With `-target` the caller has chosen, and nothing is kept.
    """
    with with_renamed(stack, options) as (whole, moves):
        kept = kept_for_later(stack, whole, options)
        if not kept:
            yield Round(plan=whole, whole=whole, moves=moves)
            return
        with stack.plan(options=[*options, *all_but(stack, kept, moves)]) as part:
            yield Round(plan=part, whole=whole, moves=moves, kept=kept)


def kept_for_later(stack: Stack, plan: Plan, options: Sequence[str] = ()) -> tuple[str, ...]:
    """Addresses that a plan destroys because the layer's file no longer has them; none in a layer that no other reads.

    A deposed object is no such case: its address has a configuration, and Terraform removes the object after its
    replacement.
    """
    if stack.name not in BUILT_ON or any(option.startswith("-target") for option in options):
        return ()
    deleted = sorted(address for address, action in plan.ui.planned.items() if action == "delete")
    if not deleted:
        return ()
    configured = _configured(stack)
    if not configured:
        return ()  # the whole layer goes, and `-target` would name nothing
    return tuple(address for address in deleted if address.partition("[")[0] not in configured)


def all_but(stack: Stack, kept: Collection[str], moves: Collection[str] = ()) -> list[str]:
    """Options that plan the whole layer, but for what is kept: it is the only thing without a configuration.

    Args:
        stack: the layer.
        kept: addresses of what is kept.
        moves: former addresses of what is moved beside the layer's own `moved` blocks: Terraform wants both ends.
    """
    moved = {each["from"] for each in stack.document().get("moved", [])} | set(moves)
    return [f"-target={address}" for address in sorted((_configured(stack) | moved) - set(kept))]


def _configured(stack: Stack) -> set[str]:
    document = stack.document()
    resources = {f"{kind}.{name}" for kind, bodies in document.get("resource", {}).items() for name in bodies}
    sources = {f"data.{kind}.{name}" for kind, bodies in document.get("data", {}).items() for name in bodies}
    return resources | sources
