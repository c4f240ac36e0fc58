"""One test's AWS is empty, whatever another one of the same process left."""

import boto3
import pytest

from local.strict.answers import exceptions
from tests.support.embedded import embedded_aws


def topics(url: str, create: str | None = None) -> int:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    client = boto3.client("sns", endpoint_url=url, region_name="eu-west-1", **keys)
    if create:
        client.create_topic(Name=create)
    return len(client.list_topics()["Topics"])


def test_nothing_is_left_for_the_next_one_but_neighbours_share() -> None:
    with embedded_aws("outer") as outer:
        before = topics(outer)
        with embedded_aws("inner") as inner:
            assert topics(inner, create="left-behind") == before + 1
        assert topics(outer) == before + 1
    with embedded_aws("next") as url:
        assert topics(url) == 0


def test_an_answer_that_aws_would_not_give_fails_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exceptions, "TABLE", ())
    place = r"dynamodb.CreateTable tableDescription.provisionedThroughput.numberOfDecreasesToday min"
    with pytest.raises(AssertionError, match=place), embedded_aws("wrong") as url:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        boto3.client("dynamodb", endpoint_url=url, region_name="eu-west-1", **keys).create_table(
            TableName="locks",
            KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
