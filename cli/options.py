"""Arguments and options that several commands share."""

import click

environment_argument = click.argument("name", metavar="ENV")
layer_option = click.option("--layer", metavar="NAME", help="Only this layer: network, data or service.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
confirm_option = click.option("--confirm", metavar="NAME", help="The environment's name; production wants it.")
full_option = click.option("--full", is_flag=True, help="Show plans as Terraform does, with every attribute.")
lock_timeout_option = click.option(
    "--lock-timeout", default="0s", show_default=True, metavar="DURATION", help="How long to wait for a locked state."
)
terraform_argument = click.argument("terraform_options", metavar="[-- TERRAFORM_OPTION...]", nargs=-1)
environment_option = click.option(
    "--environment", "name", default="local", show_default=True, metavar="ENV", help="An environment on loopback."
)
