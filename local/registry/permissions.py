"""What the caller of a token may do in a repository: IAM decides, as for ECR's own operations.

Source: "Private registry authentication" (a token has the permissions of the principal that asked for it) and
"Repository policies" in the ECR User Guide.
"""

from typing import TYPE_CHECKING

from local.iam.record import RECORD
from local.registry.errors import RegistryError
from local.registry.tokens import Claims
from local.serialise_requests import MOTO_LOCK

if TYPE_CHECKING:
    from local.iam.caller import Session
    from local.iam.calls import Call


class Permissions:
    """Of one token. The account's root may do everything.

    Args:
        claims: of the token.
        address: of the client.
    """

    def __init__(self, claims: Claims, *, address: str) -> None:
        self._claims, self._address = claims, address

    def require(self, operation: str, repository: str) -> None:
        """Judge an operation of ECR, and record the decision.

        Raises:
            RegistryError: the caller may not do it.
        """
        if not self._claims.role:
            return
        # Here: nobody but a role needs them, and the server starts faster.
        from local.iam.authorization import first_denial
        from local.iam.denial import sentence
        from local.iam.policies.document import MalformedPolicyError

        with MOTO_LOCK:
            session = self._session()
            try:
                denied = first_denial(self._call(operation, repository), session, self._address, RECORD)
            except MalformedPolicyError as error:
                raise RegistryError(403, "DENIED", str(error)) from error
        if denied is not None:
            raise RegistryError(403, "DENIED", sentence(session.caller, denied))

    def allows(self, operation: str, repository: str) -> bool:
        """Whether the caller may do it; nothing is recorded, since a client that may not does something else."""
        if not self._claims.role:
            return True
        from local.iam.judge import judge
        from local.iam.policies.document import MalformedPolicyError

        with MOTO_LOCK:
            try:
                judged = judge(self._call(operation, repository), self._session(), self._address)
            except MalformedPolicyError:
                return False
        return all(each.decision.allowed for each in judged)

    def _session(self) -> "Session":
        from local.iam.caller import InvalidCredentialsError, role_session

        try:
            return role_session(self._claims.session, self._claims.role)
        except InvalidCredentialsError as error:
            raise RegistryError(401, "UNAUTHORIZED", "Not Authorized") from error

    def _call(self, operation: str, repository: str) -> "Call":
        from local.iam.calls import Call

        return Call(
            service="ecr",
            operation=operation,
            region=self._claims.region,
            account=self._claims.account,
            protocol="json",
            parameters={"repositoryName": repository},
        )
