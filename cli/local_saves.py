"""Saves a local platform after each command that changed it, and restores it after a killed apply."""

import time
from pathlib import Path

from cli.console import say, warn
from cli.errors import FAILED, CommandError
from cli.local_commands import local_command
from cli.project import Project
from cli.running.work_lock import Holder
from local import processes
from local.embedded import EmbeddedAws, EmbeddedAwsError

POLL_SECONDS = 1.0
REPORT_SECONDS = 10.0


def save(project: Project, name: str) -> None:
    """Save the environment's embedded AWS now, and warn where that is impossible; does nothing where none runs."""
    embedded = _running(project, name)
    if embedded is None:
        return
    problem = save_problem(embedded)
    if problem:
        warn(f"{name} is not saved, so a crash would lose what was just done: {problem}")


def save_problem(embedded: EmbeddedAws) -> str:
    """Save now where it runs; why that was impossible, or an empty text."""
    if not embedded.status().running:
        return ""
    try:
        return embedded.save().problem
    except EmbeddedAwsError as error:
        return str(error)


def continue_after(project: Project, name: str, killed: Holder) -> None:
    """See to it that the states and the resources of the embedded AWS match, although a command was killed.

    A killed apply leaves resources that no state knows, and a locked state; the embedded AWS then returns to what it
    was before. A Terraform that outlived its command is waited for.
    """
    embedded = _running(project, name)
    if embedded is None:
        return
    _wait_for_terraform(project.workspace.root / "cdktf.out", killed)
    try:
        locks = embedded.locks()
        if locks:
            restored = embedded.restore()
            if restored.problem or restored.locks:
                raise CommandError(
                    f"The last command ({killed}) was killed in the middle of an apply, and {name} cannot return to "
                    f"what was before it: {restored.problem or 'nothing was saved'}. "
                    f"To start from nothing: {local_command('reset', name)}",
                    exit_code=FAILED,
                )
            warn(
                f"The last command ({killed}) was killed in the middle of an apply. {name} was restored to its "
                "state before that command, so nothing is half-applied."
            )
    except EmbeddedAwsError as error:
        raise CommandError(str(error)) from error


def _running(project: Project, name: str) -> EmbeddedAws | None:
    if not (project.workspace.work_folder / "embedded-aws").is_dir():
        return None
    try:
        environment = project.environments.load(name)
        embedded = project.local.aws(environment)
    except CommandError:
        return None  # the command itself says what is wrong with the file, or the environment is on the real AWS
    return embedded if embedded.status().running else None


def _wait_for_terraform(folder: Path, killed: Holder) -> None:
    reported_at = 0.0
    while at_work := processes.in_folder(folder, "terraform"):
        if time.monotonic() - reported_at >= REPORT_SECONDS:
            reported_at = time.monotonic()
            say(f"Terraform (process {at_work[0]}) of a killed command ({killed}) is still at work; waiting for it.")
        time.sleep(POLL_SECONDS)
