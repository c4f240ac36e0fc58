"""The first apply of the embedded AWS: what waits on the provider's own clock is applied side by side.

The provider waits 15 s for a zone and for each record, 20 s for a cluster, 60 s for a load balancer and 80 s for a
database, whatever AWS answers (docs/performance.md). In turn that is three minutes in which the processor is idle. So
the zone, the cluster, and the load balancer with what it needs are applied while the database is created. Each step is
`terraform apply -target`, and the layers are applied as a whole afterwards; a run that is interrupted is continued by
the usual apply.

Only for the embedded AWS: on AWS every plan is shown as a whole before anything is changed.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from cli.console import say
from cli.running.background_task import background_task
from cli.running.outcome import Outcome, done
from cli.running.run_layers import apply_layers, apply_part
from cli.running.stack import Stack
from terraform.document import Stacks, layer_of

NETWORK, DATA, SERVICE = "network", "data", "service"
ZONES = ("aws_route53_zone",)
"""Nothing that the data layer needs; certificates wait for their records."""
CLUSTERS = ("aws_ecs_cluster", "aws_ecs_cluster_capacity_providers")
LOAD_BALANCERS = ("aws_lb",)
RECORDS = ("aws_route53_record",)
"""Of the load balancer, in the zone."""
LIFECYCLES = ("aws_s3_bucket_lifecycle_configuration",)
"""The provider waits 55 s for each."""
_REMOTE_STATE = "data.terraform_remote_state."
_NAME = re.compile(r"(?<![\w.-])(?:local\.[\w-]+|[a-z][a-z0-9]*_[a-z0-9_]+\.[A-Za-z_][\w-]*)")


def apply_side_by_side(
    stacks: Sequence[Stack], *, before: Mapping[str, Callable[[], None]] = MappingProxyType({})
) -> list[Outcome]:
    """Apply every layer for the first time, without asking.

    Args:
        stacks: the layers, in order; those beside network, data and service are applied after them.
        before: layer → called before it is planned as a whole; that of the service layer beside the data layer.

    Raises:
        CommandError: Terraform failed, or was interrupted.
    """
    by_name = {stack.name: stack for stack in stacks}
    network, data, service = (by_name[name] for name in (NETWORK, DATA, SERVICE))
    documents = {stack.name: stack.document() for stack in (network, data, service)}
    balancers = of_types(documents[SERVICE], LOAD_BALANCERS)
    early = (*balancers, *of_types(documents[SERVICE], CLUSTERS))
    records = of_types(documents[SERVICE], RECORDS)
    needed = needed_from(DATA, documents, balancers)

    def prepare() -> Outcome:
        outcome = apply_part(_quiet(data), needed) if needed else Outcome()
        _quiet(service).init()
        return outcome

    def rest() -> list[tuple[Stack, Outcome]]:
        with background_task("creating the zone", partial(apply_layers, [_quiet(network)], ask=None)) as zone:
            first = apply_part(_quiet(service), early) if early else Outcome()
            outcomes = [(network, zone.result()), (service, first)]
        if records:
            outcomes.append((service, apply_part(_quiet(service), records)))
        if SERVICE in before:
            before[SERVICE]()
        return outcomes

    outcomes = []
    with background_task("preparing the load balancer", prepare) as prepared:
        outcomes.append(apply_part(network, everything_but(documents[NETWORK], ZONES)))
        outcomes.append(prepared.result())
    _say_done(network, outcomes[0])
    with background_task("creating the zone and the load balancer", rest) as background:
        outcomes.append(apply_layers([data], ask=None))
        for stack, outcome in background.result():
            _say_done(stack, outcome, note=f", beside {data.name}")
            outcomes.append(outcome)
    following = [stack for stack in stacks if stack.name not in (NETWORK, DATA)]
    others = {layer: hook for layer, hook in before.items() if layer != SERVICE}
    outcomes.append(apply_layers(following, ask=None, before=others))
    return outcomes


def of_types(document: Mapping[str, Any], types: Iterable[str]) -> tuple[str, ...]:
    """Addresses of the resources of some types."""
    return tuple(f"{kind}.{name}" for kind in types for name in document.get("resource", {}).get(kind, {}))


def everything_but(document: Mapping[str, Any], types: Iterable[str]) -> tuple[str, ...]:
    """Addresses of all resources except those of some types, and except those that depend on them."""
    left_out = set(of_types(document, types))
    references = _references(document)
    while more := {each for each, used in references.items() if each not in left_out and used & left_out}:
        left_out |= more
    return tuple(each for each in references if each not in left_out and not each.startswith("local."))


def needed_from(layer: str, documents: Mapping[str, Mapping[str, Any]], addresses: Iterable[str]) -> tuple[str, ...]:
    """Addresses of a layer's resources that resources of the service layer read, with what configures them.

    Only those that need no other layer, so that they can be applied first.
    """
    bodies = Stacks(documents=documents)
    read = {
        resource.partition(": ")[2]
        for address in addresses
        for resource in bodies.resolve(f"{SERVICE}: {address}", bodies.bodies[f"{SERVICE}: {address}"])
        if layer_of(resource) == layer
    }
    references = _references(documents[layer])
    configuring = {each for each, used in references.items() if used & read and not each.startswith(LIFECYCLES)}
    return tuple(
        each
        for each in references
        if each in read | configuring and not any(_REMOTE_STATE in used for used in _closure(references, each))
    )


def _references(document: Mapping[str, Any]) -> dict[str, set[str]]:
    """Address of each resource and local value → addresses that its body refers to."""
    bodies: dict[str, Any] = {
        f"{kind}.{name}": body for kind, named in document.get("resource", {}).items() for name, body in named.items()
    }
    bodies |= {f"local.{name}": value for name, value in document.get("locals", {}).items()}
    references: dict[str, set[str]] = {}
    for address, body in bodies.items():
        text = json.dumps(body)
        references[address] = {name for name in _NAME.findall(text) if name in bodies and name != address}
        if _REMOTE_STATE in text:
            references[address].add(_REMOTE_STATE)
    return references


def _closure(references: Mapping[str, set[str]], address: str) -> set[str]:
    """Everything that a resource depends on, directly or not."""
    reached, todo = set[str](), [address]
    while todo:
        for each in references.get(todo.pop(), ()):
            if each not in reached:
                reached.add(each)
                todo.append(each)
    return reached


def _quiet(stack: Stack) -> Stack:
    return replace(stack, shows_progress=False)


def _say_done(stack: Stack, outcome: Outcome, *, note: str = "") -> None:
    for ui in outcome.changed.values():
        say(f"{stack.name}: {done(ui)}{note}", style="green")
