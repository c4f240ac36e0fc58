"""What every test run needs: fast bindings before the first import of them, an order, and applied platforms."""

import os
from collections.abc import Iterator

import pytest

import bindings
from cli.running.terraform import COLLECT_LATER
from tests.support import alone, platform
from tests.support.alone import is_alone

bindings.install()
# As ./windlass does, also for those tests that call Terraform themselves.
for variable, value in COLLECT_LATER.items():
    os.environ.setdefault(variable, value)
# What somebody has set for an environment of theirs would change those that the tests look at.
if platform.SHARED_PLATFORM not in os.environ:
    for variable in [name for name in os.environ if name.startswith("WINDLASS_")]:
        del os.environ[variable]

PLATFORMS = ("shared", "layers")
"""Names of the applied platforms; also the `xdist_group` of everything that uses one."""
LAST = "tests/platform/test_platform_teardown.py"
"""Destroys a platform, so nothing that uses it may come after this file."""
ONE_PROCESS = ("tests/airflow_image/", "tests/bindings/", "tests/dataplane/")
"""Folders whose tests share fixtures that are slow to start, so one process runs them all."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write the snapshots instead of comparing them")


@pytest.fixture
def update_snapshots(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-snapshots"))


def _is_worker() -> bool:
    """Whether this is one of several processes that share the tests (`-n 4`)."""
    return "PYTEST_XDIST_WORKER" in os.environ


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests for `--dist loadgroup`, and order them so that no process waits.

    First the tests that measure time. In a single process: then the others while the platform is applied in the
    background, then those that need a platform. With several processes, the groups of the platforms come first, since
    they take longest.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(_default_group(item.nodeid)))

    def order(item: pytest.Item) -> int:
        if is_alone(item):
            return 0
        if item.nodeid.startswith(LAST):
            return 3
        if _is_worker():
            return 1 if _group(item) in PLATFORMS else 2
        return 2 if item.get_closest_marker("platform") else 1

    items.sort(key=order)


def _default_group(nodeid: str) -> str:
    """The tests of a file, and of some folders, stay in one process."""
    path = nodeid.partition("::")[0]
    return next((folder for folder in ONE_PROCESS if path.startswith(folder)), path)


def _group(item: pytest.Item) -> str:
    mark = item.get_closest_marker("xdist_group")
    assert mark is not None
    return str(mark.args[0])


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
        if _group(item) in PLATFORMS:
            platform.begin(_group(item))
    else:
        needed = {_group(other) for other in item.session.items if other.get_closest_marker("platform")}
        for name in sorted(needed):
            platform.begin(name)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Let the others go on after the tests that measure time; stop a platform after its last test."""
    if _is_worker():
        alone.tell(item, nextitem)
    group = _group(item)
    if group in PLATFORMS and item is _last(item.session, group):
        platform.end(group)


def _last(session: pytest.Session, group: str) -> pytest.Item:
    return next(item for item in reversed(session.items) if _group(item) == group)
