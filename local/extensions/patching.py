"""Two ways to patch a class of moto. Both raise an error if moto no longer matches."""

from collections.abc import Callable
from functools import wraps
from typing import Any


class OutdatedExtensionError(RuntimeError):
    """moto differs from the version that the extensions were written for (5.2.5)."""


def wrap_method(owner: Any, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Replace a method of moto. The decorated function gets the original method as its first argument.

    Raises:
        OutdatedExtensionError: moto has no such method.
    """
    original = getattr(owner, name, None)
    if original is None:
        raise OutdatedExtensionError(f"moto's {owner.__name__} has no {name} to extend")

    def decorate(replacement: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def method(*args: Any, **kwargs: Any) -> Any:
            return replacement(original, *args, **kwargs)

        setattr(owner, name, method)
        return replacement

    return decorate


def add_method(owner: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add a method that moto lacks, with the function's name.

    Raises:
        OutdatedExtensionError: moto has it now, so the extension should be removed.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        if hasattr(owner, method.__name__):
            raise OutdatedExtensionError(f"moto's {owner.__name__} has {method.__name__} now: remove the extension")
        setattr(owner, method.__name__, method)
        return method

    return decorate
