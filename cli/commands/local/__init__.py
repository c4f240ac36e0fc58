"""`./windlass local …`: the embedded AWS, and the whole platform on it."""

import click

from cli.lazy_group import LazyCommand, LazyGroup

TOPICS = {
    "The whole platform": {
        "apply": LazyCommand(target="cli.commands.local.apply:apply_all", short_help="Bring up the whole platform"),
        "clean": LazyCommand(
            target="cli.commands.local.clean:clean", short_help="Destroy it and remove what it left here"
        ),
    },
    "Start and stop": {
        "up": LazyCommand(target="cli.commands.local.up:up", short_help="Start what was applied, with its containers"),
        "down": LazyCommand(target="cli.commands.local.down:down", short_help="Stop the platform and save it"),
        "reset": LazyCommand(
            target="cli.commands.local.reset:reset", short_help="Forget what was applied, with all data"
        ),
        "status": LazyCommand(
            target="cli.commands.local.status:status", short_help="Show the embedded AWS and every container"
        ),
    },
    "Saved copies": {
        "save": LazyCommand(target="cli.commands.local.save:save", short_help="Save a copy of the platform"),
        "load": LazyCommand(target="cli.commands.local.load:load", short_help="Load a copy, or list them"),
    },
    "Images": {
        "image": LazyCommand(
            target="cli.commands.local.image:image", short_help="Add an image tag to the local registry"
        ),
    },
    "In place of other people": {
        "delegate": LazyCommand(
            target="cli.commands.local.delegate:delegate", short_help="Delegate a DNS zone, as a registrar does"
        ),
    },
    "In the browser": {
        "trust": LazyCommand(
            target="cli.commands.local.trust:trust", short_help="Make browsers trust the local certificate"
        ),
        "airflow-password": LazyCommand(
            target="cli.commands.local.airflow_password:airflow_password",
            short_help="Print the password of Airflow's first user",
        ),
    },
}


@click.group(cls=LazyGroup, topics=TOPICS)
def local() -> None:
    """Run the whole platform on this machine: an embedded AWS, and the containers of what is applied to it.

    Nothing leaves the machine, and no account is needed.
    """
