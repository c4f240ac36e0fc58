"""`./windlass push`: an image into the repository of a service."""

from pathlib import Path

import click

from cli.aws import release_errors
from cli.command import command
from cli.completion import images
from cli.console import messages, print_json, say
from cli.options import as_json, environment_argument
from cli.project import Project
from cli.pushing import Origin, Target
from cli.release_session import aws_of
from cli.session import open_readonly
from release.preflight import check_reference
from release.registry.copy import copy_image, format_size
from release.registry.target import ecr_repository
from release.reporter import Reporter

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@command(
    changes="release",
    examples=(
        "./windlass push prod web --file docker/web/Dockerfile",
        "./windlass push prod web --image ghcr.io/acme/web:1.4.0 --tag 1.4.0",
        "./windlass push prod web --image web.tar  # of docker save, or OCI",
    ),
)
@environment_argument
@click.argument("service", metavar="SERVICE", shell_complete=images)
@click.option("--image", metavar="SOURCE", help="Copy this image: a complete reference, or an archive or OCI layout.")
@click.option("--file", type=_FILE, metavar="DOCKERFILE", help="Build this file, with podman or docker.")
@click.option("--context", type=_FOLDER, metavar="FOLDER", help="What it copies from.  [default: the file's folder]")
@click.option("--target", "stage", metavar="STAGE", help="Stage of the file.  [default: the last one]")
@click.option("--tag", metavar="TAG", help="Tag in the repository.  [default: the git commit]")
@click.option("--dirty", is_flag=True, help="Accept files that differ from the commit; the tag ends with -dirty.")
@as_json
@click.pass_obj
def push(
    project: Project,
    name: str,
    service: str,
    image: str | None,
    file: Path | None,
    context: Path | None,
    stage: str | None,
    tag: str | None,
    dirty: bool,
    as_json: bool,
) -> None:
    """Copy an image into the repository of a service, or build it there.

    SERVICE is a web service or airflow. --image needs no container engine; of an image for several platforms, the one
    that the tasks run is copied. Registries are opened with what docker login stored, or anonymously. Layers that are
    there already are not sent. The data layer must be applied; nothing is deployed.
    """
    with release_errors():
        origin = Origin(file=file, image=image, context=context, stage=stage)
        environment = project.environments.load(name)
        target = Target(environment=environment, service=service)
        reference = target.reference(tag or origin.tag(allow_dirty=dirty))
        check_reference(str(reference), allow_moving_tags=environment.kind == "development")
        aws = aws_of(open_readonly(project, name))
        repository = ecr_repository(aws, target.repository)
        repository.require(f"./windlass apply {name} --layer data")
        with origin.open(target, aws) as source, Reporter(messages()) as reporter:
            say(f"{service}: {source.name} for {target.platform}")
            copied = copy_image(
                source,
                repository,
                tag=str(reference.tag),
                platform=target.platform,
                may_move=target.may_move_tags,
                reporter=reporter,
            )
    following = target.next_command(reference)
    if as_json:
        print_json(
            {
                "image": str(reference),
                "digest": copied.digest,
                "platform": str(target.platform),
                "size": copied.size,
                "sent": copied.sent,
                "present": copied.present,
                "changed": copied.changed,
                "next": following,
            }
        )
        return
    done = f"pushed ({format_size(copied.size)})" if copied.changed else "in the repository already"
    say(f"{reference} is {done}.", style="green")
    click.echo(copied.digest)
    say(f"Next: {following}")
