"""Commands answer quickly: measured against an empty Python, in turn, so that a slow machine changes nothing."""

import pytest

from scripts.bench.commands import STARTS, Measured, Start, measure

pytestmark = pytest.mark.alone

RUNS = 10
ROUNDS = 5
"""A machine that others use too may spoil a round; the quickest one counts."""


@pytest.mark.parametrize("start", STARTS, ids=lambda start: start.name)
def test_a_command_starts_within_a_multiple_of_an_empty_python(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    rounds: list[Measured] = []
    for _ in range(ROUNDS):
        rounds.append(measure(start, RUNS))
        if rounds[-1].ratio <= start.limit:
            return
    pytest.fail(f"{start.name} took {min(one.ratio for one in rounds):.1f} times python -c pass; limit {start.limit}")
