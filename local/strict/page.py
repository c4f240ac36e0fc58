"""What the models said since the server started, as the page `STRICT_PATH` shows it."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

STRICT_PATH = "/windlass/strict"
"""GET returns the counts as JSON: `judged`, `refused`, `unknown_members`, `not_judged`, `not_emulated`, `failed`,
`judged_answers`, `unfaithful_answers` and `errors`. `errors` are the checker's own; each let a request or answer pass
that was not judged; there should be none."""

KEPT_KEYS = 500
"""Of each count; a client that invents names must not fill the memory."""


@dataclass
class Tally:
    """Counts of one server. Thread-safe."""

    log: Callable[[str], None] = lambda line: print(line, flush=True)
    """Receives a line when something is seen for the first time."""
    judged: int = 0
    """Requests that were compared with a model."""
    refused: Counter[str] = field(default_factory=Counter)
    """Operation and what was wrong → number. Never a value: it may be a secret."""
    unknown_members: Counter[str] = field(default_factory=Counter)
    """Operation and member that its model does not know → number. AWS ignores most of them."""
    not_judged: Counter[str] = field(default_factory=Counter)
    """Why a request was not compared with a model → number."""
    not_emulated: Counter[str] = field(default_factory=Counter)
    """Operation that moto lacks → number of calls."""
    failed: Counter[str] = field(default_factory=Counter)
    """Operation in which moto raised an exception → number."""
    judged_answers: int = 0
    """Answers that were compared with a model; none, unless the server has a judge of answers."""
    unfaithful_answers: Counter[str] = field(default_factory=Counter)
    """Operation, member and what its model demands → number of answers that differ. Never a value."""
    errors: Counter[str] = field(default_factory=Counter)
    """The checker's own errors → number."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def count(self, counter: Counter[str], key: str, line: str) -> None:
        """Count, and log the line at the first time."""
        with self._lock:
            if key not in counter and len(counter) >= KEPT_KEYS:
                return
            counter[key] += 1
            first = counter[key] == 1
        if first:
            self.log(line)

    def page(self) -> bytes:
        """The counts as JSON."""
        with self._lock:
            counts = {
                "judged": self.judged,
                "refused": dict(self.refused),
                "unknown_members": dict(self.unknown_members),
                "not_judged": dict(self.not_judged),
                "not_emulated": dict(self.not_emulated),
                "failed": dict(self.failed),
                "judged_answers": self.judged_answers,
                "unfaithful_answers": dict(self.unfaithful_answers),
                "errors": dict(self.errors),
            }
        return json.dumps(counts, indent=1).encode()
