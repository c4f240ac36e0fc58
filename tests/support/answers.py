"""What AWS's models said to the answers of an embedded AWS.

All that tests start judge their answers, since `tests/conftest.py` says so in the environment.
"""

import json
from typing import Any
from urllib.request import ProxyHandler, build_opener

from local.strict import STRICT_PATH


def assert_faithful(url: str) -> None:
    """Fail if an embedded AWS answered otherwise than AWS would, but for `local/strict/answers/exceptions.py`."""
    said = strict_page(url)
    assert said["unfaithful_answers"] == {}, json.dumps(said["unfaithful_answers"], indent=1)
    assert said["errors"] == {}


def strict_page(url: str) -> dict[str, Any]:
    """What AWS's models said to an embedded AWS so far."""
    with build_opener(ProxyHandler({})).open(url + STRICT_PATH, timeout=10) as answer:
        return dict(json.load(answer))
