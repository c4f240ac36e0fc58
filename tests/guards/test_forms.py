"""Secrets are found in any encoding."""

import base64
import json
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest

from tests.support.forms import places

SECRET = "q7Lk2Zt9Xb4Vn8Rw/+ 3My"


@pytest.mark.parametrize(
    "write",
    [
        str,
        lambda text: f"postgresql://app:{quote(text, safe='')}@db/app",
        lambda text: urlencode({"password": text}),
        lambda text: json.dumps({"a": json.dumps({"b": text})}),
        lambda text: text.encode().hex(),
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.b64encode(f"a:{text}".encode()).decode(),
        lambda text: base64.b64encode(f"ab:{text}:more".encode()).decode(),
        lambda text: base64.urlsafe_b64encode(f"user:{text}".encode()).decode(),
    ],
)
def test_a_secret_is_found_in_every_form(write: Callable[[str], str]) -> None:
    assert places(SECRET, {"here": f"before {write(SECRET)} after", "elsewhere": "nothing"}) == ["here"]


def test_what_is_not_there_is_not_found() -> None:
    assert places(SECRET, {"here": SECRET[1:], "there": base64.b64encode(b"x" * 40).decode()}) == []
