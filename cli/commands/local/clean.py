"""`./windlass local clean`: nothing of the platform is left on this machine."""

import shutil
from pathlib import Path

import click

from cli.command import command
from cli.console import result, warn
from cli.local_access import AUTHORITY_FILE
from cli.local_state import forget_applied
from cli.options import environment_option, yes_option
from cli.project import Project
from cli.running.protection import refuse_protected
from cli.running.run_layers import destroy_layers
from cli.session import must_type_name, open_for_change, type_name
from local.browser_trust import BrowserTrust, TrustError


@command(
    changes="environment", stops_platform=True, examples=("./windlass local clean", "./windlass local clean --yes")
)
@environment_option
@yes_option
@click.pass_obj
def clean(project: Project, name: str, yes: bool) -> None:
    """Destroy the platform, stop the embedded AWS, and remove what both left on this machine.

    Saved copies, and the local repositories of DAGs with what was pushed to them, are deleted too.
    """
    environment = project.environments.load(name)
    embedded = project.local.aws(environment)
    if must_type_name(environment, yes=yes, confirmed_name=None, has_confirm=False):
        type_name(environment, "the platform, the databases, the saved copies and the DAG repositories")
    project.local.data_plane(environment).stop()
    if embedded.status().running:
        session = open_for_change(project, name)
        bootstrap = session.bootstrap()
        if session.may_be_applied():
            if environment.load_balancer.deletion_protection or environment.database.deletion_protection:
                states = {stack.name: stack.state() for stack in session.stacks()}
                refuse_protected(states, name, is_production=environment.is_production)
            destroy_layers(session.stacks())
        if bootstrap is not None:
            bootstrap.destroy()
        embedded.stop()
    _untrust(project)
    forget_applied(project, environment)
    project.local.platforms.remove_all()
    shutil.rmtree(project.workspace.repositories_folder, ignore_errors=True)
    shutil.rmtree(project.workspace.authority_folder, ignore_errors=True)
    result(
        f"{name}: nothing of it is left. Logs and caches stay in .windlass, packages in .venv and .venv-airflow.",
        style="green",
    )


def _untrust(project: Project) -> None:
    """Browsers forget an authority whose key is about to be deleted."""
    browsers = BrowserTrust(project.workspace.authority_folder / AUTHORITY_FILE, Path.home())
    try:
        if browsers.is_trusted():
            browsers.remove()
    except TrustError as error:
        warn(f"Browsers still trust the local certificate authority: {error}")
