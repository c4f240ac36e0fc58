"""The rows of the matrix of changes can be applied, and its page shows what they came to."""

import copy
import json
import tomllib
from collections.abc import Iterator

import pytest

from config import Environment
from config.rules import check
from tests.changes.environment_file import Data, toml
from tests.changes.page import PAGE, page
from tests.changes.results import load
from tests.changes.row import Row
from tests.changes.rows import ROWS
from tests.support.documents import ROOT


def test_each_row_has_an_id_of_its_own_and_a_result() -> None:
    ids = [row.id for row in ROWS]
    assert len(set(ids)) == len(ids)
    assert set(load()) == set(ids), "rows without a result, or results without a row: run them with --record"


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_a_row_that_must_not_fail_has_not(row: Row) -> None:
    result = load()[row.id]
    assert result.requests > 0
    assert set(result.failed_of) <= {row.interrupts}, row.id


def test_the_page_shows_the_results() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(load()), "python -m tests.changes.page writes it"


def files() -> Iterator[tuple[Row, Data]]:
    """Each row with the environment file after its last edit; a row begins with what the former one left."""
    data = tomllib.loads((ROOT / "environments" / "local.toml").read_text(encoding="utf-8"))
    for row in ROWS:
        for step in row.steps:
            if step.edit is not None:
                step.edit(data)
        yield row, copy.deepcopy(data)


@pytest.mark.parametrize(("row", "data"), [pytest.param(row, data, id=row.id) for row, data in files()])
def test_a_row_writes_a_file_that_keeps_the_rules(row: Row, data: Data) -> None:
    written = tomllib.loads(toml(data))
    assert written == data
    environment = Environment.model_validate_json(json.dumps({**written, "name": "local"}))
    assert list(check({each: getattr(environment, each) for each in Environment.model_fields})) == [], row.id
