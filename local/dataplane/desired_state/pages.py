"""The embedded AWS's own pages, beside the AWS API: what changed, what really runs, and passwords."""

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

    Every method raises:
        OSError: the embedded AWS does not answer, or has no such page.
    """

    def __init__(self, endpoint_url: str) -> None:
        parts = urlsplit(endpoint_url)
        self._address = (str(parts.hostname), int(parts.port or 80))

    def changes(self, after: str = "") -> dict[str, Any]:
        """`token`, `instance` and `counters`: at once where they are not those of the token, else after 20 s."""
        return self._page("GET", f"{CHANGES_PATH}?after={after}", timeout=WAIT_SECONDS + ANSWER_SECONDS)

    def tell(self, observed: dict[str, Any] | None) -> None:
        """Say what runs; `None` says that nobody looks any more."""
        if observed is None:
            self._page("DELETE", OBSERVED_PATH)
        else:
            self._page("PUT", OBSERVED_PATH, body=json.dumps(observed))

    def logins(self, region: str) -> dict[str, Any]:
        """The passwords of a region's data stores."""
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
