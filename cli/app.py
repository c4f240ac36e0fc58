"""The commands of `./windlass`, and how they end."""

import click
from rich.text import Text

from cli.commands.airflow import airflow
from cli.commands.apply import apply
from cli.commands.bootstrap import bootstrap
from cli.commands.check import check
from cli.commands.cost import cost
from cli.commands.deploy import deploy
from cli.commands.destroy import destroy
from cli.commands.local import local
from cli.commands.migrate import migrate
from cli.commands.output import output
from cli.commands.plan import plan
from cli.commands.status import status
from cli.commands.switch import switch
from cli.commands.synth import synth
from cli.commands.validate import validate
from cli.console import messages
from cli.errors import BAD_CONFIGURATION, FAILED, INTERRUPTED, CommandError
from cli.project import Project


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def windlass(context: click.Context) -> None:
    """Production infrastructure on Amazon ECS Fargate: from one environment file to an applied platform.

    ENV is the name of a file in environments/, without .toml.
    """
    context.obj = context.obj or Project()


for command in (
    synth,
    check,
    cost,
    validate,
    plan,
    apply,
    destroy,
    output,
    status,
    bootstrap,
    deploy,
    migrate,
    switch,
    airflow,
    local,
):
    windlass.add_command(command)


def main(arguments: list[str] | None = None, project: Project | None = None) -> int:
    """Run a command line and return its exit code; errors that people can act on are printed without a traceback."""
    try:
        code = windlass.main(args=arguments, prog_name="windlass", obj=project, standalone_mode=False)
    except CommandError as error:
        _complain(str(error))
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return BAD_CONFIGURATION
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _complain("Stopped.")
        return INTERRUPTED
    except BrokenPipeError:
        return FAILED
    except OSError as error:
        # A full disk, a folder that somebody removed meanwhile: nothing that a traceback would explain better.
        _complain(f"{error.strerror or error}: {error.filename}" if error.filename else str(error))
        return FAILED
    return code if isinstance(code, int) else 0


def _complain(message: str) -> None:
    first, _, rest = message.partition("\n")
    messages().print(Text.assemble((first, "bold red"), f"\n{rest}" if rest else ""))
