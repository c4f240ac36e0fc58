"""The table of AWS's Foundational Security Best Practices is complete, and every row names a file or a reason."""

import re

import pytest

from tests.support.documents import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([A-Za-z0-9]+\.\d+) \| (.+?) \| (.+?) \| (.+) \|$", PAGE, flags=re.MULTILINE)

CONTROLS = {
    "DynamoDB": (1, 2, 3, 6, 7),
    "EC2": (
        *(*range(1, 5), *range(6, 11), *range(15, 22), *range(23, 26)),
        *(51, 55, 56, 57, 58, 60, *range(170, 174), 180, 181),
    ),
    "ECS": (*range(1, 6), 8, 9, 10, 12, *range(16, 22)),
    "ElastiCache": tuple(range(1, 8)),
    "ELB": (*range(1, 11), 12, 13, 14, 17, 18, 21, 22),
    "IAM": (*range(1, 9), 21),
    "RDS": (*range(1, 18), *range(19, 26), 27, *range(34, 38), *range(40, 49)),
    "S3": (1, 2, 3, 5, 6, 8, 9, 12, 13, 19, 24, 25),
    "SecretsManager": (1, 2, 3, 4),
}
"""The controls of the standard for the services that an environment uses, as of the end of 2025."""


def test_every_control_is_listed_once() -> None:
    expected = [f"{service}.{number}" for service, numbers in CONTROLS.items() for number in numbers]
    assert sorted(row[0] for row in ROWS) == sorted(expected)


@pytest.mark.parametrize(("control", "requirement", "state", "how"), ROWS, ids=[row[0] for row in ROWS])
def test_a_control_names_the_file_that_meets_it_or_a_reason(
    control: str, requirement: str, state: str, how: str
) -> None:
    assert len(requirement) > 5
    assert state in {"met", "not met", "not applicable", "account"}
    if state == "met":
        assert "](../" in how, f"{control} does not say where"
    else:
        assert len(re.sub(r"\[[^]]*\]\([^)]*\)", "", how)) > 5, f"{control} does not say why"
