"""`./windlass local clean`: nothing of the platform is left on this machine."""

import shutil

import click

from cli.console import say
from cli.options import environment_option
from cli.project import BOOTSTRAP, Project, is_running
from cli.running.run_layers import destroy_layers
from cli.session import open_for_change


@click.command()
@environment_option
@click.pass_obj
def clean(project: Project, name: str) -> None:
    """Destroy the platform, stop the embedded AWS, remove what both left on this machine."""
    environment = project.environment(name)
    embedded = project.embedded(environment)
    project.data_plane(environment).remove()
    if is_running(embedded.status()):
        session = open_for_change(project, name)
        bootstrap = session.bootstrap()
        if session.may_be_applied():
            destroy_layers(session.stacks(), ask=None)
        if bootstrap is not None:
            bootstrap.destroy(ask=None)
        embedded.stop()
    for left in project.bootstrap_file(environment).parent.glob(f"{project.bootstrap_file(environment).stem}.*"):
        left.unlink()
    for layer in (*project.layers(), BOOTSTRAP):
        shutil.rmtree(project.stack_folder(environment, layer), ignore_errors=True)
    shutil.rmtree(project.work_folder / "embedded-aws", ignore_errors=True)
    shutil.rmtree(project.repositories_folder, ignore_errors=True)
    say(f"{name}: nothing is left.", style="green")
