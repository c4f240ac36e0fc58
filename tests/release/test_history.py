"""Which versions of a parameter count, whoever reads them."""

import random
from datetime import UTC, datetime

import pytest

from release.entry import Action, Entry, Version, counted
from release.weights import Live

MOMENT = datetime(2026, 1, 5, 10, tzinfo=UTC)


def entry(value: str, *, after: int, who: str = "anna@laptop", action: Action = "switch", run: str = "ab12") -> Entry:
    return Entry(action=action, old="blue", new=value, who=who, at="2026-01-05T10:00:00Z", after=after, run=run)


def version(number: int, value: str, said: Entry | None) -> Version:
    return Version(number=number, value=value, modified_at=MOMENT, modified_by="arn:user/x", entry=said)


def numbers(*versions: Version) -> list[int]:
    return [one.number for one in counted(versions)]


def test_a_description_says_the_same_when_it_is_read_again() -> None:
    said = Entry(
        action="canary",
        old="blue",
        new="green:10",
        who="anna@laptop (arn:aws:sts::123456789012:assumed-role/operator/anna)",
        at="2026-01-05T10:00:00Z",
        after=12,
        run="5f3a9c2e",
        why="release 1.2, with care",
    )
    assert Entry.parse(str(said), "green:10") == said


def test_a_description_never_grows_beyond_what_ssm_takes() -> None:
    image = "registry.example.com/" + "a" * 490
    said = Entry(
        action="deploy", old=image, new=image, who="w" * 900, at="2026-01-05T10:00:00Z", after=1, run="a", why="y" * 900
    )
    assert len(str(said)) <= 1024
    assert Entry.parse(str(said), image) is not None


def test_a_value_written_by_hand_does_not_inherit_the_description_that_ssm_leaves_on_it() -> None:
    assert Entry.parse(str(entry("green", after=3)), "blue") is None
    assert Entry.parse("Live colour of web", "blue") is None


def test_the_first_of_two_writers_counts() -> None:
    first, second = entry("green", after=1, who="anna"), entry("green:10", after=1, who="bob")
    assert numbers(version(1, "blue", None), version(2, "green", first), version(3, "green:10", second)) == [1, 2]


def test_who_wrote_after_the_winner_counts_though_a_loser_is_in_between() -> None:
    log = [
        version(1, "blue", None),
        version(2, "green", entry("green", after=1)),
        version(3, "blue", entry("blue", after=1)),
        version(4, "green:50", entry("green:50", after=2)),
    ]
    assert numbers(*log) == [1, 2, 4]


def test_a_withdrawal_repeats_and_never_counts() -> None:
    log = [
        version(1, "blue", None),
        version(2, "green", entry("green", after=1)),
        version(3, "blue:5", entry("blue:5", after=1)),
        version(4, "green", entry("green", after=2, action="withdraw")),
        version(5, "blue", entry("blue", after=2, action="rollback")),
    ]
    assert numbers(*log) == [1, 2, 5]


def test_what_is_written_by_hand_always_counts() -> None:
    log = [
        version(1, "blue", None),
        version(2, "green", None),
        version(3, "green:10", entry("green:10", after=1)),
    ]
    assert numbers(*log) == [1, 2]


def test_versions_that_ssm_has_forgotten_are_not_missed() -> None:
    log = [
        version(41, "green", entry("green", after=38)),
        version(42, "blue", entry("blue", after=40)),
        version(43, "green:10", entry("green:10", after=42)),
    ]
    assert numbers(*log)[-1] == 43


@pytest.mark.parametrize("seed", range(20))
def test_whoever_looks_earlier_comes_to_the_same_answer(seed: int) -> None:
    chance = random.Random(seed)
    log = [version(1, "blue", None)]
    for number in range(2, 40):
        known = counted(log[: chance.randint(1, len(log))])[-1]
        value = chance.choice(["blue", "green", "green:10"])
        log.append(version(number, value, entry(value, after=known.number) if chance.random() < 0.9 else None))
    final = numbers(*log)
    for length in range(1, len(log)):
        assert numbers(*log[:length]) == [number for number in final if number <= length]
    bases = [one.entry.after for one in counted(log) if one.entry is not None]
    assert len(bases) == len(set(bases)), "never two that are based on the same"


@pytest.mark.parametrize(("value", "weights"), [("blue", (100, 0)), ("green:10", (90, 10)), ("green:100", (0, 100))])
def test_shares_are_those_that_terraform_computes(value: str, weights: tuple[int, int]) -> None:
    found = Live.parse(value).weights
    assert (found["blue"], found["green"]) == weights
