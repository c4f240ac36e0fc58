"""Creates the bucket and the lock table of the state, and moves the bootstrap's own state into that bucket.

The state is in a file on this machine while the bucket is being created or destroyed, and in the bucket otherwise. Each
run first finds out which, so the next run continues one that was killed at any point:

| killed                                   | what the next run reads           | what it does                          |
|------------------------------------------|-----------------------------------|---------------------------------------|
| while Terraform creates the bucket       | file, perhaps without the bucket  | imports what is missing, applies      |
| after that, before the upload            | file, bucket without state        | applies (no changes), uploads         |
| during or after the upload               | file and the same state in bucket | removes the file                      |
| while `--destroy` takes things down      | file newer than the bucket's      | the file is the truth, it goes on     |

`terraform state push` does the upload: it locks, and it refuses to overwrite another state or a newer one, which
`init -migrate-state -force-copy` does not; and it needs no memory of the former backend in `.terraform`.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cli.console import say
from cli.errors import CommandError
from cli.running.outcome import Outcome
from cli.running.run_layers import apply_layers, apply_part, destroy_layers
from cli.running.stack import BACKEND_OVERRIDE, Stack
from cli.running.state_store import StateStore, count_resources
from release.counted import counted


@dataclass(frozen=True, kw_only=True)
class Bootstrap:
    """The bootstrap stack, the store it creates, and the file that holds its state until then."""

    stack: Stack
    store: StateStore
    file: Path
    """Where the state is on this machine while it cannot be in the bucket."""

    def create(self, *, ask: Callable[[str], bool] | None, adopt: bool = False, without: Sequence[str] = ()) -> Outcome:
        """Create the store, or bring it up to date.

        Args:
            ask: asked before changes are applied; None applies without asking.
            adopt: take over a bucket or table that exists although no state knows it.
            without: types of resources that a new store is created without, and then without asking. `complete` adds
                them, and moves the state.
        """
        self._clear_override()
        remote = self.store.state() if self.store.bucket_exists() else {}
        local = self._local_state()
        if not self._file_is_truth(local, remote):
            self._drop_file()
            if remote:
                return apply_layers([self.stack], ask=ask)
        self._refuse_unknown(local, started=self._started.exists(), adopt=adopt)
        stack = replace(self.stack, existing=lambda _: self._unrecorded(local))
        with self._state_in_file():
            if without:
                return apply_part(stack, self._addresses(without))
            outcome = apply_layers([stack], ask=ask)
        self._move_state(self.stack)
        say(f"{self.stack.name}: its state is now in the bucket", style="green")
        return outcome

    def complete(self) -> Outcome:
        """Do what `create` left out; shows nothing, since it runs beside other applies."""
        outcome, stack = Outcome(), replace(self.stack, shows_progress=False)
        if self._local_state():
            self._move_state(stack)
        with stack.plan() as plan:
            if plan.has_changes:
                outcome.changed[stack.name] = stack.apply(plan)
        return outcome

    def destroy(self) -> Outcome:
        """Destroy the store, unless it still holds the state of something; nothing happens where there is none."""
        self._clear_override()
        exists = self.store.bucket_exists()
        remote = self.store.state() if exists else {}
        local = self._local_state()
        if not remote and not local:
            if exists and self._started.exists():
                raise CommandError("A bootstrap was interrupted here: complete it with another run, then destroy it.")
            self._drop_file()
            say(f"{self.stack.name}: nothing to destroy")
            return Outcome(unchanged=[self.stack.name])
        others = self.store.other_states() if exists else {}
        if others:
            listed = "\n".join(f"  {key}: {counted(count, 'resource')}" for key, count in sorted(others.items()))
            raise CommandError(f"The state bucket still holds the state of what exists, so it stays:\n{listed}")
        if not self._file_is_truth(local, remote):
            self._write_file(remote)
        with self._state_in_file():
            outcome = destroy_layers([self.stack])
        self._drop_file()
        return outcome

    def _move_state(self, stack: Stack) -> None:
        stack.push_state(self.file)
        self._drop_file()

    def _addresses(self, without: Sequence[str]) -> list[str]:
        """Addresses of all resources but those of some types."""
        resources: dict[str, dict[str, Any]] = self.stack.document().get("resource", {})
        return [f"{kind}.{name}" for kind, names in resources.items() if kind not in without for name in names]

    # --- where the state is --------------------------------------------------------------------------------------

    @property
    def _started(self) -> Path:
        """Marks that a bootstrap of this bucket was started here, so what it left unfinished may be taken over."""
        return self.file.with_suffix(".begun")

    def _local_state(self) -> dict[str, Any]:
        try:
            state = json.loads(self.file.read_text())
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise CommandError(
                f"{self.file} is not a state file; its backup is beside it, if Terraform made one."
            ) from error
        return dict(state) if count_resources(state) else {}

    def _file_is_truth(self, local: dict[str, Any], remote: dict[str, Any]) -> bool:
        if not local or not remote:
            return not remote
        if local["lineage"] != remote["lineage"]:
            raise CommandError(
                f"{self.file} and the bucket hold two different bootstrap states. The bucket's is in use by everyone; "
                f"compare the two, and move the file away if it is not needed."
            )
        return int(local["serial"]) > int(remote["serial"])

    def _write_file(self, state: dict[str, Any]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.file.with_suffix(".draft")
        draft.write_text(json.dumps(state, indent=2))
        draft.replace(self.file)

    def _drop_file(self) -> None:
        for path in (self.file, self.file.with_suffix(".tfstate.backup"), self._started):
            path.unlink(missing_ok=True)

    @contextmanager
    def _state_in_file(self) -> Iterator[None]:
        """Let Terraform keep the stack's state in the file, as long as the block lasts."""
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._started.touch()
        override = {"terraform": {"backend": {"local": {"path": str(self.file)}}}}
        (self.stack.folder / BACKEND_OVERRIDE).write_text(json.dumps(override, indent=2))
        try:
            yield
        finally:
            self._clear_override()

    def _clear_override(self) -> None:
        (self.stack.folder / BACKEND_OVERRIDE).unlink(missing_ok=True)

    # --- what exists, but is in no state -------- ------------------------------------------------------------------

    def _refuse_unknown(self, local: dict[str, Any], *, started: bool, adopt: bool) -> None:
        """Raise CommandError for a bucket or table that no bootstrap on this machine has created."""
        if local or started or adopt:
            return
        existing = [kind for kind, exists in self._existing() if exists]
        if existing:
            raise CommandError(
                f"The {' and the '.join(existing)} of the state exist already, but no bootstrap state knows them: "
                "a bootstrap was interrupted on another machine, or they belong to something else. "
                "If they are yours to take over: ./windlass bootstrap ENV --adopt"
            )

    def _existing(self) -> list[tuple[str, bool]]:
        return [("bucket", self.store.bucket_exists()), ("lock table", self.store.table_exists())]

    def _unrecorded(self, local: dict[str, Any]) -> dict[str, str]:
        """Address → id of what a killed run created but did not record; Terraform imports it."""
        known = {(one["type"], one["name"]) for one in local.get("resources", []) if one.get("instances")}
        backend = self.stack.synthesised_backend()
        candidates = (
            ("aws_s3_bucket", "bucket", backend["bucket"], self.store.bucket_exists()),
            ("aws_dynamodb_table", "name", backend.get("dynamodb_table"), self.store.table_exists()),
            ("aws_kms_alias", "name", alias := f"alias/{backend['bucket']}", self.store.alias_exists(alias)),
        )
        return {
            f"{resource_type}.{name}": str(body[key])
            for resource_type, key, expected_name, exists in candidates
            for name, body in self.stack.document().get("resource", {}).get(resource_type, {}).items()
            if exists and body[key] == expected_name and (resource_type, name) not in known
        }
