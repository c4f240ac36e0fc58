from collections.abc import Callable
from typing import Any

import pytest

from tests.local.iam.roles import Roles


@pytest.fixture(scope="session")
def role(endpoint_url: str, client: Callable[[str], Any]) -> Roles:
    """Makes a role with these statements, and gives its clients."""
    return Roles(endpoint_url, client)
