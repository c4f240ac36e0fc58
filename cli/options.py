"""Arguments and options that several commands share."""

import click

from cli import completion
from cli.parameters import Duration

environment_argument = click.argument("name", metavar="ENV", shell_complete=completion.environments)
environment_option = click.option(
    "--environment",
    "name",
    default="local",
    metavar="ENV",
    shell_complete=completion.local_environments,
    help="An environment on the embedded AWS.",
)
layer_option = click.option(
    "--layer",
    metavar="NAME",
    shell_complete=completion.layers,
    help="Only this layer: network, data, service or delivery.  [default: all]",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
confirm_option = click.option(
    "--confirm", metavar="ENV", help="The environment's name instead of a prompt; production needs it."
)
full_option = click.option("--full", is_flag=True, help="Show plans as Terraform does, with every attribute.")
lock_timeout_option = click.option(
    "--lock-timeout",
    type=Duration(),
    default="0s",
    metavar="TIME",
    help="How long to wait for another command that is working on ENV, such as 90s or 5m.",
)
terraform_argument = click.argument("terraform_options", metavar="[-- TERRAFORM_OPTION...]", nargs=-1)
