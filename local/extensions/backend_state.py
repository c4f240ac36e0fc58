"""Where extensions keep their state: in moto's backends, one for each account and region.

A module global would be shared by all accounts and regions, survive moto's `reset`, and be missing from a saved
backend.
"""

from collections.abc import Callable
from typing import Any, TypeVar

State = TypeVar("State")


def state_of(backend: Any, name: str, create: Callable[[], State]) -> State:
    """The state of an extension in a backend of moto, created at the first use.

    Args:
        backend: moto's backend of one account and region.
        name: of the state; each extension chooses its own.
        create: makes the empty state, which must be something that `pickle` can write.
    """
    state: State = vars(backend).setdefault(f"windlass_{name}", create())
    return state
