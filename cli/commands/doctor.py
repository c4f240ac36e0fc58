"""`./windlass doctor`: what this machine lacks, and what a crash left on it."""

from dataclasses import replace

import click

from cli.command import command
from cli.console import output, print_json, show, table, warn
from cli.doctor import Finding, examine
from cli.errors import BAD_CONFIGURATION, FAILED, CommandError
from cli.options import as_json, environment_option
from cli.project import Project

STYLES = {"ok": "green", "fixed": "green", "warning": "yellow", "failure": "red"}


@command(
    changes="nothing",
    examples=("./windlass doctor", "./windlass doctor --fix"),
    exit_codes={0: "a local platform can run here", 1: "something is missing, or was left by a crash"},
)
@environment_option
@click.option("--fix", is_flag=True, help="Remove what a crash left: processes that still run, and abandoned files.")
@as_json
@click.pass_obj
def doctor(project: Project, name: str, fix: bool, as_json: bool) -> int:
    """Check whether a local platform can run on this machine, and find what a crash left.

    Nothing is changed without --fix. Data of a platform whose checkout exists is never deleted.
    """
    environment = project.environments.load(name)
    if environment.aws.endpoint_url is None:
        raise CommandError(
            f"{name} is on AWS; doctor is for environments on this machine, such as local.",
            exit_code=BAD_CONFIGURATION,
        )
    findings = [_fixed(each) if fix else each for each in examine(project, environment)]
    if as_json:
        print_json(
            {
                "environment": name,
                "findings": [
                    {"name": each.name, "state": each.state, "detail": each.detail, "advice": each.advice}
                    for each in findings
                ],
            }
        )
    else:
        _show(findings)
    return FAILED if any(each.state in ("warning", "failure") for each in findings) else 0


def _fixed(finding: Finding) -> Finding:
    if finding.fix is None:
        return finding
    try:
        finding.fix()
    except OSError as error:
        return replace(finding, advice=f"It could not be removed: {error}")
    return replace(finding, state="fixed", advice="")


def _show(findings: list[Finding]) -> None:
    shown = table("check", "state", "detail")
    for each in findings:
        shown.add_row(each.name, each.state, each.detail, style=STYLES[each.state])
    show(shown)
    for advice in dict.fromkeys(f"{each.name}: {each.advice}" for each in findings if each.advice):
        output().print()
        warn(advice)
