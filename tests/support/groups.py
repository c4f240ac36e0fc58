"""Which tests stay in one process, when several share a run.

pytest-xdist has groups of its own (`--dist loadgroup`), but its newest release, 3.8, hands out the tests of a group one
by one with pytest 9.2: it writes the group into an attribute from which pytest no longer reads the id of a test. A test
in `tests/test_order.py` fails as soon as that works again, and this file can go.
"""

from xdist.scheduler import LoadScopeScheduling

ALONE = "alone"
"""What measures time: files called `test_speed.py`."""

PLATFORMS = {
    "tests/airflow/": "shared",
    "tests/docs/test_runbooks.py": "layers",
    "tests/long/test_dag_deliveries.py": "shared",
    "tests/long/test_kills.py": "shared",
    "tests/long/test_recovery_region.py": "shared",
    "tests/long/test_restore.py": "shared",
    "tests/platform/test_browser.py": "shared",
    "tests/platform/test_locks.py": "shared",
    "tests/platform/test_make_local.py": "shared",
    "tests/platform/test_missing_rule.py": "shared",
    "tests/platform/test_platform.py": "layers",
    "tests/platform/test_platform_live.py": "layers",
    "tests/platform/test_platform_rows.py": "layers",
    "tests/platform/test_platform_teardown.py": "layers",
}
"""Start of a path → the applied platform that its tests use."""

ONE_PROCESS = ("tests/airflow_image/", "tests/bindings/", "tests/dataplane/")
"""Folders whose tests share fixtures that are slow to start."""


LONG_WAITS = (
    "tests/cli/test_workspace.py",
    "tests/local/snapshot/",
    "tests/permissions/test_empty_account.py",
    "tests/platform/test_outside_the_clone.py",
)
"""Tests that take minutes and mostly wait: they begin early, so that the others fill the time."""


def group_of(nodeid: str) -> str:
    """The group of a test: a platform, a folder, or its file."""
    path = nodeid.partition("::")[0]
    if path.endswith("/test_speed.py"):
        return ALONE
    groups = {**PLATFORMS, **{folder: folder for folder in ONE_PROCESS}}
    return next((group for start, group in groups.items() if path.startswith(start)), path)


class GroupScheduling(LoadScopeScheduling):
    """Hands out whole groups, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
