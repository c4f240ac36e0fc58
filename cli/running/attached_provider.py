"""The AWS provider, started once for several Terraform commands.

On its own, Terraform starts it up to three times a command, and first reads its 700 MB to verify a checksum: a quarter
of the time of `./windlass plan` (docs/decisions/0016).
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
"""Where `terraform init` puts it or a link to it; the name of the file depends on what unpacked it."""

REATTACH = "TF_REATTACH_PROVIDERS"
"""Terraform's variable for providers that run already; developers of providers set it."""

KEEPER = """
exec 3<&0
"$@" </dev/null 3<&- & provider=$!
{ read -r _ <&3; kill $provider; } & reader=$!
wait $provider
kill $reader
rm -rf "$TMPDIR"
"""
"""Ends the provider when no process holds the other end of the pipe any more, and itself after the provider."""

ONCE_ONLY = "AWS_CA_BUNDLE"
"""Removed: with it, a process of the provider refuses its second configuration. The embedded AWS has no TLS."""

SILENT = {"TF_LOG_SDK": "off", "TF_LOG_PROVIDER_AWS": "off"}
"""Started like this, the provider logs everything to standard error, secrets in requests included. Nothing reads it;
this turns most of it off."""

START_SECONDS = 30.0
POLL_SECONDS = 0.05
END_SECONDS = 10.0


def configures_once(document: Mapping[str, Any]) -> bool:
    """Whether a stack's JSON configures the provider once: with two, one process would mix up the regions."""
    configured = document.get("provider", {}).get("aws", [])
    configurations = configured if isinstance(configured, list) else [configured]
    return len(configurations) == 1 and not configurations[0].get("alias")


class AttachedProvider:
    """A provider that starts on first use, and takes the configuration of the command that runs.

    So commands run one after the other, and each stack configures it once (`configures_once`).

    `end` ends it. Where this process is killed, it ends with the last Terraform that inherited `held_open`: an apply
    that is still running must not lose its provider in the middle of a resource.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._end_of_pipe = -1
        self._variables: dict[str, str] | None = None

    def variables(self, folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
        """The environment variables that make Terraform use this provider.

        Args:
            folder: the stack's, after `terraform init`. The provider of the first one is started, and runs there.
            environment: Terraform's environment variables; the provider reads those of AWS at its start.

        Returns:
            The variable. Nothing where Terraform has to start a provider itself: another one is attached, logs are
            requested, the folder does not have exactly one, or it does not start or has crashed.
        """
        if any(name == REATTACH or name.startswith("TF_LOG") for name, value in environment.items() if value):
            return {}
        if self._variables is None:
            self._variables = self._start(folder, environment)
        return self._variables if self._runs() else {}

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
        printed = folder_of_socket / "printed"
        reading, self._end_of_pipe = os.pipe()
        try:
            with printed.open("wb") as output:
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
        address = self._address(printed)
        return {} if address is None else {REATTACH: address}

    def _runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _address(self, printed: Path) -> str | None:
        """What the provider prints for Terraform to find it; None where it ended or printed nothing."""
        deadline = time.monotonic() + START_SECONDS
        while self._runs() and time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError):  # when it has ended just now
                match = re.search(rf"{REATTACH}='(\{{.*\}})'", printed.read_text(encoding="utf-8", errors="replace"))
                if match:
                    return match[1]
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
