"""The platforms of a test run."""

import pytest

from tests.support.platform import Platform, begin


@pytest.fixture(scope="session")
def platform() -> Platform:
    """What `make local` makes."""
    return begin().wait()


@pytest.fixture(scope="session")
def layers() -> Platform:
    """All layers applied, no containers; the last test destroys it."""
    return begin("layers").wait()
