"""`./windlass validate`: Terraform's own check of every layer."""

import click

from cli.command import command
from cli.console import print_json, result
from cli.errors import CommandError
from cli.options import as_json, environment_argument, layer_option
from cli.project import Project
from cli.session import open_for_change


@command(
    changes="nothing",
    examples=("./windlass validate prod --layer network",),
    exit_codes={1: "a layer is not valid, or has warnings"},
)
@environment_argument
@layer_option
@as_json
@click.pass_obj
def validate(project: Project, name: str, layer: str | None, as_json: bool) -> None:
    """Run terraform validate on every layer; a warning counts as an error."""
    session = open_for_change(project, name, needs_aws=False)
    problems: dict[str, list[str]] = {}
    for stack in session.stacks(layer):
        problems[stack.name] = stack.validate()
        count = len(problems[stack.name])
        verdict = f"{count} problem{'s' if count > 1 else ''}" if count else "valid"
        result(f"{stack.name}: {verdict}", as_json=as_json)
    if as_json:
        print_json(problems)
    lines = [f"{layer}: {problem}" for layer, texts in problems.items() for problem in texts]
    if lines:
        raise CommandError("\n".join([f"Terraform does not accept {name}.", *lines]))
