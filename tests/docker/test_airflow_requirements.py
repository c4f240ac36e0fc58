"""The Python packages of Airflow's image: exact versions, all of them tested with Airflow 3.1."""

import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

FOLDER = Path(__file__).resolve().parents[2] / "docker" / "airflow"
LOCKED = (FOLDER / "requirements.txt").read_text()
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)
PINS = dict(PIN.findall(LOCKED))
TESTED = dict(PIN.findall((FOLDER / "tested-versions.txt").read_text()))


def test_every_package_is_a_version_with_hashes() -> None:
    packages = re.split(r"^(?=[a-z])", LOCKED, flags=re.MULTILINE)[1:]
    assert len(packages) == len(PINS) > 150
    assert [package for package in packages if not PIN.match(package) or "--hash=sha256:" not in package] == []


def test_nothing_is_newer_than_what_airflow_was_tested_with() -> None:
    assert {name: PINS[name] for name in PINS.keys() & TESTED.keys()} == {
        name: TESTED[name] for name in PINS.keys() & TESTED.keys()
    }
    # Airflow itself, and what only other Pythons need.
    assert PINS.keys() - TESTED.keys() <= {
        "apache-airflow",
        "apache-airflow-core",
        "apache-airflow-task-sdk",
        "async-timeout",
        "pyyaml-ft",
    }


def test_the_lock_has_every_requirement() -> None:
    lines = (FOLDER / "requirements.in").read_text().splitlines()
    for wanted in (Requirement(line) for line in lines if line and not line.startswith("#")):
        assert wanted.specifier.contains(PINS[wanted.name])
    assert PINS["apache-airflow-core"] == PINS["apache-airflow"] == "3.1.8"
    assert Version(PINS["click"]) < Version("8.3")
    providers = ("amazon", "celery", "fab", "postgres", "redis")
    assert [name for name in providers if f"apache-airflow-providers-{name}" not in PINS] == []


def test_the_files_name_no_index() -> None:
    for path in FOLDER.glob("*.txt"):
        assert not re.search(r"://|--index|--find-links", path.read_text()), path.name
