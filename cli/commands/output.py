"""`./windlass output`: the outputs of the layers."""

from typing import Any

import click

from cli.command import command
from cli.console import print_json, show, table
from cli.options import as_json, environment_argument, layer_option
from cli.project import Project
from cli.session import open_readonly


@command(changes="nothing", examples=("./windlass output prod", "./windlass output prod --layer service --json"))
@environment_argument
@layer_option
@as_json
@click.pass_obj
def output(project: Project, name: str, layer: str | None, as_json: bool) -> None:
    """Show the outputs of the layers; sensitive values only with --json."""
    session = open_readonly(project, name)
    outputs = {each: session.outputs(each) for each in project.synthesis.layers(session.environment, only=layer)}
    if as_json:
        print_json({each: {key: one["value"] for key, one in published.items()} for each, published in outputs.items()})
        return
    show_outputs(outputs)


def show_outputs(outputs: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Print a table of outputs by layer; sensitive values are hidden."""
    rows = table("layer", "output", "value")
    for layer, published in outputs.items():
        for key, one in sorted(published.items()):
            for label, value in _rows(key, "(sensitive)" if one.get("sensitive") else one["value"]):
                rows.add_row(layer, label, value)
    show(rows)


def _rows(key: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [row for name, one in sorted(value.items()) for row in _rows(f"{key}[{name}]", one)]
    return [(key, ", ".join(map(str, value)) if isinstance(value, list) else str(value))]
