"""What every test run needs: fast bindings before the first import of them, an order, and one applied platform."""

import os
from collections.abc import Iterator

import pytest

import bindings

bindings.install()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write the snapshots instead of comparing them")


@pytest.fixture
def update_snapshots(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-snapshots"))


def _is_worker() -> bool:
    """Whether this is one of several processes that share the tests (`-n 2`)."""
    return "PYTEST_XDIST_WORKER" in os.environ


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in an order that waits for nothing.

    Alone in one process: first what measures time, then the rest while the platform is applied in the background, then
    what needs the platform. With several processes one of them takes everything that needs the platform, from the
    start, since that takes longest.
    """
    for item in items:
        # The tests of a file stay together: they share what the file sets up.
        group = "platform" if item.get_closest_marker("platform") else item.path.name
        item.add_marker(pytest.mark.xdist_group(group))

    def order(item: pytest.Item) -> int:
        if item.get_closest_marker("platform"):
            return 1 if _is_worker() else 3
        return 0 if item.get_closest_marker("alone") else 2

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

    if _is_worker() or item.get_closest_marker("alone"):
        return
    if any(other.get_closest_marker("platform") for other in item.session.items):
        platform.begin()
