"""Which versions of a parameter count, for every reader."""

import random
from datetime import UTC, datetime

import pytest

from release.change_record import Action, ChangeRecord, Version, counted
from release.traffic import LiveColour

MOMENT = datetime(2026, 1, 5, 10, tzinfo=UTC)


def record(
    value: str, *, based_on: int, who: str = "anna@laptop", action: Action = "switch", run: str = "ab12"
) -> ChangeRecord:
    return ChangeRecord(
        action=action, old="blue", new=value, who=who, at="2026-01-05T10:00:00Z", based_on=based_on, run=run
    )


def version(number: int, value: str, written: ChangeRecord | None) -> Version:
    return Version(number=number, value=value, modified_at=MOMENT, modified_by="arn:user/x", record=written)


def numbers(*versions: Version) -> list[int]:
    return [one.number for one in counted(versions)]


def test_a_description_says_the_same_when_it_is_read_again() -> None:
    written = ChangeRecord(
        action="canary",
        old="blue",
        new="green:10",
        who="anna@laptop (arn:aws:sts::123456789012:assumed-role/operator/anna)",
        at="2026-01-05T10:00:00Z",
        based_on=12,
        run="5f3a9c2e",
        why="release 1.2, with care",
    )
    assert ChangeRecord.parse(str(written), "green:10") == written


def test_a_description_never_grows_beyond_what_ssm_takes() -> None:
    image = "registry.example.com/" + "a" * 490
    written = ChangeRecord(
        action="deploy",
        old=image,
        new=image,
        who="w" * 900,
        at="2026-01-05T10:00:00Z",
        based_on=1,
        run="a",
        why="y" * 900,
    )
    assert len(str(written)) <= 1024
    assert ChangeRecord.parse(str(written), image) is not None


def test_a_value_written_by_hand_does_not_inherit_the_description_that_ssm_leaves_on_it() -> None:
    assert ChangeRecord.parse(str(record("green", based_on=3)), "blue") is None
    assert ChangeRecord.parse("Live colour of web", "blue") is None


def test_the_first_of_two_writers_counts() -> None:
    first, second = record("green", based_on=1, who="anna"), record("green:10", based_on=1, who="bob")
    assert numbers(version(1, "blue", None), version(2, "green", first), version(3, "green:10", second)) == [1, 2]


def test_a_write_after_the_winner_counts_though_a_loser_is_in_between() -> None:
    versions = [
        version(1, "blue", None),
        version(2, "green", record("green", based_on=1)),
        version(3, "blue", record("blue", based_on=1)),
        version(4, "green:50", record("green:50", based_on=2)),
    ]
    assert numbers(*versions) == [1, 2, 4]


def test_a_withdrawal_repeats_and_never_counts() -> None:
    versions = [
        version(1, "blue", None),
        version(2, "green", record("green", based_on=1)),
        version(3, "blue:5", record("blue:5", based_on=1)),
        version(4, "green", record("green", based_on=2, action="withdraw")),
        version(5, "blue", record("blue", based_on=2, action="rollback")),
    ]
    assert numbers(*versions) == [1, 2, 5]


def test_what_is_written_by_hand_always_counts() -> None:
    versions = [
        version(1, "blue", None),
        version(2, "green", None),
        version(3, "green:10", record("green:10", based_on=1)),
    ]
    assert numbers(*versions) == [1, 2]


def test_versions_that_ssm_has_forgotten_are_not_missed() -> None:
    versions = [
        version(41, "green", record("green", based_on=38)),
        version(42, "blue", record("blue", based_on=40)),
        version(43, "green:10", record("green:10", based_on=42)),
    ]
    assert numbers(*versions)[-1] == 43


@pytest.mark.parametrize("seed", range(20))
def test_an_earlier_read_gives_the_same_answer(seed: int) -> None:
    chance = random.Random(seed)
    versions = [version(1, "blue", None)]
    for number in range(2, 40):
        known = counted(versions[: chance.randint(1, len(versions))])[-1]
        value = chance.choice(["blue", "green", "green:10"])
        versions.append(version(number, value, record(value, based_on=known.number) if chance.random() < 0.9 else None))
    final = numbers(*versions)
    for length in range(1, len(versions)):
        assert numbers(*versions[:length]) == [number for number in final if number <= length]
    bases = [one.record.based_on for one in counted(versions) if one.record is not None]
    assert len(bases) == len(set(bases)), "never two that are based on the same"


@pytest.mark.parametrize(("value", "weights"), [("blue", (100, 0)), ("green:10", (90, 10)), ("green:100", (0, 100))])
def test_weights_are_those_that_terraform_computes(value: str, weights: tuple[int, int]) -> None:
    parsed = LiveColour.parse(value).weights
    assert (parsed["blue"], parsed["green"]) == weights
