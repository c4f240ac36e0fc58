"""Compares what a row came to with what it says, and records it."""

import re
from collections import Counter
from collections.abc import Sequence

from tests.changes.changed_platform import Outcome
from tests.changes.results import Result, commit, record, today
from tests.changes.row import Row


def judge(row: Row, outcome: Outcome, *, record_it: bool) -> None:
    """Fail where requests failed that may not, tasks were lost, or the plan did not say what it must.

    Args:
        row: the change.
        outcome: of it.
        record_it: keep the result and write the page (`--record`), if the row passes.
    """
    failed_of = Counter(failure.host for failure in outcome.failures)
    unexpected = [str(each) for each in outcome.failures if each.host != row.interrupts]
    assert not unexpected, "\n".join([f"{len(unexpected)} of {outcome.requests} requests failed:", *unexpected[:20]])
    assert not outcome.lost, "\n".join(["lost:", *outcome.lost])
    _require(row, outcome.words)
    assert all(outcome.sent_to.values()), outcome.sent_to
    if record_it:
        result = Result(
            words=tuple(outcome.words),
            commit=commit(),
            date=today(),
            requests=outcome.requests,
            failed=len(outcome.failures),
            failed_of=dict(failed_of),
            tasks=outcome.tasks,
            lost=len(outcome.lost),
        )
        record(row.id, result)


def judge_words(row: Row, words: Sequence[str], *, record_it: bool) -> None:
    """The same for a row that is judged by its plan: it must change something, if it does not say otherwise."""
    _require(row, words)
    assert row.says or any(re.match(r"\w+: .*[1-9]\d* (to|output)", line) for line in words), "\n".join(words)
    if record_it:
        record(row.id, Result(words=tuple(words), commit=commit(), date=today()))


def _require(row: Row, words: Sequence[str]) -> None:
    said = "\n".join(words)
    for part in row.says:
        assert part in said, f"plan does not say {part!r}:\n{said}"
