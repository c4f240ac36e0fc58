"""The AWS provider, started once for several Terraform commands.

By itself Terraform starts it up to three times a command, and reads its 700 MB before, to compare a checksum. That
takes more processor than what the command is for.
"""

import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.waiting import PATIENCE, wait_for

BINARY = ".terraform/providers/registry.terraform.io/hashicorp/aws/*/*/terraform-provider-aws*"
"""Where `terraform init` puts it, or a link to it; how the file is called depends on who unpacked it."""

KEEPER = '"$@" & read -r _; kill $!; wait $!'
"""Ends the provider when standard input does: at the latest with the process of the tests, however that ends."""

ONCE_ONLY = "AWS_CA_BUNDLE"
"""Taken away, since with it a process of the provider refuses its second configuration. The embedded AWS has no TLS."""

START_SECONDS = 20.0
END_SECONDS = 10.0


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
    """
    refuse_several_configurations(folder)
    (binary,) = folder.glob(BINARY)
    log = folder / "provider.log"
    with tempfile.TemporaryDirectory(prefix="windlass-provider-") as sockets, log.open("wb") as output:
        keeper = subprocess.Popen(
            ["/bin/sh", "-c", KEEPER, "sh", str(binary.absolute()), "-debug"],
            cwd=folder,
            env={**_without(ONCE_ONLY, variables), "TMPDIR": sockets},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for the tests, which still need the provider to destroy what they made.
            start_new_session=True,
        )
        try:
            yield {**variables, "TF_REATTACH_PROVIDERS": _where(log)}
        finally:
            _end(keeper)


def refuse_several_configurations(folder: Path) -> None:
    """Fail where one process of the provider would mix up two regions or accounts."""
    for file in sorted(folder.glob("*.tf.json")):
        found = json.loads(file.read_text(encoding="utf-8")).get("provider", {}).get("aws", [])
        configurations = found if isinstance(found, list) else [found]
        if len(configurations) > 1 or any(configuration.get("alias") for configuration in configurations):
            raise ValueError(f"{file} configures the AWS provider more than once: let Terraform start it by itself")


def _without(name: str, variables: Mapping[str, str]) -> dict[str, str]:
    return {each: value for each, value in variables.items() if each != name}


def _where(log: Path) -> str:
    """What the provider says for Terraform to find it."""
    found: re.Match[str] = wait_for(
        f"the provider to say in {log} where it listens",
        lambda: re.search(r"TF_REATTACH_PROVIDERS='(\{.*\})'", log.read_text(encoding="utf-8")),
        START_SECONDS * PATIENCE,
    )
    return found[1]


def _end(keeper: "subprocess.Popen[bytes]") -> None:
    assert keeper.stdin is not None
    keeper.stdin.close()
    try:
        keeper.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(keeper.pid, signal.SIGKILL)
        keeper.wait()
