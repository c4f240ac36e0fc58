"""A time looks the same wherever it is printed."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

import times
from cli.console import print_json
from tests.cli.test_local import local
from tests.cli.test_local_saves import aws
from tests.support.documents import ROOT

__all__ = ["aws", "local"]

MOMENT = datetime(2026, 1, 5, 11, 0, 0, 619_000, tzinfo=timezone(timedelta(hours=1)))
FOR_PEOPLE = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC(?!\))")
FOR_SCRIPTS = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")
WRITES_A_TIME = re.compile(r"(?<!from)isoformat\(|strftime|\{[^{}]*:%[YmdHMS]")
NAMES_OF_FILES = {"cli/running/terraform.py"}


def test_both_forms_are_in_utc_and_in_whole_seconds() -> None:
    assert times.for_people(MOMENT) == "2026-01-05 10:00:00 UTC"
    assert times.for_scripts(MOMENT) == "2026-01-05T10:00:00Z"
    assert datetime.fromisoformat(times.for_scripts(MOMENT)) == MOMENT.astimezone(UTC).replace(microsecond=0)


def test_json_has_the_form_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"at": MOMENT})
    assert json.loads(capsys.readouterr().out) == {"at": "2026-01-05T10:00:00Z"}


def test_no_command_has_a_form_of_its_own() -> None:
    files = [file for package in ("cli", "release") for file in (ROOT / package).rglob("*.py")]
    others = [str(file.relative_to(ROOT)) for file in files if WRITES_A_TIME.search(file.read_text(encoding="utf-8"))]
    assert set(others) == NAMES_OF_FILES


def test_copies_of_a_platform_say_when_they_were_saved(windlass, terraform, local, aws) -> None:
    saved = json.loads(windlass("local", "save", "one", "--json", on=local).out)
    assert FOR_SCRIPTS.fullmatch(saved["saved_at"])
    (listed,) = json.loads(windlass("local", "load", "--json", on=local).out)
    assert listed == saved
    assert FOR_PEOPLE.search(windlass("local", "load", on=local).out)
    loaded = windlass("local", "load", "one", "--yes", on=local)
    assert FOR_PEOPLE.search(loaded.out + loaded.err)
    status = json.loads(windlass("local", "status", "--json", on=local).out)
    assert FOR_SCRIPTS.fullmatch(status["embedded_aws"]["saved_at"])
