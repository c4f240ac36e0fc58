"""`./windlass check`: the environment's file and the guards."""

from dataclasses import asdict
from typing import Any

import click

from cli.command import command
from cli.console import print_json, result, warn
from cli.errors import FAILED, CommandError
from cli.options import as_json, environment_argument
from cli.project import Project
from release.counted import counted


@command(
    changes="nothing",
    examples=("./windlass check prod", "./windlass check prod --json | jq .problems"),
    exit_codes={1: "a guard warns", 2: "the file is invalid, or a guard fails"},
)
@environment_argument
@as_json
@click.pass_obj
def check(project: Project, name: str, as_json: bool) -> int:
    """Check an environment file, and run the guards; write nothing.

    It names every mistake with file, key, value and what is allowed. AWS is not contacted.
    """
    try:
        count, verdict = project.synthesis.check(project.environments.load(name))
    except CommandError as error:
        if not as_json:
            raise
        print_json(_json(name, problems=error.problems))
        return error.exit_code
    if as_json:
        waived = [{**asdict(each.violation), "reason": each.reason} for each in verdict.waived]
        print_json(_json(name, stacks=count, warnings=list(map(asdict, verdict.warnings)), waived=waived))
        return FAILED if verdict.warnings else 0
    if verdict.waived:
        result("\n\n".join(["Waived:", *map(str, verdict.waived), ""]))
    if verdict.warnings:
        warn("\n\n".join(["Warnings:", *map(str, verdict.warnings), ""]))
        warn(f"{name}: fix each warning, or waive it with a reason ([[waivers]] in environments/{name}.toml).")
        return FAILED
    result(f"{name}: the configuration is valid, and the guards accept its {counted(count, 'stack')}.")
    return 0


def _json(name: str, **parts: Any) -> dict[str, Any]:
    nothing: dict[str, Any] = {"stacks": 0, "problems": [], "warnings": [], "waived": []}
    result = {"environment": name, **nothing, **parts}
    return {**result, "valid": not result["problems"] and not result["warnings"]}
