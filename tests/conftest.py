"""What every test run needs: fast bindings before the first import of them, an order, and applied platforms."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

import bindings

bindings.install()

NEEDS_PLATFORM = ("tests/docs/test_runbooks.py",)
"""Files outside `tests/platform` with tests that need the shared platform."""

DESTROYS = "tests/platform/test_platform_teardown.py"
"""Has a platform of its own."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write the snapshots instead of comparing them")


@pytest.fixture
def update_snapshots(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-snapshots"))


def _is_worker() -> bool:
    """Whether this is one of several processes that share the tests (`-n 3`)."""
    return "PYTEST_XDIST_WORKER" in os.environ


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in an order that waits for nothing.

    Alone in one process: first what measures time, then the rest while the platform is applied in the background, then
    what needs the platform. With several processes one of them takes everything that needs the shared platform, from
    the start, since that takes longest, and another what destroys one.
    """

    def order(item: pytest.Item) -> int:
        if item.get_closest_marker("alone"):
            return 0
        if _is_worker():
            return 1 if _work_unit(item.nodeid) in ("platform", DESTROYS) else 2
        return 2 if item.get_closest_marker("platform") else 1

    items.sort(key=order)


def _work_unit(nodeid: str) -> str:
    """Tests of a unit stay in one process: those of a file, and all that look at the platform."""
    path = nodeid.partition("::")[0]
    if path == DESTROYS:
        return path
    return "platform" if path in NEEDS_PLATFORM or path.startswith(("tests/platform/", "tests/airflow/")) else path


class _Units(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return _work_unit(nodeid)


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Units:
    return _Units(config, log)


@pytest.fixture(scope="session", autouse=True)
def _platform_is_ended(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    from tests.support import platform

    platform.end()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Start to apply the platform in the background as soon as nothing measures time any more."""
    from tests.support import platform

    if _is_worker():
        if _work_unit(item.nodeid) == "platform":
            platform.begin()
        elif _work_unit(item.nodeid) == DESTROYS:
            platform.begin("destroyed")
    elif not item.get_closest_marker("alone") and any(
        other.get_closest_marker("platform") for other in item.session.items
    ):
        platform.begin()
