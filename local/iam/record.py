"""What roles did, and what they were not allowed to: each kind of call once, with a count."""

import threading
from collections import OrderedDict
from dataclasses import asdict, dataclass
from typing import Any

from local.iam.judge import Judgement

KEPT = 5000
"""Kinds of calls that are kept; of more, the oldest allowed one is forgotten, and then the oldest denied one."""


@dataclass(frozen=True, kw_only=True)
class RecordedCall:
    """Calls with the same role, action, resource and decision."""

    role: str
    """Name of the role."""
    action: str
    """Such as `s3:GetObject`."""
    resource: str
    """An ARN, or `*`."""
    operation: str
    """The call that needed it, such as `s3:HeadObject`."""
    allowed: bool
    reason: str
    """Why, in AWS's words."""
    statement: str
    """Policy and statement that decided; empty where none allows."""


class CallRecord:
    """Thread-safe, and lost with the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[bool, OrderedDict[RecordedCall, int]] = {True: OrderedDict(), False: OrderedDict()}

    def add(self, role: str, operation: str, judgement: Judgement) -> RecordedCall:
        """Count a decision."""
        need, decision = judgement.need, judgement.decision
        call = RecordedCall(
            role=role,
            action=need.action,
            resource=need.resource,
            operation=operation,
            allowed=decision.allowed,
            reason=decision.reason.value.format(action=need.action),
            statement=f"{decision.policy}, {decision.statement}" if decision.policy else "",
        )
        with self._lock:
            counts = self._counts[decision.allowed]
            counts[call] = counts.get(call, 0) + 1
            if sum(map(len, self._counts.values())) > KEPT:
                (self._counts[True] or self._counts[False]).popitem(last=False)
        return call

    def document(self) -> dict[str, list[dict[str, Any]]]:
        """Lists of `denied` and `allowed` calls, each with its count, in the order of their first."""
        with self._lock:
            return {
                name: [{**asdict(call), "count": count} for call, count in self._counts[allowed].items()]
                for name, allowed in (("denied", False), ("allowed", True))
            }

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            for counts in self._counts.values():
                counts.clear()


RECORD = CallRecord()
"""One per process, like moto's backends: AWS's services act as roles deep inside of them."""
