"""What people do beside AWS's API in the account of an embedded AWS: whether it is left to them, and delegations."""

from typing import Any

from local.account_page import ACCOUNT_PATH, DELEGATIONS_PATH, EMPTY_PATH
from local.read_page import read_page

TIMEOUT_SECONDS = 60


class AccountError(RuntimeError):
    """The embedded AWS does not answer, or refuses; `str()` is a sentence for people."""


class EmbeddedAccount:
    """The account of one embedded AWS. Everything raises AccountError where it does not answer.

    Args:
        endpoint_url: where it answers.
    """

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url

    def is_empty(self) -> bool:
        """Whether it was started empty, so that images and delegations are left to people."""
        return bool(self._read("GET", ACCOUNT_PATH)["empty"])

    def start_empty(self) -> None:
        """From now on, leave images and delegations to people."""
        self._read("POST", EMPTY_PATH)

    def delegate(self, zone_name: str) -> tuple[str, ...]:
        """Let the parent zone name the name servers of a zone, as a registrar does; returns them.

        Raises:
            AccountError: there is no such zone.
        """
        return tuple(self._read("POST", DELEGATIONS_PATH + zone_name)["name_servers"])

    def _read(self, method: str, path: str) -> dict[str, Any]:
        try:
            document = dict(read_page(method, self._endpoint_url + path, TIMEOUT_SECONDS))
        except (OSError, ValueError, TypeError) as error:
            raise AccountError(f"The embedded AWS does not answer on {self._endpoint_url}: {error}") from error
        if "message" in document:
            raise AccountError(f"In the embedded AWS, {document['message']}.")
        return document
