"""One synthesised stack and the Terraform commands on it."""

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from cli.console import detail, say
from cli.errors import INTERRUPTED, CommandError
from cli.running.attached_provider import AttachedProvider, configures_once
from cli.running.failure import failure
from cli.running.heartbeat import heartbeat
from cli.running.init_cache import InitCache
from cli.running.machine_ui import MachineUi
from cli.running.process import run
from cli.running.progress import Progress
from cli.running.state_store import NO_BUCKET, count_resources
from cli.running.terraform import Terraform

STACK_FILE = "cdk.tf.json"
BACKEND_OVERRIDE = "backend_override.tf.json"
"""Terraform lets a file of this name replace the backend of the stack file."""
IMPORTS_FILE = "windlass_imports.tf.json"
NO_CHANGES, CHANGES = 0, 2


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A saved plan: run it with `Stack.apply`."""

    file: Path
    has_changes: bool
    ui: MachineUi


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A layer (or the bootstrap) of an environment, in the folder that synth wrote."""

    name: str
    """The layer's name."""
    folder: Path
    terraform: Terraform
    lock_timeout_seconds: float = 0
    provider: AttachedProvider | None = None
    """Running, or started on first use. None: Terraform starts one for each command."""
    existing: Callable[["Stack"], Mapping[str, str]] = lambda _: {}
    """Address → id of what the account has already and the state has not: a plan imports it."""
    shows_progress: bool = True
    """Whether a run is shown; one beside another run is not."""

    def say(self, text: str, *, style: str = "") -> None:
        """Print a line about a run; nothing where runs are not shown."""
        if self.shows_progress:
            say(text, style=style)

    # --- settings of the stack -----------------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        """The synthesised JSON."""
        return dict(json.loads((self.folder / STACK_FILE).read_text()))

    def backend(self) -> tuple[str, dict[str, Any]]:
        """The backend's type and settings; `cloud` where Terraform Cloud keeps the state."""
        override = self.folder / BACKEND_OVERRIDE
        terraform = (json.loads(override.read_text()) if override.exists() else self.document()).get("terraform", {})
        settings = {"cloud": terraform["cloud"]} if "cloud" in terraform else terraform.get("backend", {})
        for kind, values in settings.items():
            return kind, _only_block(values)
        return "local", {}

    def synthesised_backend(self) -> dict[str, Any]:
        """The settings of the backend that synth wrote, even while another one replaces it."""
        (values,) = self.document()["terraform"]["backend"].values()
        return _only_block(values)

    # --- commands ------------------------------------------------------------------------------------------------

    def init(self, *, with_backend: bool = True) -> None:
        """Run `terraform init` where the backend or the providers changed since the last one."""
        fingerprint = self._fingerprint()
        if self._init_cache.covers(fingerprint, with_backend=with_backend):
            return
        with self._init_cache.exclusive(), self._init_cache.checksums(self._providers()):
            self._init_cache.forget()
            options = ["-reconfigure"] if with_backend else ["-backend=false"]
            self._stream("init", options, title=f"{self.name}: init")
            self._init_cache.remember(fingerprint, with_backend=with_backend)

    def validate(self) -> list[str]:
        """`terraform validate`; returns its errors and warnings (S04)."""
        self.init(with_backend=False)
        finished = self._capture(["validate", "-json"], allowed=(0, 1))
        ui = MachineUi()
        for diagnostic in json.loads(finished)["diagnostics"]:
            ui.feed(json.dumps({"type": "diagnostic", "diagnostic": diagnostic}))
        return [one.text() for one in ui.diagnostics]

    @contextmanager
    def plan(self, *, destroy: bool = False, options: Sequence[str] = ()) -> Iterator[Plan]:
        """A plan, saved in a file that only its owner can read and that is gone when the block ends.

        Args:
            destroy: plan to destroy everything.
            options: of Terraform's own, such as `-replace=ADDRESS`.
        """
        self.init()
        plans = self.terraform.work_folder / "plans"
        plans.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A plan holds every attribute in plain text; mkstemp makes it readable by its owner alone.
        descriptor, name = tempfile.mkstemp(prefix=f"{self.folder.name}-", suffix=".tfplan", dir=plans)
        os.close(descriptor)
        try:
            arguments = [f"-out={name}", "-detailed-exitcode", *self._run_options(), *(["-destroy"] if destroy else [])]
            arguments += options
            with self._importing({} if destroy else self.existing(self)):
                code, ui = self._stream("plan", arguments, title=f"{self.name}: plan", allowed=(NO_CHANGES, CHANGES))
            yield Plan(file=Path(name), has_changes=code == CHANGES, ui=ui)
        finally:
            Path(name).unlink(missing_ok=True)

    @contextmanager
    def _importing(self, existing: Mapping[str, str]) -> Iterator[None]:
        """With `import` blocks beside the stack file."""
        file = self.folder / IMPORTS_FILE
        file.unlink(missing_ok=True)  # of a command that was killed
        if existing:
            blocks = [{"to": address, "id": name} for address, name in existing.items()]
            file.write_text(json.dumps({"import": blocks}))
        try:
            yield
        finally:
            file.unlink(missing_ok=True)

    def apply(self, plan: Plan, *, verb: str = "apply") -> MachineUi:
        """Apply a saved plan."""
        options = [*self._run_options(), str(plan.file)]
        _, ui = self._stream("apply", options, title=f"{self.name}: {verb}", steps=plan.ui.steps)
        return ui

    def show(self, plan: Plan) -> str:
        """The plan in Terraform's own full rendering."""
        return self._capture(["show", "-no-color", str(plan.file)])

    def show_json(self, plan: Plan) -> dict[str, Any]:
        """The plan as Terraform gives it to programs."""
        return dict(json.loads(self._capture(["show", "-json", str(plan.file)])))

    def state(self) -> dict[str, Any]:
        """The state, or an empty mapping where there is none yet."""
        self.init()
        text = self._capture(["state", "pull"])
        return dict(json.loads(text)) if text.strip() else {}

    def push_state(self, file: Path) -> None:
        """Upload a state; Terraform refuses one of another lineage or an older one."""
        self.init()
        with heartbeat(f"moving the state of {self.name} into its bucket"):
            self._capture(["state", "push", f"-lock-timeout={self.lock_timeout_seconds:.0f}s", str(file)])

    def resource_count(self) -> int:
        """How many resource instances the state holds."""
        return count_resources(self.state())

    def retained(self) -> list[str]:
        """Addresses of what the state holds and Terraform must not destroy: keys of snapshots that stay."""
        protected = {
            f"{kind}.{name}"
            for kind, bodies in self.document().get("resource", {}).items()
            for name, body in bodies.items()
            if (body.get("lifecycle") or {}).get("prevent_destroy")
        }
        return [address for address in self._addresses() if address in protected] if protected else []

    def all_but(self, addresses: Sequence[str]) -> list[str]:
        """Options that choose every resource of the state but these."""
        return [f"-target={address}" for address in self._addresses() if address not in addresses]

    def forget(self, addresses: Sequence[str]) -> None:
        """Take resources out of the state, and leave them as they are."""
        self._capture(["state", "rm", f"-lock-timeout={self.lock_timeout_seconds:.0f}s", *addresses])

    def _addresses(self) -> list[str]:
        resources = [one for one in self.state().get("resources", []) if one.get("mode") == "managed"]
        return [f"{one['type']}.{one['name']}" for one in resources if one.get("instances")]

    # --- how they run --------------------------------------------------------------------------------------------

    def _run_options(self) -> list[str]:
        options = [f"-lock-timeout={self.lock_timeout_seconds:.0f}s"]
        if self.terraform.parallelism is not None:
            options.append(f"-parallelism={self.terraform.parallelism}")
        return options

    def _stream(
        self,
        command: str,
        options: Sequence[str],
        *,
        title: str,
        steps: int | None = None,
        allowed: Sequence[int] = (0,),
    ) -> tuple[int, MachineUi]:
        ui = MachineUi()
        log = self.terraform.new_log(f"{self.folder.name}-{command}")
        detail(f"terraform {command} {' '.join(options)} in {self.folder}; its output: {log}")
        shown = Progress(title, ui, steps=steps) if self.shows_progress else nullcontext()
        with shown as progress:
            finished = run(
                [self.terraform.binary, command, "-json", "-input=false", *options],
                folder=self.folder,
                environment=self._variables(command),
                log=log,
                held_open=self.provider.held_open if self.provider else (),
                on_line=lambda line: _ignore(ui.feed(line)),
                on_tick=progress.tick if progress is not None else _nothing,
            )
        if finished.exit_code not in allowed:
            lock_table = self.backend()[1].get("dynamodb_table")
            raise failure(command, ui, finished, layer=self.name, folder=self.folder, lock_table=lock_table)
        if finished.interrupted:
            raise CommandError(f"Stopped after {title}.", exit_code=INTERRUPTED)
        return finished.exit_code, ui

    def _capture(self, arguments: Sequence[str], *, allowed: Sequence[int] = (0,)) -> str:
        detail(f"terraform {' '.join(arguments)} in {self.folder}")
        finished = subprocess.run(
            [self.terraform.binary, *arguments],
            cwd=self.folder,
            env=self._variables(arguments[0]),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if finished.returncode not in allowed:
            text = Text.from_ansi((finished.stderr or finished.stdout).strip()).plain
            hint = f"\n{NO_BUCKET}" if "NoSuchBucket" in text else ""
            raise CommandError(f"terraform {arguments[0]} failed on {self.name}:\n{text}{hint}")
        return finished.stdout

    def _variables(self, command: str) -> dict[str, str]:
        variables = self.terraform.environment()
        # With it, `init` would download no provider, and the next command would have none.
        if self.provider is None or command == "init" or not configures_once(self.document()):
            return variables
        return {**variables, **self.provider.variables(self.folder, variables)}

    # --- init only when needed -----------------------------------------------------------------------------------

    @property
    def _init_cache(self) -> InitCache:
        return InitCache(folder=self.folder, work_folder=self.terraform.work_folder)

    def _providers(self) -> Any:
        return self.document().get("terraform", {}).get("required_providers")

    def _fingerprint(self) -> str:
        parts = [self.backend(), self._providers(), self.terraform.version]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _only_block(values: Any) -> dict[str, Any]:
    """A block's settings: Terraform JSON writes a single block as an object or as a list of one."""
    return dict(values[0] if isinstance(values, list) else values)


def _ignore(_: object) -> None:
    return None


def _nothing() -> None:
    """Show no progress."""
