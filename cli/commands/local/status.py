"""`./windlass local status`: whether the embedded AWS runs, and where."""

import click

from cli.command import command
from cli.console import print_json, show, table
from cli.options import as_json, environment_option
from cli.project import Project


@command(examples=("./windlass local status --json",))
@environment_option
@as_json
@click.pass_obj
def status(project: Project, name: str, as_json: bool) -> None:
    """Show whether the embedded AWS runs, and where."""
    found = project.local.aws(project.environments.load(name)).status()
    facts = {
        "running": found.running,
        "endpoint_url": found.endpoint_url,
        "pid": found.pid,
        "started_at": found.started_at,
        "memory_mib": found.memory_mib,
        "log_path": found.log_path,
    }
    if as_json:
        print_json(facts)
        return
    made = table("embedded AWS", "")
    for label, value in facts.items():
        made.add_row(label.replace("_", " "), "" if value is None else str(value))
    show(made)
