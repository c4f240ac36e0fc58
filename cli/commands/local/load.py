"""`./windlass local load`: brings back a platform that `local save` has kept."""

from dataclasses import asdict

import click

from cli.command import command
from cli.commands.local.start import start
from cli.console import print_json, result, show, table
from cli.data_plane import run_containers
from cli.errors import BAD_CONFIGURATION, CommandError
from cli.local_commands import local_command
from cli.options import as_json, environment_option, yes_option
from cli.parts import parts_of
from cli.project import Project
from cli.session import asking, open_readonly, refuse_question
from local.saved_platforms import NoSuchPlatformError, SavedPlatformError
from times import for_people


@command(
    changes="environment",
    stops_platform=True,
    examples=("./windlass local load", "./windlass local load before-upgrade --yes"),
)
@environment_option
@click.argument("platform", metavar="[NAME]", required=False)
@yes_option
@as_json
@click.pass_obj
def load(project: Project, name: str, platform: str | None, yes: bool, as_json: bool) -> None:
    """Bring back the platform that was saved as NAME; without NAME, list what is saved.

    What is there now is replaced. The containers are started again if they ran.
    """
    local = project.local
    environment = project.environments.load(name)
    aws, data_plane = local.aws(environment), local.data_plane(environment)
    if platform is None:
        _list(project, as_json=as_json)
        return
    try:
        saved = local.platforms.find(platform, environment=name)
    except NoSuchPlatformError as error:
        raise CommandError(str(error), exit_code=BAD_CONFIGURATION) from error
    refuse_question(as_json=as_json, answered=yes)
    ask = asking(yes)
    if aws.saved.header() is not None and ask is not None and not ask(f"Replace what is in {name} now?"):
        raise CommandError("Nothing was loaded. To keep what is there now: ./windlass local save NAME")
    ran = data_plane.status().running
    local.stop(environment)
    try:
        local.platforms.load(saved, aws=aws, data_plane=data_plane)
    except SavedPlatformError as error:
        raise CommandError(str(error)) from error
    start(project, name, containers=ran)
    if ran:
        run_containers(open_readonly(project, name), parts_of(environment), changed=False)
    if as_json:
        print_json(asdict(saved))
        return
    more = "" if ran else f" To start its containers: {local_command('up', name)}"
    result(f"{platform} is back, as it was at {for_people(saved.saved_at)}.{more}", style="green")


def _list(project: Project, *, as_json: bool) -> None:
    platforms = project.local.platforms.all()
    if as_json:
        print_json([asdict(each) for each in platforms])
        return
    if not platforms:
        result("No platform is saved. To save this one: ./windlass local save NAME")
        return
    listed = table("name", "environment", "saved at")
    for each in platforms:
        listed.add_row(each.name, each.environment, for_people(each.saved_at))
    show(listed)
