"""The AWS provider, started once for the Terraform commands of a test."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cli.running import attached_provider as attached


@contextmanager
def attached_provider(folder: Path, variables: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Start the provider that `terraform init` put into a folder, and end it afterwards.

    Every command configures the same process, and the last configuration holds. So commands that plan or apply must be
    of one configuration, and `init` must come before; `validate` configures nothing, and may be of any folder.

    Args:
        folder: Terraform's; the provider runs there too, as paths in a configuration may be relative.
        variables: the environment of the Terraform commands. What the provider reads of it, it reads here.

    Yields:
        The environment with which Terraform takes this provider.

    Raises:
        ValueError: the folder's JSON configures the provider more than once.
        RuntimeError: it does not start.
    """
    refuse_several_configurations(folder)
    with attached.attached_provider() as provider:
        result = provider.variables(folder, variables)
        if not result:
            raise RuntimeError(f"The provider of {folder} does not start, or {attached.REATTACH} or a TF_LOG… is set.")
        yield {**variables, **result}


def refuse_several_configurations(folder: Path) -> None:
    """Fail where one process of the provider would mix up two regions or accounts."""
    for file in sorted(folder.glob("*.tf.json")):
        document = json.loads(file.read_text(encoding="utf-8"))
        if "provider" in document and not attached.configures_once(document):
            raise ValueError(f"{file} configures the AWS provider more than once: let Terraform start it")
