"""Several people switch at once: one wins, the others are told, and parameter and rule agree."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from aws.colour import Colour
from release.errors import LostError
from release.switch import SwitchRequest, switch
from release.weights import Live
from tests.release.desk import Desk
from tests.release.platform import Platform

pytestmark = pytest.mark.slow

ROUNDS = 40


def _race(platform: Platform, wanted: list[tuple[Colour, int]]) -> list[LostError | None]:
    """Everybody reads before anybody writes; returns what each was told."""
    desks = [Desk(platform, f"person{number}@laptop") for number in range(len(wanted))]
    gate = threading.Barrier(len(wanted))

    def run(desk: Desk, colour: Colour, share: int) -> LostError | None:
        log = desk.context.colour.read
        met = False

        def read():  # type: ignore[no-untyped-def]
            nonlocal met
            found = log()
            if not met:
                met = True
                gate.wait(timeout=20)
            return found

        desk.context.colour.read = read  # type: ignore[method-assign]
        try:
            switch(desk.context, SwitchRequest(colour=colour, steps=(share,), force=True))
        except LostError as error:
            return error
        return None

    with ThreadPoolExecutor(len(wanted)) as pool:
        return list(pool.map(lambda one: run(one[0], *one[1]), zip(desks, wanted, strict=True)))


@pytest.mark.parametrize("people", [2, 4])
def test_exactly_one_wins_and_all_others_are_told_who(platform: Platform, people: int) -> None:
    platform.ready("green")
    shares: list[tuple[Colour, int]] = [("green", 10), ("blue", 30), ("green", 60), ("blue", 80)]
    for number in range(ROUNDS // people):
        offset = number % 2
        wanted = [(colour, share + offset) for colour, share in shares[:people]]
        told = _race(platform, wanted)

        winners = [index for index, error in enumerate(told) if error is None]
        assert len(winners) == 1
        colour, share = wanted[winners[0]]
        assert platform.value() == str(Live(colour=colour, share=share))
        assert platform.weights() == Live(colour=colour, share=share).weights
        for error in told:
            if error is not None:
                assert f"person{winners[0]}@laptop" in str(error)
                assert "at 20" in str(error)


def test_somebody_who_writes_by_hand_at_the_same_moment_wins(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    context = desk.context
    write = context.colour.write

    def write_after_somebody(*args, **kwargs):  # type: ignore[no-untyped-def]
        platform.put("blue:70")
        write(*args, **kwargs)

    context.colour.write = write_after_somebody  # type: ignore[method-assign]
    with pytest.raises(LostError, match=r"not with ./windlass\) was faster and wrote 'blue:70'"):
        switch(context, SwitchRequest(colour="green"))
    assert platform.value() == "blue:70"
    assert platform.weights() == {"blue": 70, "green": 30}


def test_a_loser_killed_before_withdrawing_is_cleaned_up_by_the_next_command(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    base = desk.context.colour.read().effective
    winner, loser = Desk(platform, "winner@laptop").context, Desk(platform, "loser@laptop").context
    winner.colour.write("green:20", base=base, action="canary", author=winner.author)
    winner.settle()
    loser.colour.write("green:90", base=base, action="canary", author=loser.author)
    assert platform.value() == "green:90"

    switch(desk.context, SwitchRequest())

    assert "took back 'green:90' of loser@laptop, for winner@laptop had been first: blue 80, green 20" in desk.told
    assert platform.value() == "green:20"
    assert platform.weights() == {"blue": 80, "green": 20}
