"""Addresses are construct paths; two that would be equal are an error."""

import pytest

from layers.addresses import readable


def body(path: str, unique_id: str, **values: str) -> dict[str, object]:
    return {"//": {"metadata": {"path": path, "uniqueId": unique_id}}, **values}


def test_a_hash_is_removed_from_every_reference_to_a_name() -> None:
    document = {
        "resource": {
            "aws_vpc": {"networking_vpc_0A1B2C3D": body("prod-network/networking/vpc", "networking_vpc_0A1B2C3D")},
            "aws_subnet": {
                "networking_private-eu-west-1a_AAAABBBB": body(
                    "prod-network/networking/private-eu-west-1a",
                    "networking_private-eu-west-1a_AAAABBBB",
                    vpc_id="${aws_vpc.networking_vpc_0A1B2C3D.id}",
                    other="networking_vpc_0A1B2C3DE",
                )
            },
        }
    }
    assert readable(document) == {
        "resource": {
            "aws_vpc": {"networking_vpc": {}},
            "aws_subnet": {
                "networking_private-eu-west-1a": {
                    "vpc_id": "${aws_vpc.networking_vpc.id}",
                    "other": "networking_vpc_0A1B2C3DE",
                }
            },
        }
    }


def test_text_that_only_resembles_a_hash_stays() -> None:
    document = {"resource": {"aws_vpc": {"vpc": body("prod-network/vpc", "vpc", name="my_DEADBEEF")}}}
    assert readable(document)["resource"]["aws_vpc"]["vpc"]["name"] == "my_DEADBEEF"


def test_two_paths_that_read_the_same_are_refused() -> None:
    document = {
        "resource": {
            "aws_vpc": {
                "a_b_00000000": body("prod-network/a/b", "a_b_00000000"),
                "a_b_11111111": body("prod-network/a_b", "a_b_11111111"),
            }
        }
    }
    with pytest.raises(ValueError, match="prod-network/a/b and prod-network/a_b would both be"):
        readable(document)
