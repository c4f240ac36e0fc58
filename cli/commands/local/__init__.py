"""`./windlass local …`: the embedded AWS, and the whole platform on it."""

import click

from cli.commands.local.airflow_password import airflow_password
from cli.commands.local.apply import apply_all
from cli.commands.local.clean import clean
from cli.commands.local.down import down
from cli.commands.local.status import status
from cli.commands.local.up import up


@click.group()
def local() -> None:
    """The embedded AWS on this machine, and the platform on it."""


for command in (up, down, status, apply_all, airflow_password, clean):
    local.add_command(command)
