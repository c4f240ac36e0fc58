"""Runs the commands of the runbooks one after the other on a platform, as the person on call does."""

import os

from local.embedded import environment_variables
from tests.docs import runbooks
from tests.docs.database_commands import aws_in
from tests.support.platform import Platform
from tests.support.terminal import run_in_terminal

APPLY_ALL = "./windlass apply ENV"
APPLY = "./windlass apply ENV --layer LAYER"
PLAN = "./windlass plan ENV --layer LAYER"
LONGEST_SECONDS = 900


def run(platform: Platform, command: str, *, typed: str = "", region: str = "eu-west-1", **values: str) -> str:
    """Run a command of a runbook in a terminal; returns all of its output.

    Args:
        platform: the copy of the project that it runs in.
        command: as the page has it, with its words in capitals.
        typed: answers to the questions of the command.
        region: of `aws`, where the command names none.
        values: replace the words in capitals.
    """
    assert command in runbooks.commands(), command
    variables = {**platform.variables, **environment_variables(platform.endpoint_url, region)}
    tools = aws_in(platform.root / ".windlass" / "tools")
    variables["PATH"] = f"{tools}{os.pathsep}{variables['PATH']}"
    done = run_in_terminal(
        ["bash", "-c", runbooks.filled(command, {"ENV": "local", **values})],
        folder=platform.root,
        variables=variables if command.startswith("aws ") else platform.variables,
        typed=typed,
        timeout_seconds=LONGEST_SECONDS,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def set_keys(platform: Platform, environment: str, section: str, keys: dict[str, str]) -> None:
    """Write keys of a section into an environment file, in place of what they say there; an empty value removes one."""
    path = platform.root / "environments" / f"{environment}.toml"
    head, start, rest = path.read_text().partition(f"[{section}]\n")
    assert start, f"{path} has no section {section}"
    body, bracket, others = rest.partition("\n[")
    lines = [line for line in body.splitlines() if line.partition("=")[0].strip() not in keys]
    lines += [f"{key} = {value}" for key, value in keys.items() if value]
    path.write_text(head + start + "\n".join(lines) + "\n" + bracket + others)


DAG = """
from datetime import UTC, datetime
from airflow.sdk import dag, task

@dag(schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), is_paused_upon_creation=False)
def once():
    @task
    def say():
        print("once")
    say()

once()
"""
"""With one task, which must not run again after a restore."""
