"""The order in which a run takes its tests, and which of them stay together; `tests/conftest.py` decides it."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import LAST
from tests.support.alone import is_alone
from tests.support.groups import LONG_WAITS, PLATFORMS, group_of

ROOT = Path(__file__).resolve().parents[1]


def in_a_worker(request: pytest.FixtureRequest) -> bool:
    return hasattr(request.config, "workerinput")


def test_tests_that_measure_time_come_first(request: pytest.FixtureRequest) -> None:
    alone = [is_alone(item) for item in request.session.items]
    assert alone == sorted(alone, reverse=True)


def test_what_destroys_a_platform_comes_last(request: pytest.FixtureRequest) -> None:
    last = [item.nodeid.startswith(LAST) for item in request.session.items]
    assert last == sorted(last)


def test_a_test_that_needs_a_platform_is_in_the_group_of_one(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        if item.get_closest_marker("platform") is not None:
            assert group_of(item.nodeid) in PLATFORMS.values(), item.nodeid


def test_a_long_test_that_needs_a_platform_is_in_the_group_of_one() -> None:
    """Other runs do not collect them."""
    for path in (ROOT / "tests" / "long").glob("test_*.py"):
        if "pytest.mark.platform" in path.read_text():
            assert group_of(str(path.relative_to(ROOT))) in PLATFORMS.values(), path


def test_several_processes_take_the_platforms_before_everything_else(request: pytest.FixtureRequest) -> None:
    if not in_a_worker(request):
        pytest.skip("a single process applies the platforms in the background and runs their tests at the end")
    items = [item for item in request.session.items if not is_alone(item) and not item.nodeid.startswith(LAST)]
    kinds = [group_of(item.nodeid) in PLATFORMS.values() for item in items]
    assert all(first >= second for first, second in pairwise(kinds))


def test_several_processes_take_what_waits_for_minutes_before_the_rest(request: pytest.FixtureRequest) -> None:
    assert all((ROOT / start).exists() for start in LONG_WAITS)
    if not in_a_worker(request):
        pytest.skip("a single process gains nothing from an order")
    rest = [
        item.nodeid.startswith(LONG_WAITS)
        for item in request.session.items
        if not is_alone(item) and not item.nodeid.startswith(LAST) and group_of(item.nodeid) not in PLATFORMS.values()
    ]
    assert rest == sorted(rest, reverse=True)


STARTED: list[str] = []


@pytest.mark.parametrize("number", range(8))
def test_the_tests_of_a_file_run_in_one_process_and_in_their_order(number: int) -> None:
    """Handed out one by one, some of them would start in another process."""
    STARTED.append(str(number))
    assert [str(each) for each in range(number + 1)] == STARTED


def test_the_groups_of_pytest_xdist_do_not_work_with_this_pytest(request: pytest.FixtureRequest) -> None:
    """Remove `tests/support/groups.py` in favour of `--dist loadgroup` when this fails."""
    item = request.node
    before = item.nodeid
    item._nodeid = f"{before}@group"  # what pytest-xdist 3.8 does
    assert item.nodeid == before
