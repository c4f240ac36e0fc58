"""One Node process with jsii's kernel, started ahead so that it loads its assemblies while Python imports modules.

jsii starts two Node processes, one of which only copies what the other writes. Here the kernel program from jsii's own
wheel runs alone, with its channel (file descriptor 3) connected to this process, as jsii's own launcher does it.
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

from bindings.places import cache_folder, package_folder, write_whole

PROGRAM_FILES = {"lib__program.js": "program.js", "lib__runtime-index-worker.js": "runtime-index-worker.js"}
CHANNEL = 3
PACKAGE_CACHE = "JSII_RUNTIME_PACKAGE_CACHE_ROOT"
SECONDS_TO_STOP = 5.0
NO_DEPRECATION = "--disable-warning=DEP0044"
NODE_OPTIONS = ("--max-old-space-size=4069", "--preserve-symlinks", NO_DEPRECATION)
"""As jsii's own launcher passes them; and no warning about `util.isArray`, which a library inside cdktf calls."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """A request to load an assembly."""

    name: str
    version: str
    tarball: str
    installed: str = ""
    """What to load instead where the tarball, made by us, fails; empty where nothing is needed instead."""
    submodules: frozenset[str] = frozenset()
    """The submodules in it, where it is a cut."""


class NodeStoppedError(RuntimeError):
    """The Node process went away in the middle of a conversation."""


class Node:
    """A running kernel and the conversation with it: one line of JSON each way."""

    def __init__(self, jsii_version: str, loads: Sequence[Load], packages: Path) -> None:
        """Start the process and send it the loads, without waiting for anything.

        Args:
            jsii_version: the installed version of jsii, whose kernel runs.
            loads: assemblies to load first.
            packages: the folder where the kernel unpacks assemblies.

        Raises:
            OSError: Node could not be started.
        """
        self._owner = os.getpid()
        self.loads = tuple(loads)
        self.answers: dict[str, dict[str, Any]] = {}
        program = _program(jsii_version)
        ours, theirs = socket.socketpair()
        # Node makes its stderr non-blocking, and with it our own stdout where both are one pipe (`2>&1 | tee`): a long
        # text would be cut, or end in BlockingIOError. So it gets a file of its own, which is shown in the end.
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
        """Whether the kernel took every early load; known after the greeting."""
        return all("ok" in self.answers[load.name] for load in self.loads)

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
            NodeStoppedError: there will be none.
        """
        line = self._reader.readline()
        if not line:
            self._show_errors()
            raise NodeStoppedError("Node stopped before it answered")
        return line

    def greeting(self) -> str:
        """What the kernel says first: its name and version; and, read after it, the answers to the early loads."""
        hello = str(json.loads(self.read())["hello"])
        for load in self.loads:
            self.answers[load.name] = json.loads(self.read())
        return hello

    def stop(self) -> None:
        """End the process; jsii's kernel removes its temporary folder as it goes."""
        atexit.unregister(self._at_exit)
        if not self.is_ours:
            self._errors.close()
            return
        with contextlib.suppress(OSError):
            self.write('{"exit":0}')
            self._socket.settimeout(SECONDS_TO_STOP)
            # Whatever it still has to say is read, or it would complain about a closed channel on stderr.
            while self._socket.recv(65536):
                pass
        self._reader.close()
        self._socket.close()
        with contextlib.suppress(OSError):
            os.kill(self._pid, signal.SIGTERM)  # it is on its way out, unless it hangs
            os.waitpid(self._pid, 0)
        self._show_errors()

    def _show_errors(self) -> None:
        """Write what Node has said on its stderr to ours, once."""
        if not self._errors.closed:
            size = os.fstat(self._errors.fileno()).st_size
            said = os.pread(self._errors.fileno(), size, 0).decode(errors="replace")
            self._errors.close()
            if said and sys.stderr is not None:
                sys.stderr.write(said)

    def _at_exit(self) -> None:
        self.stop()
        gc.freeze()  # a last search for garbage through every class of the bindings takes a fifth of a second


def can_spawn() -> bool:
    """Whether the system offers what is needed to hand over a channel."""
    return sys.platform in ("linux", "darwin") and hasattr(os, "posix_spawn")


def package_cache() -> Path:
    """Where jsii unpacks assemblies: a folder of our own, unless the user named one."""
    chosen = os.environ.get(PACKAGE_CACHE)
    if chosen:
        return Path(chosen)
    try:
        name = (cache_folder() / "packages").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        name = ""
    return cache_folder() / (name if name.startswith("packages-") else "packages-1")


def fresh_package_cache() -> Path:
    """Another folder for unpacked assemblies, from now on for every process; the old one may still be in use."""
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
    """The kernel program, copied out of jsii's wheel under the names by which its parts find one another."""
    source = package_folder("jsii") / "_embedded" / "jsii"
    folder = cache_folder() / f"kernel-{jsii_version}"
    for packed, name in PROGRAM_FILES.items():
        copy = folder / name
        if not copy.exists() or copy.stat().st_size != (source / packed).stat().st_size:
            write_whole(copy, (source / packed).read_bytes())
    return folder / "program.js"
