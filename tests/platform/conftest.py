"""The platforms of a test run, and the roles of the delivery layer on one of them."""

from collections.abc import Iterator
from functools import cache, partial

import pytest

from tests.permissions.delivery_roles import make_delivery_roles, remove_delivery_roles
from tests.permissions.pipeline import Pipeline, people
from tests.platform.queries import client, outputs
from tests.support.platform import Platform, begin


@pytest.fixture(scope="session")
def platform() -> Platform:
    """What `make local` makes."""
    return begin().wait()


@pytest.fixture(scope="session")
def layers() -> Platform:
    """All layers applied, no containers; the last test destroys it."""
    return begin("layers").wait()


@pytest.fixture(scope="module")
def pipeline(layers: Platform) -> Iterator[Pipeline]:
    """The same, with the roles of pipelines and people: what these call is compared at the platform's end (I02)."""
    client_of = cache(partial(client, layers))
    make_delivery_roles(client_of, outputs=outputs(layers, "network"))
    try:
        with people(layers):
            yield Pipeline(platform=layers, variables={})
    finally:
        remove_delivery_roles(client_of)
