"""State of the extensions, stored in moto's backends: one for each account and region.

A module global would be shared by all accounts and regions, survive moto's `reset`, and be missing from a saved
backend.
"""

from collections.abc import Callable
from typing import Any, TypeVar

State = TypeVar("State")


def state_of(backend: Any, name: str, create: Callable[[], State]) -> State:
    """The state of an extension in one of moto's backends, created on first use.

    Args:
        backend: moto's backend of one account and region.
        name: Name of the state, unique among the extensions.
        create: Creates the initial state, which must be picklable.
    """
    state: State = vars(backend).setdefault(f"windlass_{name}", create())
    return state
