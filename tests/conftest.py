"""What every test run needs: fast bindings before the first import of them, an order, and one applied platform."""

from collections.abc import Iterator

import pytest

import bindings

bindings.install()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write the snapshots instead of comparing them")


@pytest.fixture
def update_snapshots(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-snapshots"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that measure time come first, alone; those that need the platform last, so that it is applied meanwhile."""

    def order(item: pytest.Item) -> int:
        if item.get_closest_marker("alone"):
            return 0
        return 2 if item.get_closest_marker("platform") else 1

    items.sort(key=order)


@pytest.fixture(scope="session", autouse=True)
def _platform_is_ended(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    from tests.support import platform

    platform.end()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Start to apply the platform in the background as soon as nothing measures time any more."""
    from tests.support import platform

    if not item.get_closest_marker("alone") and any(i.get_closest_marker("platform") for i in item.session.items):
        platform.begin()
