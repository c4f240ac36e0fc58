"""What a test says of a refusal: AWS's code and words."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError


@contextmanager
def refused(code: str, message: str) -> Iterator[None]:
    """What is inside must end with this error."""
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == (code, message)
    assert 400 <= caught.value.response["ResponseMetadata"]["HTTPStatusCode"] < 500
