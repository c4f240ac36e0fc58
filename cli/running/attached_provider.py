"""The AWS provider, started once for several Terraform commands.

By itself Terraform starts it up to three times a command, and reads its 700 MB before, to compare a checksum: a quarter
of what `./windlass plan` costs (docs/decisions/0016).
"""

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BINARY = ".terraform/providers/*/hashicorp/aws/*/*/terraform-provider-aws*"
"""Where `terraform init` puts it, or a link to it; how the file is called depends on who unpacked it."""

REATTACH = "TF_REATTACH_PROVIDERS"
"""Terraform's variable for providers that run already; who sets it develops a provider."""

KEEPER = """
exec 3<&0
"$@" </dev/null 3<&- & provider=$!
{ read -r _ <&3; kill $provider; } & reader=$!
wait $provider
kill $reader
rm -rf "$TMPDIR"
"""
"""Ends the provider when nobody holds the other end of the pipe any more, and itself when the provider has ended."""

ONCE_ONLY = "AWS_CA_BUNDLE"
"""Taken away, since with it a process of the provider refuses its second configuration. The embedded AWS has no TLS."""

SILENT = {"TF_LOG_SDK": "off", "TF_LOG_PROVIDER_AWS": "off"}
"""Started in this way the provider writes all that it does to standard error, requests with their secrets too. Nobody
reads that; this spares the work for most of it."""

START_SECONDS = 30.0
POLL_SECONDS = 0.05
END_SECONDS = 10.0


def configures_once(document: Mapping[str, Any]) -> bool:
    """Whether a stack's JSON has one configuration of the provider: of two, one process would mix up the regions."""
    found = document.get("provider", {}).get("aws", [])
    configurations = found if isinstance(found, list) else [found]
    return len(configurations) == 1 and not configurations[0].get("alias")


class AttachedProvider:
    """A provider that starts when it is first asked for, and takes the configuration of the command that runs.

    So commands come one after the other, and each stack configures it once (`configures_once`).

    It ends with `end`; where this process is killed, with the last Terraform that got `held_open`: an apply that goes
    on must not lose its provider in the middle of a resource.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._end_of_pipe = -1
        self._found: dict[str, str] | None = None

    def variables(self, folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
        """What Terraform needs in its environment to take this provider.

        Args:
            folder: the stack's, after `terraform init`. The provider of the first one is started, and runs there.
            environment: Terraform's environment variables; the provider reads those of AWS at its start.

        Returns:
            The variable; nothing where Terraform has to start a provider by itself: somebody attached one of their own
            or wants logs, the folder has not exactly one, or it does not start or has crashed.
        """
        if any(name == REATTACH or name.startswith("TF_LOG") for name, value in environment.items() if value):
            return {}
        if self._found is None:
            self._found = self._start(folder, environment)
        return self._found if self._runs() else {}

    @property
    def held_open(self) -> tuple[int, ...]:
        """File descriptors for Terraform to inherit: while it has them, the provider stays."""
        return () if self._end_of_pipe < 0 else (self._end_of_pipe,)

    def end(self) -> None:
        """End the provider, if it was started."""
        if self._process is None:
            return
        os.close(self._end_of_pipe)
        self._end_of_pipe, process, self._process = -1, self._process, None
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _start(self, folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
        binaries = list(folder.glob(BINARY))
        if len(binaries) != 1:
            return {}
        # The keeper removes the folder, with the socket in it: it is still there when this process was killed.
        folder_of_socket = Path(tempfile.mkdtemp(prefix="windlass-provider-"))
        said = folder_of_socket / "said"
        reading, self._end_of_pipe = os.pipe()
        try:
            with said.open("wb") as output:
                self._process = subprocess.Popen(
                    ["/bin/sh", "-c", KEEPER, "sh", str(binaries[0].absolute()), "-debug"],
                    cwd=folder,
                    env={**_without(ONCE_ONLY, environment), **SILENT, "TMPDIR": str(folder_of_socket)},
                    stdin=reading,
                    stdout=output,
                    stderr=subprocess.DEVNULL,
                    # A Ctrl-C is for Terraform, which still needs the provider to finish what it began.
                    start_new_session=True,
                )
        finally:
            os.close(reading)
        where = self._where(said)
        return {} if where is None else {REATTACH: where}

    def _runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _where(self, said: Path) -> str | None:
        """What the provider says for Terraform to find it; None where it ended or says nothing."""
        deadline = time.monotonic() + START_SECONDS
        while self._runs() and time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError):  # when it has ended just now
                found = re.search(rf"{REATTACH}='(\{{.*\}})'", said.read_text(encoding="utf-8", errors="replace"))
                if found:
                    return found[1]
            time.sleep(POLL_SECONDS)
        return None


@contextmanager
def attached_provider() -> Iterator[AttachedProvider]:
    """A provider that ends with the block."""
    provider = AttachedProvider()
    try:
        yield provider
    finally:
        provider.end()


def _without(name: str, variables: Mapping[str, str]) -> dict[str, str]:
    return {each: value for each, value in variables.items() if each != name}
