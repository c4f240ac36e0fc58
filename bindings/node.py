"""A Node process with jsii's kernel, started early so that it loads assemblies while Python imports modules.

jsii starts two Node processes, one of which only forwards the output of the other. Here the kernel program of jsii's
wheel runs alone, with its channel (file descriptor 3) connected to this process, as jsii's launcher does.
"""

import atexit
import contextlib
import gc
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bindings.paths import cache_folder, package_folder, write_whole

PROGRAM_FILES = {"lib__program.js": "program.js", "lib__runtime-index-worker.js": "runtime-index-worker.js"}
CHANNEL = 3
PACKAGE_CACHE = "JSII_RUNTIME_PACKAGE_CACHE_ROOT"
SECONDS_TO_STOP = 5.0
NO_DEPRECATION = "--disable-warning=DEP0044"
NODE_OPTIONS = ("--max-old-space-size=4069", "--preserve-symlinks", NO_DEPRECATION)
"""The options of jsii's launcher, and no deprecation warning for `util.isArray`, which a library in cdktf uses."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """A request to load an assembly."""

    name: str
    version: str
    tarball: str
    installed: str = ""
    """What to load if our tarball fails. Default: none."""
    submodules: frozenset[str] = frozenset()
    """Its submodules, if it is a trimmed assembly."""


class NodeStoppedError(RuntimeError):
    """The Node process ended unexpectedly."""


class Node:
    """A running kernel, with one line of JSON per message in each direction."""

    def __init__(self, jsii_version: str, loads: Sequence[Load], packages: Path) -> None:
        """Start the process and send it the load requests, without waiting.

        Args:
            jsii_version: the installed version of jsii, whose kernel runs.
            loads: assemblies to load first.
            packages: the folder where the kernel unpacks assemblies.

        Raises:
            OSError: Node could not be started.
        """
        self._owner = os.getpid()
        self.loads = tuple(loads)
        self.responses: dict[str, dict[str, Any]] = {}
        program = _program(jsii_version)
        ours, theirs = socket.socketpair()
        # Node makes its stderr non-blocking, and with it our stdout if both are one pipe (`2>&1 | tee`): long output
        # would be truncated or raise BlockingIOError. So stderr is a file, which is shown at the end.
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (open for as long as Node runs)
        with theirs:
            try:
                self._pid = _spawn(program, theirs.fileno(), self._errors.fileno(), packages)
            except OSError:
                ours.close()
                self._errors.close()
                raise
        self._socket = ours
        self._reader = ours.makefile("rb")
        atexit.register(self._at_exit)
        for load in self.loads:
            self.write(json.dumps({"name": load.name, "version": load.version, "tarball": load.tarball, "api": "load"}))

    def loads_succeeded(self) -> bool:
        """Whether every early load succeeded; known after the greeting."""
        return all("ok" in self.responses[load.name] for load in self.loads)

    @property
    def is_ours(self) -> bool:
        """False in a forked child, which must not talk to its parent's Node."""
        return os.getpid() == self._owner

    def write(self, message: str) -> None:
        """Send one message."""
        self._socket.sendall(message.encode() + b"\n")

    def read(self) -> bytes:
        """The next message.

        Raises:
            NodeStoppedError: the process has ended.
        """
        line = self._reader.readline()
        if not line:
            self._show_errors()
            raise NodeStoppedError("Node stopped before it answered")
        return line

    def greeting(self) -> str:
        """Read the kernel's first message, its name and version, and the responses to the early loads."""
        hello = str(json.loads(self.read())["hello"])
        for load in self.loads:
            self.responses[load.name] = json.loads(self.read())
        return hello

    def stop(self) -> None:
        """End the process; jsii's kernel removes its temporary folder as it exits."""
        atexit.unregister(self._at_exit)
        if not self.is_ours:
            self._errors.close()
            return
        with contextlib.suppress(OSError):
            self.write('{"exit":0}')
            self._socket.settimeout(SECONDS_TO_STOP)
            # Read the rest of its output, or it would report a closed channel on stderr.
            while self._socket.recv(65536):
                pass
        self._reader.close()
        self._socket.close()
        with contextlib.suppress(OSError):
            os.kill(self._pid, signal.SIGTERM)  # it is ending already, unless it hangs
            os.waitpid(self._pid, 0)
        self._show_errors()

    def _show_errors(self) -> None:
        """Copy Node's stderr to ours, once."""
        if not self._errors.closed:
            size = os.fstat(self._errors.fileno()).st_size
            output = os.pread(self._errors.fileno(), size, 0).decode(errors="replace")
            self._errors.close()
            if output and sys.stderr is not None:
                sys.stderr.write(output)

    def _at_exit(self) -> None:
        self.stop()
        gc.freeze()  # a last garbage collection through all classes of the bindings takes 0.2 s


def can_spawn() -> bool:
    """Whether the operating system can pass the channel to a new process."""
    return sys.platform in ("linux", "darwin") and hasattr(os, "posix_spawn")


def package_cache() -> Path:
    """Where jsii unpacks assemblies: a folder in our cache, unless the user has set one."""
    chosen = os.environ.get(PACKAGE_CACHE)
    if chosen:
        return Path(chosen)
    try:
        name = (cache_folder() / "packages").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        name = ""
    return cache_folder() / (name if name.startswith("packages-") else "packages-1")


def fresh_package_cache() -> Path:
    """A new folder for unpacked assemblies, for this and all later processes; the old one may still be in use."""
    folder = cache_folder() / f"packages-{os.urandom(6).hex()}"
    write_whole(cache_folder() / "packages", folder.name.encode())
    return folder


def _spawn(program: Path, channel: int, errors: int, packages: Path) -> int:
    node = os.environ["JSII_NODE"]
    environment = {**os.environ, "JSII_AGENT": f"Python/{sys.version.split()[0]}", PACKAGE_CACHE: str(packages)}
    spare = os.dup(channel) if channel == CHANNEL else channel
    try:
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, errors, 2),
            (os.POSIX_SPAWN_DUP2, spare, CHANNEL),
        ]
        return os.posix_spawn(node, [node, *NODE_OPTIONS, str(program)], environment, file_actions=actions)
    finally:
        if spare != channel:
            os.close(spare)


def _program(jsii_version: str) -> Path:
    """The kernel program, copied from jsii's wheel under the names that its parts refer to."""
    source = package_folder("jsii") / "_embedded" / "jsii"
    folder = cache_folder() / f"kernel-{jsii_version}"
    for packed, name in PROGRAM_FILES.items():
        copy = folder / name
        if not copy.exists() or copy.stat().st_size != (source / packed).stat().st_size:
            write_whole(copy, (source / packed).read_bytes())
    return folder / "program.js"
