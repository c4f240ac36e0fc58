"""Changes of one resource in place, or of what nothing here models: what `plan` says of each (docs/changes.md)."""

import pytest

from tests.changes.changed_platform import ChangedPlatform
from tests.changes.judged import judge_words
from tests.changes.plan_rows import TRIED
from tests.changes.row import Row
from tests.support.platform import begin

pytestmark = [pytest.mark.platform, pytest.mark.slow]


@pytest.fixture(scope="module")
def bare() -> ChangedPlatform:
    """All layers applied, no containers."""
    return ChangedPlatform(platform=begin("layers").wait(), hosts=[])


@pytest.mark.parametrize("row", TRIED, ids=[row.id for row in TRIED])
def test_a_plan_says_what_a_change_does(bare: ChangedPlatform, row: Row, request: pytest.FixtureRequest) -> None:
    judge_words(row, bare.plan(row), record_it=bool(request.config.getoption("--record")))
