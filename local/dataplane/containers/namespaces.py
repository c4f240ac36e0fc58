"""Containers as namespaces: the launcher's specification, and which processes belong to which container."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launcher.py")
MARK = "windlass:"
"""The mount source of a container's root is this text and the container's folder."""
ADVICE = (
    "containers need user namespaces, which this machine's kernel refuses. On Ubuntu `sudo sysctl -w "
    "kernel.apparmor_restrict_unprivileged_userns=0` allows them; in Docker `--security-opt seccomp=unconfined "
    "--security-opt apparmor=unconfined`. `./windlass local apply --bare` does without containers."
)


class NamespacesError(RuntimeError):
    """This machine cannot run containers; the message is a sentence for people."""


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A file or a folder of this machine at a path in the container."""

    source: Path
    target: str
    read_only: bool = False
    """Whether containers cannot write to it; it may still contain other mount points."""
    of_image: bool = False
    """Whether it is part of the image: read-only as a whole, and without other mount points in it."""


@dataclass(frozen=True, kw_only=True)
class NamespaceSpec:
    """The namespaces of one container.

    `folder` belongs to the container: the launcher's specification and its failure are files in it.
    """

    folder: Path
    user: int
    group: int
    host_name: str
    mounts: Sequence[Mount]
    working_folder: str
    judged: Mapping[str, object] = field(default_factory=dict)
    """How the launcher lets the judge decide over connections. Default: nobody does."""

    def command(self, words: Sequence[str]) -> list[str]:
        """The command that runs a program as the container's main process; writes the specification."""
        root = self.folder / "root"
        root.mkdir(parents=True, exist_ok=True)
        self._failure.unlink(missing_ok=True)
        return self._launch("start", self._write("start", {"root": str(root)}), words)

    def command_inside(self, process: int, words: Sequence[str]) -> list[str]:
        """The command that runs a program in the container whose main process has this id."""
        (self.folder / "process").write_text(str(process))
        return self._launch("enter", self._write("enter", {}), words)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Descriptors that the launcher inherits."""
        descriptor = self.judged.get("descriptor")
        return (descriptor,) if isinstance(descriptor, int) else ()

    @property
    def failure(self) -> str:
        """Why the main process never became the program; empty when it did, or is about to."""
        try:
            return self._failure.read_text()
        except OSError:
            return ""

    @property
    def _failure(self) -> Path:
        return self.folder / "failure"

    def _launch(self, mode: str, spec: Path, words: Sequence[str]) -> list[str]:
        return [sys.executable, "-I", "-S", str(LAUNCHER), mode, str(spec), "--", *words]

    def _write(self, mode: str, more: Mapping[str, str]) -> Path:
        path = self.folder / f"{mode}.json"
        mounts = [{**asdict(each), "source": str(each.source)} for each in self.mounts]
        spec = {
            "failure": str(self._failure if mode == "start" else os.devnull),
            "process": str(self.folder / "process"),
            "mark": MARK + str(self.folder),
            "user": self.user,
            "group": self.group,
            "host_name": self.host_name,
            "mounts": mounts,
            "working_folder": self.working_folder,
            "judged": self.judged,
            **more,
        }
        path.write_text(json.dumps(spec))
        return path


def check() -> None:
    """Check that this machine can run containers.

    Raises:
        NamespacesError: it cannot; the message says what to do.
    """
    if not sys.platform.startswith("linux"):
        raise NamespacesError("containers need Linux. `./windlass local apply --bare` does without them.")
    trial = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x14020000) != 0)"
    if subprocess.run([sys.executable, "-I", "-S", "-c", trial], check=False).returncode != 0:
        raise NamespacesError(ADVICE)


def processes_of(folder: Path) -> Iterator[int]:
    """Ids of all processes in containers whose folder is this one or is inside it."""
    shown = str(folder).replace(" ", "\\040")
    exact, below = f" {MARK}{shown} ".encode(), f" {MARK}{shown}/".encode()
    own = _namespace("self")
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if _namespace(entry.name) == own:
                continue
            mounts = (entry / "mountinfo").read_bytes()
        except OSError:
            continue  # it has ended, or belongs to another user
        if exact in mounts or below in mounts:
            yield int(entry.name)


def kill_all(folder: Path) -> int:
    """Kill every process of these containers; returns how many there were."""
    killed: set[int] = set()
    # Repeated until none is left: a process may have started another one meanwhile.
    for _ in range(10):
        alive = list(processes_of(folder))
        if not alive:
            break
        killed.update(alive)
        for process in alive:
            try:
                os.kill(process, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue
        time.sleep(0.01)
    return len(killed)


def _namespace(process: str) -> str:
    """The mount namespace of a process; empty on systems without namespaces."""
    link = Path("/proc") / process / "ns" / "mnt"
    return str(link.readlink()) if sys.platform.startswith("linux") else ""
