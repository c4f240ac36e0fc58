"""The one platform of a test run."""

import pytest

from tests.support.platform import Platform, begin


@pytest.fixture(scope="session")
def platform() -> Platform:
    return begin().wait()
