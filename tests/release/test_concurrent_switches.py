"""Several people switch at once: one wins, the others get an error, and parameter and rule agree."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from aws.colour import Colour
from release.errors import LostError
from release.switch_request import SwitchRequest
from release.traffic import LiveColour
from tests.release.blue_green_service import BlueGreenTestService
from tests.release.operator import Operator

pytestmark = pytest.mark.slow

ROUNDS = 40


def _race(web: BlueGreenTestService, requested: list[tuple[Colour, int]]) -> list[LostError | None]:
    """All operators read before any of them writes; returns the error of each, if any."""
    operators = [Operator(web, f"person{number}@laptop") for number in range(len(requested))]
    gate = threading.Barrier(len(requested))

    def run(operator: Operator, colour: Colour, share: int) -> LostError | None:
        log = operator.service.live_colour.read
        met = False

        def read():  # type: ignore[no-untyped-def]
            nonlocal met
            history = log()
            if not met:
                met = True
                gate.wait(timeout=20)
            return history

        operator.service.live_colour.read = read  # type: ignore[method-assign]
        try:
            operator.service.switch(SwitchRequest(colour=colour, steps=(share,), force=True))
        except LostError as error:
            return error
        return None

    with ThreadPoolExecutor(len(requested)) as pool:
        return list(pool.map(lambda one: run(one[0], *one[1]), zip(operators, requested, strict=True)))


@pytest.mark.parametrize("people", [2, 4])
def test_exactly_one_wins_and_all_others_learn_who(web: BlueGreenTestService, people: int) -> None:
    web.ready("green")
    shares: list[tuple[Colour, int]] = [("green", 10), ("blue", 30), ("green", 60), ("blue", 80)]
    for number in range(ROUNDS // people):
        offset = number % 2
        requested = [(colour, share + offset) for colour, share in shares[:people]]
        errors = _race(web, requested)

        winners = [index for index, error in enumerate(errors) if error is None]
        assert len(winners) == 1
        colour, share = requested[winners[0]]
        assert web.value() == str(LiveColour(colour=colour, percent=share))
        assert web.weights() == LiveColour(colour=colour, percent=share).weights
        for error in errors:
            if error is not None:
                assert f"person{winners[0]}@laptop" in str(error)
                assert "at 20" in str(error)


def test_somebody_who_writes_by_hand_at_the_same_moment_wins(web: BlueGreenTestService, operator: Operator) -> None:
    web.ready("green")
    live_colour = operator.service.live_colour
    write = live_colour.write

    def write_after_somebody(*args, **kwargs):  # type: ignore[no-untyped-def]
        web.put("blue:70")
        write(*args, **kwargs)

    live_colour.write = write_after_somebody  # type: ignore[method-assign]
    with pytest.raises(LostError, match=r"not with ./windlass\) was faster and wrote 'blue:70'"):
        operator.service.switch(SwitchRequest(colour="green"))
    assert web.value() == "blue:70"
    assert web.weights() == {"blue": 70, "green": 30}


def test_a_loser_killed_before_withdrawing_is_cleaned_up_by_the_next_command(
    web: BlueGreenTestService, operator: Operator
) -> None:
    web.ready("green")
    base = operator.service.live_colour.read().effective
    winner, loser = Operator(web, "winner@laptop"), Operator(web, "loser@laptop")
    winner.service.live_colour.write("green:20", base=base, action="canary", author=winner.author)
    winner.service.reconcile()
    loser.service.live_colour.write("green:90", base=base, action="canary", author=loser.author)
    assert web.value() == "green:90"

    operator.service.switch(SwitchRequest())

    assert (
        "withdrew 'green:90' by loser@laptop, because winner@laptop wrote first: blue 80, green 20" in operator.output
    )
    assert web.value() == "green:20"
    assert web.weights() == {"blue": 80, "green": 20}
