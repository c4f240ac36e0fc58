"""Compares what a row came to with what it says, and records it."""

from collections import Counter

from tests.changes.changed_platform import Outcome
from tests.changes.results import Result, commit, record, today
from tests.changes.row import Row


def judge(row: Row, outcome: Outcome, *, record_it: bool) -> None:
    """Fail where requests failed that may not, or the plan did not say what it must.

    Args:
        row: the change.
        outcome: of it.
        record_it: keep the result and write the page (`--record`), if the row passes.
    """
    failed_of = Counter(failure.host for failure in outcome.failures)
    unexpected = [str(each) for each in outcome.failures if each.host != row.interrupts]
    assert not unexpected, "\n".join([f"{len(unexpected)} of {outcome.requests} requests failed:", *unexpected[:20]])
    said = "\n".join(outcome.words)
    for part in row.says:
        assert part in said, f"plan does not say {part!r}:\n{said}"
    assert all(outcome.sent_to.values()), outcome.sent_to
    if record_it:
        result = Result(
            words=tuple(outcome.words),
            commit=commit(),
            date=today(),
            requests=outcome.requests,
            failed=len(outcome.failures),
            failed_of=dict(failed_of),
        )
        record(row.id, result)
