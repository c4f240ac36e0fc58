"""The order in which a run takes its tests; `tests/conftest.py` makes it."""

from itertools import pairwise

import pytest

from tests.conftest import LAST, PLATFORMS
from tests.support.alone import is_alone


def group(item: pytest.Item) -> str:
    mark = item.get_closest_marker("xdist_group")
    assert mark is not None, item.nodeid
    return str(mark.args[0])


def test_tests_that_measure_time_come_first(request: pytest.FixtureRequest) -> None:
    alone = [is_alone(item) for item in request.session.items]
    assert alone == sorted(alone, reverse=True)


def test_what_destroys_a_platform_comes_last(request: pytest.FixtureRequest) -> None:
    last = [item.nodeid.startswith(LAST) for item in request.session.items]
    assert last == sorted(last)


def test_a_test_that_needs_a_platform_is_in_the_group_of_one(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        if item.get_closest_marker("platform") is not None:
            assert group(item) in PLATFORMS, item.nodeid


def test_the_tests_of_a_file_stay_in_one_process(request: pytest.FixtureRequest) -> None:
    groups: dict[str, set[str]] = {}
    for item in request.session.items:
        groups.setdefault(item.nodeid.partition("::")[0], set()).add(group(item))
    assert {path for path, names in groups.items() if len(names) > 1} == set()


def test_several_processes_take_the_platforms_before_everything_else(request: pytest.FixtureRequest) -> None:
    if not hasattr(request.config, "workerinput"):
        pytest.skip("a single process applies the platforms in the background and runs their tests at the end")
    items = [item for item in request.session.items if not is_alone(item) and not item.nodeid.startswith(LAST)]
    kinds = [group(item) in PLATFORMS for item in items]
    assert all(first >= second for first, second in pairwise(kinds))
