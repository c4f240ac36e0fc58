"""An embedded AWS that is no process, so that commands are tested without one."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from local.account import EmbeddedAccount
from local.embedded import EmbeddedAws, EmbeddedAwsStatus
from local.iam.denied_calls import DeniedCall
from local.snapshot.result import SaveResult


class FakeAccount(EmbeddedAccount):
    """Remembers whether it was started empty, and what was delegated."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:5999")
        self.empty = False
        self.delegated: list[str] = []

    def is_empty(self) -> bool:
        return self.empty

    def start_empty(self) -> None:
        self.empty = True

    def delegate(self, zone_name: str) -> tuple[str, ...]:
        self.delegated.append(zone_name)
        return ("ns-1.awsdns-00.com",)


class FakeEmbeddedAws(EmbeddedAws):
    """Remembers whether it runs, what was saved, and how often.

    Args:
        folder: of its snapshot.
        running: at first.
    """

    def __init__(self, folder: Path, *, running: bool = False) -> None:
        super().__init__(endpoint_url="http://127.0.0.1:5999", folder=folder)
        self.account: FakeAccount = FakeAccount()
        self.running = running
        self.saves = 0
        self.save_problem = ""
        self.denied_calls: tuple[DeniedCall, ...] = ()
        self.locked: tuple[str, ...] = ()
        self.restored = 0

    def start(self, report: Callable[[str], None] = lambda _line: None) -> None:
        self.running = True

    def stop(self) -> None:
        self.running = False

    def save(self) -> SaveResult:
        self.saves += 1
        return SaveResult(saved_at=None, problem=self.save_problem)

    def locks(self) -> tuple[str, ...]:
        return self.locked

    def restore(self) -> SaveResult:
        self.restored += 1
        self.locked = ()
        return SaveResult(saved_at=None, problem=self.save_problem)

    def status(self) -> EmbeddedAwsStatus:
        header = self.saved.header()
        return EmbeddedAwsStatus(
            running=self.running,
            pid=None,
            endpoint_url=self.endpoint_url,
            started_at=None,
            memory_mib=None,
            log_path=self.log_path,
            saved_at=datetime.fromisoformat(header.saved_at) if header else None,
            save_problem=self.save_problem,
            denied_calls=self.denied_calls,
        )
