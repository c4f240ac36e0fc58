"""The matrix of changes has a row for every key that can be changed, and its page shows what the rows came to."""

import copy
import json
import tomllib
from collections.abc import Iterator

import pytest

from config import Environment
from config.rules import check
from config.schema import schema_document
from tests.changes.environment_file import Data, toml
from tests.changes.page import PAGE, page
from tests.changes.results import load
from tests.changes.row import Row
from tests.changes.rows import BY_PLAN, ELSEWHERE, RUNNING
from tests.changes.web_rows import QUICK
from tests.support.documents import ROOT
from tests.support.options import keys

ROWS = (*RUNNING, *BY_PLAN)
SCHEMA = [path for path, key in keys(schema_document(), []).items() if key.is_property]


def covers(named: str, key: str) -> bool:
    """Whether a key is named, or is in a table that is."""
    return key == named or key.startswith((f"{named}.", f"{named}["))


def test_every_key_of_an_environment_file_is_in_a_row_or_is_named_with_a_reason() -> None:
    """A table counts as changed where all of its keys do."""
    named = {key for row in ROWS for key in row.keys}
    leaves = [key for key in SCHEMA if not any(each != key and covers(key, each) for each in SCHEMA)]
    missing = [key for key in leaves if key not in named and not any(covers(each, key) for each in ELSEWHERE)]
    assert missing == [], "give these keys a row in tests/changes, or a reason in ELSEWHERE"


def test_every_key_that_is_named_is_one_of_the_schema() -> None:
    named = {key for row in ROWS for key in row.keys} | set(ELSEWHERE)
    assert sorted(named - set(SCHEMA)) == []


def test_no_key_has_both_a_row_and_a_reason_to_have_none() -> None:
    named = {key for row in ROWS for key in row.keys}
    assert [key for key in named if any(covers(each, key) for each in ELSEWHERE)] == []


def test_each_row_has_an_id_of_its_own_and_a_result() -> None:
    ids = [row.id for row in ROWS]
    assert len(set(ids)) == len(ids)
    assert set(load()) == set(ids), "rows without a result, or results without a row: run them with --record"


@pytest.mark.parametrize("row", RUNNING, ids=[row.id for row in RUNNING])
def test_a_row_that_must_not_fail_has_not(row: Row) -> None:
    result = load()[row.id]
    assert result.requests > 0
    assert result.lost == 0
    assert set(result.failed_of) <= {row.interrupts}, row.id


def test_the_page_shows_the_results() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(load()), "python -m tests.changes.page writes it"


def files() -> Iterator[tuple[Row, Data]]:
    """Each row with the environment file after its last edit."""
    local = tomllib.loads((ROOT / "environments" / "local.toml").read_text(encoding="utf-8"))
    chained = copy.deepcopy(local)
    for row in ROWS:
        data = chained if row in QUICK else copy.deepcopy(local)
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
