"""`./windlass schema`: the JSON Schema of an environment file."""

import json

import click

from cli.command import command


@command(
    changes="nothing",
    examples=("./windlass schema > environment.schema.json", "./windlass schema | jq .properties.database"),
)
def schema() -> None:
    """Print the JSON Schema of an environment file.

    Editors use it to complete keys and underline mistakes. The folder docs/reference/ has it as a file, and as a page.
    """
    from config.schema import schema_document

    click.echo(json.dumps(schema_document(), indent=2, ensure_ascii=False))
