"""`./windlass local image`: a tag in the registry of the embedded AWS."""

import click

from aws.image_reference import ImageReference
from cli.command import command
from cli.console import print_json, result, say
from cli.errors import BAD_CONFIGURATION, CommandError
from cli.local_images import add_images
from cli.options import as_json, environment_option
from cli.project import Project


@command(changes="release", examples=("./windlass local image windlass-local/web:0.2.0",))
@environment_option
@click.argument("image", metavar="REPOSITORY:TAG")
@as_json
@click.pass_obj
def image(project: Project, name: str, image: str, as_json: bool) -> None:
    """Add an image tag to the local registry, so that it can be deployed.

    Nothing is built or pushed: the program that runs in place of the repository's images runs for every tag. The images
    that the environment file names are there already.
    """
    environment = project.environments.load(name)
    project.local.require_running(environment)
    host = environment.aws.account.ecr_host
    text = image if image.startswith(f"{host}/") else f"{host}/{image}"
    if not ImageReference.is_complete(text):
        raise CommandError(
            f"REPOSITORY:TAG is {image!r}; give a repository and a tag, such as {environment.prefix}/web:0.2.0.",
            exit_code=BAD_CONFIGURATION,
        )
    added = add_images(project, environment, [ImageReference.parse(text)])
    if as_json:
        print_json({"image": text, "added": bool(added)})
        return
    result(f"{text} is {'added' if added else 'in the registry already'}.")
    repository = ImageReference.parse(text).repository
    for service, settings in environment.services.items():
        images = map(ImageReference.parse, settings.initial_images.values())
        if any(each.repository == repository for each in images):
            say(f"To deploy it: ./windlass deploy {name} {service} --image {text}")
