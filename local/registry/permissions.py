"""IAM for the registry: ECR asks for an action for each kind of request, of the caller that got the token."""

from collections.abc import Mapping

from local.iam.record import CallRecord
from local.registry.errors import RegistryError
from local.registry.tokens import Claims
from local.serialise_requests import MOTO_LOCK

OPERATIONS: Mapping[str, tuple[str, ...]] = {
    "HEAD blob": ("BatchCheckLayerAvailability",),
    "GET blob": ("GetDownloadUrlForLayer",),
    "POST uploads": ("InitiateLayerUpload",),
    "GET uploads": ("UploadLayerPart",),
    "PATCH uploads": ("UploadLayerPart",),
    # It ends an upload, and may bring the last part, or all of it.
    "PUT uploads": ("UploadLayerPart", "CompleteLayerUpload"),
    "DELETE uploads": ("UploadLayerPart",),
    "HEAD manifest": ("BatchGetImage",),
    "GET manifest": ("BatchGetImage",),
    "PUT manifest": ("PutImage",),
    "GET tags": ("ListImages",),
}
"""Method and kind of path → ECR's operations, whose actions IAM judges."""


def refuse_without_permission(claims: Claims, request: str, repository: str, address: str, record: CallRecord) -> None:
    """Let the account's root pass, and judge the session of a role.

    Args:
        claims: of the token.
        request: a key of `OPERATIONS`.
        repository: which it is about.
        address: of the caller.
        record: gets the decision.

    Raises:
        RegistryError: the role may not do it, or its session is over.
    """
    if not claims.access_key:
        return
    # Imported here: nobody but a role needs them, and the server starts faster.
    from local.iam.authorization import first_denial
    from local.iam.caller import ExpiredCredentialsError, InvalidCredentialsError, session_of_key
    from local.iam.calls import Call
    from local.iam.denial import sentence

    with MOTO_LOCK:
        try:
            session = session_of_key(claims.access_key, claims.region)
        except (ExpiredCredentialsError, InvalidCredentialsError) as error:
            raise RegistryError(
                401, "DENIED", "Your authorization token has expired. Reauthenticate and try again."
            ) from error
        for operation in OPERATIONS[request]:
            call = Call(
                service="ecr",
                operation=operation,
                region=claims.region,
                account=session.caller.account,
                protocol="json",
                parameters={"repositoryName": repository},
            )
            denied = first_denial(call, session, address, record)
            if denied is not None:
                raise RegistryError(403, "DENIED", sentence(session.caller, denied))
