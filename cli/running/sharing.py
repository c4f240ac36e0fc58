"""One process of the provider for all commands on the stacks of an environment."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from cli.running.attached_provider import attached_provider
from cli.running.stack import Stack


@contextmanager
def sharing_a_provider(stacks: Sequence[Stack]) -> Iterator[Sequence[Stack]]:
    """The stacks, with one process of the provider for all their commands where that is allowed."""
    if not stacks or not stacks[0].terraform.shares_provider:
        yield stacks
        return
    with attached_provider() as provider:
        yield [replace(stack, provider=provider) for stack in stacks]
