"""`./windlass synth`: the Terraform JSON of every layer."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cli.command import command
from cli.console import output as result_console
from cli.console import print_json
from cli.errors import BAD_CONFIGURATION, CommandError
from cli.options import as_json, environment_argument
from cli.project import Project
from cli.running.stack import STACK_FILE
from layers import BOOTSTRAP, DELIVERY, LAYERS
from terraform.differences import differences


@command(
    changes="nothing",
    examples=("./windlass synth prod", "./windlass synth prod --since ../base/cdktf.out"),
    exit_codes={1: "failure, or a guard warns"},
)
@environment_argument
@click.option(
    "--since",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="A cdktf.out of another commit: say as text what differs from it.",
)
@as_json
@click.pass_obj
def synth(project: Project, name: str, since: Path | None, as_json: bool) -> None:
    """Write the Terraform JSON of every layer to cdktf.out/stacks/.

    A synth that is refused leaves the files of the one before as they were.
    """
    before = None if since is None else _documents(since, name)
    folders = project.synthesis.write(project.environments.load(name), allow_warnings=False)
    lines = None
    if before is not None:
        lines = differences(before, {layer: _document(folder) for layer, folder in folders.items()})
    if as_json:
        written = {layer: str(folder) for layer, folder in folders.items()}
        print_json(written if lines is None else {"stacks": written, "differences": lines})
        return
    for folder in folders.values():
        result_console().print(project.workspace.relative(folder))
    if lines is not None:
        for line in lines or [f"{name}: nothing differs"]:
            result_console().print(line, markup=False, highlight=False, soft_wrap=True)


def _documents(output: Path, name: str) -> Mapping[str, Mapping[str, Any]]:
    """The stacks of an environment in another output folder, by layer."""
    folders = {layer: output / "stacks" / f"{name}-{layer}" for layer in (BOOTSTRAP, *LAYERS, DELIVERY)}
    documents = {layer: _document(folder) for layer, folder in folders.items() if (folder / STACK_FILE).exists()}
    if not documents:
        raise CommandError(
            f"{output} has no stack of {name}: run ./windlass synth {name} in that checkout first.",
            exit_code=BAD_CONFIGURATION,
        )
    return documents


def _document(folder: Path) -> Mapping[str, Any]:
    return dict(json.loads((folder / STACK_FILE).read_text(encoding="utf-8")))
