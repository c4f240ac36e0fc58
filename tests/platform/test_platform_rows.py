"""The changes that every run makes on a running platform, under load (docs/changes.md).

After the tests of its containers and before those that destroy it; each row begins with what the former one left.
"""

from collections.abc import Iterator

import pytest

from tests.changes.changed_platform import ChangedPlatform
from tests.changes.judged import judge
from tests.changes.load import web
from tests.changes.row import Row
from tests.changes.web_rows import QUICK
from tests.support.platform import Platform

pytestmark = [pytest.mark.airflow, pytest.mark.platform, pytest.mark.slow]


@pytest.fixture(scope="module")
def changed(layers: Platform) -> Iterator[ChangedPlatform]:
    """The platform with the containers of the web service, whose requests go to blue."""
    instance = ChangedPlatform(platform=layers, hosts=[web()])
    try:
        instance.windlass("local", "up", "--with", "web")
        instance.windlass("switch", "local", "web", "blue", "--reason", "the rows start here")
        yield instance
    finally:
        layers.data_plane().remove()


@pytest.mark.parametrize("row", QUICK, ids=[row.id for row in QUICK])
def test_a_change_interrupts_nothing_that_its_row_does_not_name(
    changed: ChangedPlatform, row: Row, request: pytest.FixtureRequest
) -> None:
    judge(row, changed.make(row), record_it=bool(request.config.getoption("--record")))
