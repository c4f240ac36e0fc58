"""Commands that change nothing in AWS: synth, check, validate, output, status."""

from typing import Any

import click

from cli.console import output as result_console
from cli.console import print_json, say, show, table
from cli.errors import CommandError
from cli.project import Project
from cli.session import begin, look

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
layer_option = click.option("--layer", metavar="NAME", help="Only this layer: network, data or service.")
environment_argument = click.argument("name", metavar="ENV")


@click.command()
@environment_argument
@click.pass_obj
def synth(project: Project, name: str) -> None:
    """Write the Terraform JSON of every layer."""
    for folder in project.synthesise(project.environment(name)).values():
        result_console().print(str(folder.relative_to(project.root)))


@click.command()
@environment_argument
@click.pass_obj
def check(project: Project, name: str) -> None:
    """Check the environment's file and the guards; write nothing."""
    count, verdict = project.check(project.environment(name))
    for title, found in (("Warnings:", verdict.warnings), ("Waived:", verdict.waived)):
        if found:
            say("\n\n".join([title, *map(str, found), ""]))
    say(f"{name}: the configuration is sound, and the guards accept its {count} stacks.")


@click.command()
@environment_argument
@layer_option
@click.pass_obj
def validate(project: Project, name: str, layer: str | None) -> None:
    """Run `terraform validate` on every layer; a warning is an error (S04)."""
    session = begin(project, name, needs_aws=False)
    found: list[str] = []
    for stack in session.stacks(layer):
        problems = stack.validate()
        say(f"{stack.name}: {'valid' if not problems else f'{len(problems)} problems'}")
        found += [f"{stack.name}: {problem}" for problem in problems]
    if found:
        raise CommandError("\n".join([f"Terraform does not accept {name}.", *found]))


@click.command()
@environment_argument
@layer_option
@as_json
@click.pass_obj
def output(project: Project, name: str, layer: str | None, as_json: bool) -> None:
    """Show the outputs of the layers."""
    session = look(project, name)
    outputs = {each: session.outputs(each) for each in project.chosen_layers(layer, session.environment)}
    if as_json:
        print_json({each: {key: one["value"] for key, one in found.items()} for each, found in outputs.items()})
        return
    show_outputs(outputs)


def show_outputs(outputs: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Print a table of outputs by layer; sensitive values are hidden."""
    made = table("layer", "output", "value")
    for layer, found in outputs.items():
        for key, one in sorted(found.items()):
            for label, value in _rows(key, "(sensitive)" if one.get("sensitive") else one["value"]):
                made.add_row(layer, label, value)
    show(made)


def _rows(key: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [(f"{key}[{name}]", str(one)) for name, one in sorted(value.items())]
    return [(key, ", ".join(map(str, value)) if isinstance(value, list) else str(value))]
