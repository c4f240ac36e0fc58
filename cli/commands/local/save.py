"""`./windlass local save`: keeps a copy of the platform under a name."""

import time
from dataclasses import asdict

import click

from cli.command import command
from cli.console import print_json, result
from cli.errors import BAD_CONFIGURATION, CommandError
from cli.local_commands import local_command
from cli.options import as_json, environment_option
from cli.project import Project
from cli.running.progress import duration
from local.background import BackgroundProcessError
from local.saved_platforms import NoSuchPlatformError, SavedPlatformError


@command(changes="environment", examples=("./windlass local save before-upgrade",))
@environment_option
@click.argument("platform", metavar="NAME")
@as_json
@click.pass_obj
def save(project: Project, name: str, platform: str, as_json: bool) -> None:
    """Keep a copy of the platform under NAME: what is applied, and the data of its databases.

    It keeps running; its databases pause while their files are copied. `local load NAME` brings the copy back.
    """
    environment = project.environments.load(name)
    started = time.monotonic()
    local = project.local
    try:
        saved = local.platforms.save(
            platform, environment=name, aws=local.aws(environment), data_plane=local.data_plane(environment)
        )
    except NoSuchPlatformError as error:
        raise CommandError(str(error), exit_code=BAD_CONFIGURATION) from error
    except (SavedPlatformError, BackgroundProcessError) as error:
        raise CommandError(str(error)) from error
    if as_json:
        print_json(asdict(saved))
        return
    took = duration(time.monotonic() - started)
    back = local_command("load", name).replace("load", f"load {platform}", 1)
    result(f"Saved as {platform} in {took}. To bring it back: {back}", style="green")
