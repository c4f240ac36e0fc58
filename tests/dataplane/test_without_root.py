"""The data plane for an ordinary user, also where the tests run as root.

In a user namespace in which this process is `nobody` it has root's files and none of root's rights.
"""

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
NOBODY = pwd.getpwnam("nobody").pw_uid
AS_NOBODY = f"""
import ctypes, os, sys
user, group = os.geteuid(), os.getegid()
assert ctypes.CDLL(None).unshare(0x10000000) == 0, "user namespaces are needed"
for name, text in (("setgroups", "deny"), ("uid_map", f"{NOBODY} {{user}} 1"), ("gid_map", f"{NOBODY} {{group}} 1")):
    with open(f"/proc/self/{{name}}", "w") as file:
        file.write(text)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
WHAT_IT_NEEDS = (
    "test_switching.py::test_a_changed_rule_takes_effect_within_a_second_and_fails_no_request",
    "test_scheduling.py::test_a_killed_process_is_replaced_while_the_colour_keeps_answering",
    "test_stores.py",
    "test_namespaces.py",
)
"""Envoy, containers with users of their own, PostgreSQL, Redis."""


def as_nobody(*arguments: str) -> subprocess.CompletedProcess[str]:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-c", AS_NOBODY, *arguments]
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=600)


def test_there_are_no_rights_of_root_to_fall_back_on() -> None:
    rights = as_nobody("-c", "import os; print(os.geteuid(), open('/proc/self/status').read())").stdout
    assert rights.startswith(f"{NOBODY} ")
    assert "CapEff:\t0000000000000000" in rights


def test_services_and_data_stores_run_without_root() -> None:
    tests = [f"tests/dataplane/{each}" for each in WHAT_IT_NEEDS]
    result = as_nobody("-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert result.returncode == 0, result.stdout + result.stderr
    assert " passed" in result.stdout
    assert "skipped" not in result.stdout
