"""Names of RDS instance classes, and how many connections a class accepts."""

import re

import pytest

from aws.database_instances import INSTANCE_CLASS_PATTERN, max_connections


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
def test_the_memory_of_a_class_limits_its_connections(instance_class: str, least: int, most: int) -> None:
    connections = max_connections(instance_class)
    assert connections is not None
    assert least <= connections <= most


@pytest.mark.parametrize("instance_class", ["db.serverless", "db.x2g.large", "db.m7g.metal", "m7g.large"])
def test_a_class_whose_name_does_not_say_its_memory_has_no_known_limit(instance_class: str) -> None:
    assert max_connections(instance_class) is None


@pytest.mark.parametrize(
    "instance_class",
    [
        *("db.t3.micro", "db.t4g.2xlarge", "db.m5d.24xlarge", "db.m6idn.large", "db.m7g.16xlarge", "db.m8gd.xlarge"),
        *("db.r5b.large", "db.r6gd.12xlarge", "db.r8g.48xlarge", "db.x2iedn.32xlarge", "db.z1d.large", "db.c6gd.large"),
    ],
)
def test_classes_of_rds_are_accepted(instance_class: str) -> None:
    assert re.fullmatch(INSTANCE_CLASS_PATTERN, instance_class)


@pytest.mark.parametrize(
    "instance_class",
    ["db.m7g", "m7g.large", "db.serverless", "db.m7g.large.2", "db.7g.large", "cache.m7g.large"],
)
def test_what_has_not_the_shape_of_a_class_is_refused(instance_class: str) -> None:
    assert not re.fullmatch(INSTANCE_CLASS_PATTERN, instance_class)
