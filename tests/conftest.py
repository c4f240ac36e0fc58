"""What every test run needs: fast bindings before the first import of them, an order, and applied platforms."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

import bindings
from cli.terraform import COLLECT_LATER
from tests.support import alone, platform
from tests.support.alone import is_alone

bindings.install()
# As ./windlass does, also for those tests that call Terraform themselves.
for variable, value in COLLECT_LATER.items():
    os.environ.setdefault(variable, value)
# What somebody has set for an environment of theirs would change those that the tests look at.
if platform.STANDING not in os.environ:
    for variable in [name for name in os.environ if name.startswith("WINDLASS_")]:
        del os.environ[variable]

ALONE = "alone"
"""The unit of what measures time: files called `test_speed.py`."""

PLATFORMS = {
    "tests/airflow/": "shared",
    "tests/docs/test_runbooks.py": "layers",
    "tests/platform/test_locks.py": "shared",
    "tests/platform/test_make_local.py": "shared",
    "tests/platform/test_platform.py": "layers",
    "tests/platform/test_platform_live.py": "layers",
    "tests/platform/test_platform_teardown.py": "layers",
}
"""Start of a path → the platform that the tests there look at."""
LAST = "tests/platform/test_platform_teardown.py"
"""Of those that look at a platform, the one that destroys it; nothing of that platform may come after it."""
TOGETHER = ("tests/airflow_image/", "tests/bindings/", "tests/dataplane/")
"""Folders whose tests share what is slow to start, so one process takes them all."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write the snapshots instead of comparing them")


@pytest.fixture
def update_snapshots(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-snapshots"))


def _is_worker() -> bool:
    """Whether this is one of several processes that share the tests (`-n 4`)."""
    return "PYTEST_XDIST_WORKER" in os.environ


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in an order that waits for nothing.

    First what measures time. Alone in one process: then the rest while the platform is applied in the background, then
    what needs a platform. With several processes each platform has one that takes everything that looks at it, from the
    start, since that takes longest.
    """

    def order(item: pytest.Item) -> int:
        if is_alone(item):
            return 0
        if item.nodeid.startswith(LAST):
            return 3
        if _is_worker():
            return 1 if _work_unit(item.nodeid) in PLATFORMS.values() else 2
        return 2 if item.get_closest_marker("platform") else 1

    items.sort(key=order)


def _work_unit(nodeid: str) -> str:
    """Tests of a unit stay in one process: those of a file, of some folders, and all that look at one platform."""
    path = nodeid.partition("::")[0]
    if path.endswith("/test_speed.py"):
        return ALONE
    units = {**PLATFORMS, **{folder: folder for folder in TOGETHER}}
    return next((unit for start, unit in units.items() if path.startswith(start)), path)


class _Units(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return _work_unit(nodeid)


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Units:
    return _Units(config, log)


@pytest.fixture(scope="session", autouse=True)
def _platform_is_ended(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    platform.end_all()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Start to apply a platform in the background as soon as nothing measures time any more."""
    if is_alone(item):
        return
    if _is_worker():
        alone.wait(item.session)
        unit = _work_unit(item.nodeid)
        if unit in PLATFORMS.values():
            platform.begin(unit)
    else:
        needed = {_work_unit(other.nodeid) for other in item.session.items if other.get_closest_marker("platform")}
        for name in sorted(needed):
            platform.begin(name)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """After what measures time the others may go on; after the last test of a platform it is stopped."""
    if _is_worker():
        alone.tell(item, nextitem)
    unit = _work_unit(item.nodeid)
    if unit in PLATFORMS.values() and item is _last(item.session, unit):
        platform.end(unit)


def _last(session: pytest.Session, unit: str) -> pytest.Item:
    return next(item for item in reversed(session.items) if _work_unit(item.nodeid) == unit)
