"""The programs that task definitions carry: short enough, and nothing in them that Terraform reads as its own."""

import ast
import re
import sys
from pathlib import Path

import pytest

from modules.airflow.commands import SCRIPTS

PROGRAMS = sorted(SCRIPTS.glob("*.py"))
IN_THE_IMAGE = {"airflow", "alembic", "boto3", "botocore", "celery", "psycopg2", "redis", "werkzeug"}
"""Packages of the official image that programs may use."""


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_is_short_plain_and_says_what_it_does(path: Path) -> None:
    text = path.read_text()
    # Not in a task definition's 64 KiB alone: the largest task has four of them.
    assert len(text.encode()) < 10_000
    assert not re.search(r"[$%]\{", text), "Terraform would read this as an expression of its own"
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    roots = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert roots - set(sys.stdlib_module_names) <= IN_THE_IMAGE


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_connects_without_startup_options_which_rds_proxy_refuses(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    connects = [call for call in calls if ast.unparse(call.func).endswith("connect")]
    assert [keyword.arg for call in connects for keyword in call.keywords if keyword.arg == "options"] == []


def test_no_program_is_forgotten() -> None:
    assert {path.stem for path in PROGRAMS} >= {"prepare", "wait", "queue_metrics", "task_protection"}
    assert {path.stem for path in PROGRAMS if path.stem.startswith("health_")} == {
        "health_api_server",
        "health_heartbeat",
        "health_scheduler",
        "health_worker",
    }
