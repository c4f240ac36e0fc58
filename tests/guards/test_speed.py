"""Guards add little time to a synth."""

import time

import pytest

from config import load
from scripts.bench.guards import guard_seconds
from tests.support.documents import ENVIRONMENTS, ROOT, documents
from tests.support.slowness import slowness

LIMIT_SECONDS = 0.3


def resources(name: str) -> int:
    return sum(len(bodies) for layer in documents(name).values() for bodies in layer.get("resource", {}).values())


@pytest.mark.alone
def test_the_guards_add_less_than_a_third_of_a_second_to_the_largest_environment() -> None:
    largest = max(ENVIRONMENTS, key=resources)
    # Processor time: what else the machine does is not the guards'.
    seconds = guard_seconds(5, load(largest, ROOT), documents(largest))
    assert seconds < LIMIT_SECONDS * slowness(time.process_time)
