"""How many connections an instance class accepts."""

import pytest

from aws.database_instances import max_connections


@pytest.mark.parametrize(
    ("instance_class", "least", "most"),
    [
        # What RDS shows for `max_connections` on such instances, and a little below.
        ("db.t4g.micro", 75, 87),
        ("db.t3.small", 175, 198),
        ("db.t4g.medium", 380, 420),
        ("db.m7g.large", 780, 850),
        ("db.r6g.large", 1600, 1720),
        ("db.r7g.4xlarge", 5000, 5000),
    ],
)
def test_the_memory_of_a_class_says_how_many_connections_it_bears(instance_class: str, least: int, most: int) -> None:
    found = max_connections(instance_class)
    assert found is not None
    assert least <= found <= most


@pytest.mark.parametrize("instance_class", ["db.serverless", "db.x2g.large", "db.m7g.metal", "m7g.large"])
def test_of_a_class_that_does_not_tell_nothing_is_claimed(instance_class: str) -> None:
    assert max_connections(instance_class) is None
