"""What every test run needs: fast bindings before the first import of them, an order, and applied platforms."""

import gc
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import bindings
from cli.running.terraform import COLLECT_LATER
from local.judges import EVERYTHING, VARIABLE
from tests.permissions import recording
from tests.support import alone, platform
from tests.support.alone import is_alone
from tests.support.botocore_models import share_models
from tests.support.groups import LONG_WAITS, PLATFORMS, GroupScheduling, group_of

bindings.install()
share_models()
# What is imported and collected stays, and most of what a test makes is gone when it ends: looking for garbage as often
# as Python does takes a twentieth of the time.
gc.set_threshold(50_000)
# As ./windlass does, also for those tests that call Terraform themselves.
for variable, value in COLLECT_LATER.items():
    os.environ.setdefault(variable, value)
# Every embedded AWS that a test starts, in whichever process, judges its answers too.
os.environ[VARIABLE] = EVERYTHING
# What somebody has set for an environment of theirs would change those that the tests look at.
if platform.SHARED_PLATFORM not in os.environ:
    for variable in [name for name in os.environ if name.startswith("WINDLASS_")]:
        del os.environ[variable]

LONG = "tests/long/"
LAST = "tests/platform/test_platform_teardown.py"
"""Destroys a platform, so nothing that uses it may come after this file."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="collect tests/long too (`make test-long`)")
    parser.addoption("--record", action="store_true", help="write what roles call into tests/permissions/recorded")
    parser.addoption("--update-snapshots", action="store_true", help="write the snapshots instead of comparing them")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out tests that take minutes each, unless `--long` is given."""
    return True if collection_path.name == "long" and not config.getoption("--long") else None


@pytest.fixture
def update_snapshots(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-snapshots"))


def _is_worker() -> bool:
    """Whether this is one of several processes that share the tests (`-n 4`)."""
    return "PYTEST_XDIST_WORKER" in os.environ


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests so that no process waits.

    First the tests that measure time. In a single process: then the others while the platform is applied in the
    background, then those that need a platform. With several processes, the groups of the platforms come first, since
    they take longest, and then what waits for minutes.
    """

    def order(item: pytest.Item) -> int:
        if is_alone(item):
            return 0
        if item.nodeid.startswith(LAST):
            return 4
        if _is_worker():
            if group_of(item.nodeid) in PLATFORMS.values():
                return 1
            return 2 if item.nodeid.startswith(LONG_WAITS) else 3
        return 2 if item.get_closest_marker("platform") else 1

    items.sort(key=order)


def pytest_collection_finish() -> None:
    """Leave out of the search for garbage what stays until the end."""
    gc.freeze()


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling:
    return GroupScheduling(config, log)


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
        group = group_of(item.nodeid)
        if group in PLATFORMS.values():
            platform.begin(group)
    else:
        for name in _needed_platforms(item.session):
            platform.begin(name)


@cache
def _needed_platforms(session: pytest.Session) -> list[str]:
    return sorted({group_of(item.nodeid) for item in session.items if item.get_closest_marker("platform")})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Let the others go on after the tests that measure time; compare calls and stop a platform after its last test."""
    group = group_of(item.nodeid)
    is_end = group in PLATFORMS.values() and item is _last(item.session, group)
    # Read before fixtures end, since that of the whole run stops every platform. Long tests begin with a copy, without
    # what roles called before, and compare for themselves.
    running = platform.running(group) if is_end and not item.nodeid.startswith(LONG) else None
    calls = recording.calls_of_platform(running.endpoint_url) if running is not None else None
    try:
        yield
    finally:
        if _is_worker():
            alone.tell(item, nextitem)
        if is_end:
            platform.end(group)
    if calls is not None:
        recording.compare_platform(group, calls, write=bool(item.config.getoption("--record")))


def _last(session: pytest.Session, group: str) -> pytest.Item:
    return next(item for item in reversed(session.items) if group_of(item.nodeid) == group)
