"""Errors of the registry, in the protocol's form and in ECR's words."""

import json


class RegistryError(Exception):
    """A request that is refused.

    Args:
        status: HTTP status.
        code: of the OCI distribution specification, such as `NAME_UNKNOWN`.
        message: for people.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code

    def body(self) -> bytes:
        """The JSON that clients read."""
        return json.dumps({"errors": [{"code": self.code, "message": str(self)}]}).encode()
