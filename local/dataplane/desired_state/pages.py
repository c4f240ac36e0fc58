"""Pages of the embedded AWS beside the AWS API: what changed, what really runs, and passwords."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from local.extensions.dataplane import CHANGES_PATH, LOGINS_PATH, OBSERVED_PATH, WAIT_SECONDS

ANSWER_SECONDS = 10.0


class Pages:
    """The pages of one embedded AWS.

    Args:
        endpoint_url: where it answers.

    Raises:
        OSError: every method, when the embedded AWS does not answer or has no such page.
    """

    def __init__(self, endpoint_url: str) -> None:
        parts = urlsplit(endpoint_url)
        self._address = (str(parts.hostname), int(parts.port or 80))

    def changes(self, after: str = "") -> dict[str, Any]:
        """`token`, `instance` and `counters`; waits up to 20 s until the token differs from `after`."""
        return self._page("GET", f"{CHANGES_PATH}?after={after}", timeout=WAIT_SECONDS + ANSWER_SECONDS)

    def report(self, observed: dict[str, Any] | None) -> None:
        """Report what runs; `None` reports that the data plane has gone."""
        if observed is None:
            self._page("DELETE", OBSERVED_PATH)
        else:
            self._page("PUT", OBSERVED_PATH, body=json.dumps(observed))

    def logins(self, region: str) -> dict[str, Any]:
        """The passwords of a region's data stores, and how often each database was rebooted."""
        return self._page("GET", f"{LOGINS_PATH}?region={region}")

    def _page(
        self, method: str, path: str, *, timeout: float = ANSWER_SECONDS, body: str | None = None
    ) -> dict[str, Any]:
        connection = http.client.HTTPConnection(*self._address, timeout=timeout)
        try:
            connection.request(method, path, body=body)
            response = connection.getresponse()
            text = response.read()
            if response.status != 200:
                raise OSError(f"{method} {path.partition('?')[0]}: status {response.status}")
            answer = json.loads(text)
        except (http.client.HTTPException, ValueError) as error:
            raise OSError(f"{method} {path.partition('?')[0]}: {error}") from error
        finally:
            connection.close()
        if not isinstance(answer, dict):
            raise OSError(f"{method} {path}: no JSON object")
        return answer
