"""A stand-in for Terraform that plays a script, so that the runner is tested without a provider or an AWS.

Each call appends itself to `calls` and follows the first rule of `rules` that names its command, and then
words which all occur in its arguments: it prints lines, sleeps, waits for a signal, writes files, and ends with an exit
code.
"""

import ast
import json
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# It starts hundreds of times, so it imports nothing that takes longer than the interpreter's own start. JSON does: what
# it reads and writes are Python's literals.
_PROGRAM = """#!{python} -SEI
import _signal, os, sys, time
home = {home!r}
arguments = sys.argv[1:]
with open(home + "/calls", "a") as calls:
    calls.write(repr({{"arguments": arguments, "folder": os.getcwd(), "environment": dict(os.environ)}}) + "\\n")
signals = []
_signal.signal(_signal.SIGINT, lambda number, frame: signals.append(number))
with open(home + "/rules") as rules:
    rules = eval(rules.read())
for rule in rules:
    command, *parts = rule["when"]
    if command == arguments[0] and all(any(part in argument for argument in arguments) for part in parts):
        if rule.get("ready"):
            open(rule["ready"], "a").close()
        for line in rule.get("lines", []):
            print(line, flush=True)
            time.sleep(rule.get("pause", 0))
        if rule.get("until_signal"):
            deadline = time.monotonic() + 20
            while not signals and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(0.5)
            with open(home + "/signals", "w") as file:
                file.write(str(len(signals)))
        for path, text in rule.get("writes", {{}}).items():
            with open(path, "w") as file:
                file.write(text)
        if rule.get("killed"):
            os.kill(os.getpid(), _signal.SIGKILL)
        sys.exit(rule.get("code", 0))
sys.exit(0)
"""

VERSION_1_11 = {"when": ["version"], "lines": [{"terraform_version": "1.11.4"}]}


@dataclass(frozen=True, kw_only=True)
class FakeTerraform:
    """Where the stand-in lives, and what it was asked."""

    binary: Path

    @classmethod
    def in_folder(cls, folder: Path, *rules: dict[str, Any]) -> "FakeTerraform":
        """Write the stand-in into `folder`; a rule without a match ends with 0 and says nothing."""
        folder.mkdir(parents=True, exist_ok=True)
        binary = folder / "terraform"
        binary.write_text(_PROGRAM.format(python=sys.executable, home=str(folder)))
        binary.chmod(binary.stat().st_mode | stat.S_IXUSR)
        fake = cls(binary=binary)
        fake.follow(*rules)
        return fake

    def follow(self, *rules: dict[str, Any]) -> None:
        """Replace the rules; the version is always 1.11.4 unless a rule says otherwise."""
        written = [
            {**rule, "lines": [_line(line) for line in rule.get("lines", [])]} for rule in (*rules, VERSION_1_11)
        ]
        # A path may be a `Path`, which is no literal.
        (self.binary.parent / "rules").write_text(repr(json.loads(json.dumps(written, default=str))))

    def calls(self, command: str, *words: str) -> list[dict[str, Any]]:
        """The calls of a command so far whose arguments hold all words, as `arguments`, `folder`, `environment`."""
        log = self.binary.parent / "calls"
        calls = [ast.literal_eval(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [one for one in calls if _matches(one["arguments"], command, words)]

    @property
    def signals(self) -> int:
        """How many SIGINTs the last run that waited for one has received."""
        return int((self.binary.parent / "signals").read_text())


def _line(line: str | dict[str, Any]) -> str:
    return line if isinstance(line, str) else json.dumps(line)


def _matches(arguments: list[str], command: str, words: tuple[str, ...]) -> bool:
    return arguments[0] == command and all(any(word in argument for argument in arguments) for word in words)


def planned(address: str, action: str) -> dict[str, Any]:
    """The event of one planned change."""
    return {"type": "planned_change", "change": {"resource": {"addr": address}, "action": action}}


def summary(add: int = 0, change: int = 0, remove: int = 0) -> dict[str, Any]:
    """The event that counts."""
    counts = {"add": add, "change": change, "remove": remove, "import": 0}
    return {"type": "change_summary", "changes": {**counts, "operation": "plan"}}


def applying(address: str, action: str, event: str = "apply_start", seconds: int = 0) -> dict[str, Any]:
    """The event of a resource that starts, completes or fails."""
    hook = {"resource": {"addr": address}, "action": action, "elapsed_seconds": seconds}
    return {"type": event, "hook": hook}


def error(summary_text: str, detail: str = "", address: str = "") -> dict[str, Any]:
    """The event of an error."""
    said = {"severity": "error", "summary": summary_text, "detail": detail, "address": address}
    return {"type": "diagnostic", "diagnostic": said}


LOCKED = error(
    "Error acquiring the state lock",
    "Error message: operation error DynamoDB: PutItem, "
    "ConditionalCheckFailedException: The conditional request failed\n"
    "Lock Info:\n"
    "  ID:        2b6940cc-dd73-77cf-857b-f6cd4de90864\n"
    "  Path:      the-bucket/local/network.tfstate\n"
    "  Operation: OperationTypeApply\n"
    "  Who:       ada@laptop\n"
    "  Version:   1.11.4\n"
    "  Created:   2026-11-21 02:32:49.541786888 +0000 UTC\n"
    "  Info:      \n\n\n"
    "Terraform acquires a state lock to protect the state from being written",
)
"""As Terraform 1.11.4 says it."""

PATH_WITHOUT_TERRAFORM = os.pathsep.join(
    folder for folder in os.environ["PATH"].split(os.pathsep) if not (Path(folder) / "terraform").exists()
)
