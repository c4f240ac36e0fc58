"""`./windlass check`: the environment's file and the guards."""

from dataclasses import asdict
from typing import Any

import click

from cli.command import command
from cli.console import print_json, result, warn
from cli.errors import FAILED, CommandError
from cli.notices import notices_json, notices_of, print_notices
from cli.options import as_json, environment_argument
from cli.project import Project
from cli.quotas import print_uses, uses
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

    It names every mistake with file, key, value and what is allowed, also where
    another file of the folder would make the same, shows what needs much of the
    account's quotas, and ends with notices, which stop nothing. AWS is not
    contacted.
    """
    try:
        environment = project.environments.load(name)
        beside = project.environments.beside_others(environment)
        documents, verdict = project.synthesis.check(environment)
    except CommandError as error:
        if not as_json:
            raise
        print_json(_json(name, problems=error.problems))
        return error.exit_code
    notices, used = (*notices_of(environment), *beside), uses(environment, documents)
    if as_json:
        waived = [{**asdict(each.violation), "reason": each.reason} for each in verdict.waived]
        warnings = list(map(asdict, verdict.warnings))
        print_json(
            _json(
                name,
                stacks=len(documents),
                warnings=warnings,
                waived=waived,
                notices=notices_json(name, notices),
                quotas=[each.json() for each in used],
            )
        )
        return FAILED if verdict.warnings else 0
    if verdict.waived:
        result("\n\n".join(["Waived:", *map(str, verdict.waived), ""]))
    if verdict.warnings:
        warn("\n\n".join(["Warnings:", *map(str, verdict.warnings), ""]))
        warn(f"{name}: fix each warning, or waive it with a reason ([[waivers]] in environments/{name}.toml).")
    else:
        stacks = counted(len(documents), "stack")
        result(f"{name}: the configuration is valid, and the guards accept its {stacks}.")
    print_uses([each for each in used if each.is_much])
    print_notices(notices)
    return FAILED if verdict.warnings else 0


def _json(name: str, **parts: Any) -> dict[str, Any]:
    nothing: dict[str, Any] = {"stacks": 0, "problems": [], "warnings": [], "waived": [], "notices": [], "quotas": []}
    result = {"environment": name, **nothing, **parts}
    return {**result, "valid": not result["problems"] and not result["warnings"]}
