"""How a module asks before moto deletes."""

from collections.abc import Callable
from typing import Any

from local.extensions.patching import wrap_method


def before(owner: Any, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Call the decorated function before a method of moto, with its arguments. It refuses by raising AWS's error.

    Raises:
        OutdatedExtensionError: moto has no such method.
    """

    def decorate(check: Callable[..., None]) -> Callable[..., None]:
        @wrap_method(owner, name)
        def checked(original: Any, *args: Any, **kwargs: Any) -> Any:
            check(*args, **kwargs)
            return original(*args, **kwargs)

        return check

    return decorate
