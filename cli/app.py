"""The commands of `./windlass`, and how they end."""

from typing import Any

import click

from cli.command import EXIT_CODES, verbosity_options, write_examples, write_exit_codes
from cli.console import print_error, set_verbosity
from cli.errors import BAD_CONFIGURATION, FAILED, INTERRUPTED, CommandError
from cli.lazy_group import LazyCommand, LazyGroup
from cli.project import Project

TOPICS = {
    "Get started": {
        "check": LazyCommand(
            target="cli.commands.check:check", short_help="Check an environment file, and run the guards"
        ),
        "schema": LazyCommand(
            target="cli.commands.schema:schema", short_help="Print the JSON Schema of an environment"
        ),
        "bootstrap": LazyCommand(
            target="cli.commands.bootstrap:bootstrap", short_help="Create the bucket and lock table of the state"
        ),
        "completion": LazyCommand(
            target="cli.commands.completion:completion", short_help="Print a completion script for your shell"
        ),
    },
    "Change": {
        "synth": LazyCommand(target="cli.commands.synth:synth", short_help="Write the Terraform JSON of every layer"),
        "validate": LazyCommand(
            target="cli.commands.validate:validate", short_help="Run terraform validate on every layer"
        ),
        "plan": LazyCommand(target="cli.commands.plan:plan", short_help="Show what apply would change"),
        "apply": LazyCommand(target="cli.commands.apply:apply", short_help="Plan every layer and apply the changes"),
        "destroy": LazyCommand(
            target="cli.commands.destroy:destroy", short_help="Destroy every layer, the last one first"
        ),
    },
    "Release": {
        "push": LazyCommand(target="cli.commands.push:push", short_help="Copy or build an image into its repository"),
        "deploy": LazyCommand(target="cli.commands.deploy:deploy", short_help="Roll out a new image of a service"),
        "switch": LazyCommand(
            target="cli.commands.switch:switch", short_help="Move traffic to the other colour, or back"
        ),
        "migrate": LazyCommand(
            target="cli.commands.migrate:migrate", short_help="Run the database migration of a service"
        ),
    },
    "Look": {
        "status": LazyCommand(target="cli.commands.status:status", short_help="Show the layers and how services run"),
        "output": LazyCommand(target="cli.commands.output:output", short_help="Show the outputs of the layers"),
        "cost": LazyCommand(target="cli.commands.cost:cost", short_help="Estimate the cost of a month"),
    },
    "Operate": {
        "secrets": LazyCommand(target="cli.commands.secrets:secrets", short_help="List or set what people fill in"),
        "airflow": LazyCommand(target="cli.commands.airflow:airflow", short_help="Run an Airflow command in the cloud"),
    },
    "Local": {
        "local": LazyCommand(target="cli.commands.local:local", short_help="Run the whole platform on this machine"),
        "doctor": LazyCommand(target="cli.commands.doctor:doctor", short_help="Check whether this machine can run it"),
    },
}
"""Heading → command, in the order in which people meet them."""

EXAMPLES = (
    "./windlass check prod                         # is the file right?",
    "./windlass plan prod                          # what would change?",
    "./windlass deploy prod web --image REF --switch",
)


class _Windlass(LazyGroup):
    """The top of the command line, which documents what all commands share."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write examples, exit codes and environment variables."""
        write_examples(formatter, EXAMPLES)
        write_exit_codes(formatter, EXIT_CODES)
        with formatter.section("Environment variables"):
            formatter.write_dl(
                [
                    ("WINDLASS_ROOT", "the folder with environments/"),
                    ("WINDLASS_ENVIRONMENT", "what main.py and cdktf synth write; default: local"),
                    ("WINDLASS_SECTION__KEY", "overrides a key of the environment file"),
                    ("TERRAFORM", "path of the terraform to use"),
                    ("NO_COLOR", "set to anything: no colours"),
                ]
            )
        formatter.write_paragraph()
        formatter.write_text("Help on a command: ./windlass COMMAND --help")


def _print_version(context: click.Context, _parameter: click.Parameter, chosen: bool) -> None:
    if chosen and not context.resilient_parsing:
        from cli.version import version  # reads the metadata of installed packages; only here

        click.echo(f"windlass {version()}")
        context.exit()


@click.group(
    cls=_Windlass,
    topics=TOPICS,
    options_metavar="[OPTIONS]",
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
    params=verbosity_options(),
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version."
)
@click.pass_context
def windlass(context: click.Context) -> None:
    """Production infrastructure on Amazon ECS Fargate: from one environment file to an applied platform.

    ENV is the name of a file in environments/, without .toml. The folder environments/ is searched for in the working
    directory and above it.
    """
    context.obj = context.obj or Project()


def main(arguments: list[str] | None = None, project: Project | None = None) -> int:
    """Run a command line and return its exit code; errors that people can act on are printed without a traceback."""
    set_verbosity("normal")
    try:
        code: Any = windlass.main(args=arguments, prog_name="windlass", obj=project, standalone_mode=False)
    except CommandError as error:
        print_error(str(error))
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return BAD_CONFIGURATION
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        print_error("Stopped.")
        return INTERRUPTED
    except BrokenPipeError:
        return FAILED
    except OSError as error:
        # A full disk, a folder that somebody removed meanwhile: nothing that a traceback would explain better.
        print_error(f"{error.strerror or error}: {error.filename}" if error.filename else str(error))
        return FAILED
    return code if isinstance(code, int) else 0
