"""moto's backends of other services, as far as they are there."""

import sys
from typing import Any


def backend(service: str, account_id: str, region: str) -> Any | None:
    """Moto's backend of a service in an account; `None` where no request of the service came, so that it has nothing.

    Loading a service takes up to a second, which a question about its users is not worth.

    Args:
        service: moto's name of it.
        account_id: of the account.
        region: of the backend, `aws` for a global service.
    """
    module = sys.modules.get(f"moto.{service}.models")
    return None if module is None else getattr(module, f"{service}_backends")[account_id][region]
