"""`./windlass local reset`: forgets everything that was applied, without destroying it piece by piece."""

import click

from cli.command import command
from cli.console import result
from cli.local_commands import apply_command
from cli.local_state import forget_applied
from cli.options import environment_option, yes_option
from cli.project import Project
from cli.session import must_type_name, type_name


@command(
    changes="environment", stops_platform=True, examples=("./windlass local reset", "./windlass local reset --yes")
)
@environment_option
@yes_option
@click.pass_obj
def reset(project: Project, name: str, yes: bool) -> None:
    """Start from nothing: stop everything, and delete what was applied with all data.

    Saved platforms, certificates and repositories of DAGs stay.
    """
    environment = project.environments.load(name)
    project.local.aws(environment)
    if must_type_name(environment, yes=yes, confirmed_name=None, has_confirm=False):
        type_name(environment, "the applied platform and the databases")
    project.local.stop(environment)
    forget_applied(project, environment)
    result(f"{name}: nothing is applied any more. To apply everything: {apply_command(name)}", style="green")
